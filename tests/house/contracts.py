"""The import contracts as data: what ``.importlinter`` says of each module."""

from configparser import ConfigParser
from functools import cache

from tests.house.tree import ROOT

OUTSIDE = frozenset({"asyncio", "cv2", "faust", "kafka", "aiokafka", "litestar", "onnxruntime", "os", "sqlalchemy"})
"""What a core module never reaches."""
PREFIX = "importlinter:contract:"
SHELL = "house:shell"


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Every contract by its id."""
    parser = _read()
    return {section.removeprefix(PREFIX): dict(parser[section]) for section in parser.sections() if section.startswith(PREFIX)}


@cache
def cores() -> frozenset[str]:
    """Modules (with all that is in them) that decide without the outside world."""
    return frozenset(name for key, found in contracts().items() if key.endswith("-core") for name in found["source_modules"].split())


@cache
def shells() -> frozenset[str]:
    """Modules (with all that is in them) that deal with the outside world."""
    return frozenset(_read()[SHELL]["modules"].split())


def covering(module: str, names: frozenset[str]) -> str | None:
    """The name that a module is covered by: its own, or that of a package around it; the nearest one."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in names:
            return name
    return None


@cache
def _read() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser
