"""The tree holds for every machine: no absolute path of one, no address of a registry."""

import re

import pytest

from tests.house.tree import ROOT, tracked

# Written in pieces, so that this file passes its own check.
MACHINE = re.compile(
    r"(?<![\w.-])/(?:work|farm|root|Users)" + r"/[\w.]|(?<![\w.-])/home/" + r"(?!cityloop\b)[a-z]|(?<![\w.-])/tmp/" + r"[a-z]"
)
REGISTRY = re.compile(
    "|".join(
        re.escape(host)
        for host in (
            "pypi" + ".org",
            "pythonhosted" + ".org",
            "registry.npmjs" + ".org",
            "repo1.maven" + ".org",
            "maven.org" + "/maven2",
            "deb.debian" + ".org",
            "proxy.golang" + ".org",
        )
    )
)
BINARY = {".jpg", ".jpeg", ".png", ".mp4", ".onnx", ".ico", ".woff2", ".gz", ".npz", ".bin"}


def hits(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern stands in the tree, ``file:line: text``."""
    found = []
    for path in tracked():
        if path.suffix in BINARY:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return found


def test_no_path_of_one_machine() -> None:
    """No file names a folder that only one machine has."""
    assert hits(MACHINE) == []


def test_no_address_of_a_registry() -> None:
    """No file names a package registry's host: each user's clients know their own."""
    assert hits(REGISTRY) == []


@pytest.mark.parametrize("text", ["see /" + "work/notes", "'/" + "root/x'", "/" + "tmp/scratch", "/home/" + "anna/x"])
def test_the_check_sees_a_machine_path(text: str) -> None:
    """The check finds such a path in a sentence or a string."""
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["/v1/work/x", "docs/work/x", "/home/" + "cityloop/data", "tests/root/a"])
def test_the_check_passes_other_paths(text: str) -> None:
    """A route, a relative path and the container's own home are no machine's path."""
    assert not MACHINE.search(text)
