"""Commands that the documents name in a sentence are there, with the options that they are named with."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from cityloop.main import application
from tests.house.tree import ROOT, tracked

PAGES = [page for page in tracked("*.md") if page.parent == ROOT or page.is_relative_to(ROOT / "docs")]
NAMED = re.compile(r"`(cityloop [^`]+|make [a-z][^`]*)`")
EVERYWHERE = {"--help", "--debug", "--version"}


@pytest.fixture(scope="module")
def door() -> Any:
    """The command line as a tree of commands."""
    return typer.main.get_command(application())


@pytest.fixture(scope="module")
def recipes() -> set[str]:
    """What ``make`` can make."""
    return set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def fault(named: str, door: Any, recipes: set[str]) -> str | None:
    """What is wrong with a command that a page names; ``None`` when nothing is."""
    program, *words = named.split()
    if program == "make":
        return None if words[0] in recipes else f"{named}: there is no such recipe"
    command = door
    for word in words:
        below = getattr(command, "commands", None)
        if below is None or not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        if word not in below:
            return f"{named}: there is no command {word!r}"
        command = below[word]
    known = {option for parameter in command.params for option in parameter.opts} | EVERYWHERE
    unknown = [option for word in words for option in re.findall(r"--[a-z0-9][a-z0-9-]*", word) if option not in known]
    return f"{named}: there is no option {unknown[0]}" if unknown and not hasattr(command, "commands") else None


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path, door: Any, recipes: set[str]) -> None:
    """A command that was renamed, or has lost an option, is renamed in the sentences about it, too."""
    told = [fault(" ".join(match[1].split()), door, recipes) for match in NAMED.finditer(page.read_text(encoding="utf-8"))]
    assert [one for one in told if one is not None] == []


@pytest.mark.parametrize(
    ("named", "wrong"),
    [
        ("cityloop rules test FILE --json", None),
        ("cityloop run gateway|cameras|engine", None),
        ("cityloop --version", None),
        ("make test ARGS=-x", None),
        ("cityloop replya FILE", "there is no command 'replya'"),
        ("cityloop rules tets FILE", "there is no command 'tets'"),
        ("cityloop replay FILE --rule R", "there is no option --rule"),
        ("make tea", "there is no such recipe"),
    ],
)
def test_the_check_sees_what_is_not_there(named: str, wrong: str | None, door: Any, recipes: set[str]) -> None:
    """Commands, commands of groups, options and recipes are found out; arguments and placeholders are not taken for any."""
    found = fault(named, door, recipes)
    assert found == (None if wrong is None else f"{named}: {wrong}")
