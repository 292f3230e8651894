"""What is in the source tree: the files that git tracks, as the house tests see them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "streams", "detectors", "rules", "dispatch", "console", "cityloop", "bench")
SOURCES = ("*.py", "*.ts", "*.svelte")


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Files of the tree that match the patterns (all without one): tracked by git, and present in the work tree.

    New files that git does not ignore count too, so that a fault shows before it is committed.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted(path for name in set(listed.split("\0")) if name and (path := ROOT / name).is_file()))


def lines_of(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def modules() -> Iterator[tuple[str, Path]]:
    """Each module of the product by its dotted name, packages' ``__init__`` under the package's own name."""
    for path in tracked("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] in PACKAGES and "web" not in parts and "versions" not in parts:
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path
