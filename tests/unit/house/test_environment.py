"""The process environment is read in the door alone, and importing a module does nothing."""

import ast
import subprocess
import sys

import pytest

from tests.house.tree import ROOT, modules, parsed

DOOR = "cityloop"
EXCEPTIONS = {
    "detectors.sources.quiet": "It sets what a decoder reads, and reads nothing.",
    "streams.supervisor": "It hands its own environment on to the processes that it starts, and decides nothing by it.",
    "streams.broker.jars": "A tool of its own (make kafka): JAVA_HOME and the user's cache are no settings of an installation.",
}
ELSEWHERE = {
    "bench.peers.bytewaxflow": "Runs in the environment of the benchmark's peers, which has Bytewax and not the product's packages.",
    "bench.peers.quix": "As above, with Quix Streams.",
}


def environment_reads(tree: ast.Module) -> list[int]:
    """Lines that read the process environment."""
    statements = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.Attribute))
    return [node.lineno for node in statements if _reads_environment(node)]


def _reads_environment(node: ast.ImportFrom | ast.Attribute) -> bool:
    names = {"environ", "environb", "getenv", "putenv"}
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(name.name in names for name in node.names)
    return isinstance(node.value, ast.Name) and node.value.id == "os" and node.attr in names


def test_only_the_door_reads_the_environment() -> None:
    """Variables become settings in ``cityloop/`` and are passed on from there."""
    found = {
        f"{name}:{lines}"
        for name, path in modules()
        if name.split(".")[0] != DOOR and name not in EXCEPTIONS and (lines := environment_reads(parsed(path)))
    }
    assert not found, f"pass the value in from the door instead: {found}"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import os\nos.environ['A']\n", [2]),
        ("import os\nos.getenv('A')\n", [2]),
        ("from os import environ\n", [1]),
        ("import os\nos.cpu_count()\n", []),
    ],
)
def test_the_check_sees_each_way_to_read_it(source: str, lines: list[int]) -> None:
    """The check finds an attribute, a function and an import, and nothing else."""
    assert environment_reads(ast.parse(source)) == lines


def test_importing_a_module_does_nothing() -> None:
    """Every module of the product can be imported in one process, which stays silent and starts no thread."""
    names = [
        name for name, _ in modules() if not name.endswith("__main__") and not name.endswith("migrations.env") and name not in ELSEWHERE
    ]  # Alembic runs that one.
    script = (
        "import importlib, sys, threading\n"
        f"for name in {names!r}:\n"
        "    importlib.import_module(name)\n"
        "print('threads', threading.active_count())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "threads 1\n"
