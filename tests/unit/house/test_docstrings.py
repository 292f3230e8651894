"""Each test says in one sentence which behaviour it proves."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, parsed, tracked


def untold(tree: ast.Module) -> list[str]:
    """Names of the test functions and methods without a docstring, with their lines."""
    return [
        f"{node.lineno}: {node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]


def test_every_test_has_a_docstring() -> None:
    """A test without a sentence on the behaviour that it proves fails the build."""
    found = {str(path.relative_to(ROOT)): names for path in tracked("tests/*.py") if (names := untold(parsed(path)))}
    assert not found, f"tests without a docstring: {found}"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def test_a():\n    assert 1\n", ["1: test_a"]),
        ("async def test_b():\n    assert 1\n", ["1: test_b"]),
        ("class TestC:\n    def test_d(self):\n        assert 1\n", ["2: test_d"]),
        ('def test_e():\n    """It holds."""\n', []),
        ("def helper():\n    return 1\n", []),
    ],
)
def test_the_check_sees_functions_coroutines_and_methods(source: str, names: list[str]) -> None:
    """The check itself finds each form of a test, and nothing else."""
    assert untold(ast.parse(source)) == names


def test_test_folders_are_not_packages() -> None:
    """No test folder has an ``__init__.py``, so that two rooms may have test files of one name."""
    assert [path for path in tracked("tests/*.py") if path.name == "__init__.py"] == []


def test_no_test_replaces_what_it_tests() -> None:
    """No test patches: what is replaced is passed in, as a documented fake."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in tracked("tests/*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Import | ast.ImportFrom) and _imports_mock(node)
    ]
    assert found == [], f"use a fake of tests/fakes instead: {found}"


def _imports_mock(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith("unittest") and any(name.name in {"mock", "patch"} for name in node.names)
    return any(name.name == "unittest.mock" for name in node.names)


def test_a_file_of_tests_lies_in_its_kind_of_test() -> None:
    """Each test file lies in one of the five kinds of tests."""
    kinds = {"unit", "property", "contract", "integration", "e2e"}
    found = [path for path in tracked("tests/*.py") if path.name.startswith("test_") and _kind(path) not in kinds]
    assert found == []


def _kind(path: Path) -> str:
    return path.relative_to(ROOT / "tests").parts[0]
