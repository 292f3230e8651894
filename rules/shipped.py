"""The rules that are shipped with the product: packs to take over or to copy from."""

from pathlib import Path

PACKS = Path(__file__).with_name("packs")
"""Rule files, and below them ``tests/`` with their tests."""


def pack_files() -> tuple[Path, ...]:
    """The rule files of all packs, in name order."""
    return tuple(sorted(PACKS.glob("*.yaml")))


def pack_tests() -> tuple[Path, ...]:
    """Their tests, in name order."""
    return tuple(sorted((PACKS / "tests").glob("*.yaml")))
