"""The documents point at what is there."""

import re
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, tracked

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\s]+)`")
FENCED = re.compile(r"^ *(```+).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
PAGES = [path for path in tracked("*.md") if "node_modules" not in path.parts]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def slug(heading: str) -> str:
    """The anchor that a heading gets where the pages are shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """Every anchor of a page."""
    return {slug(match) for match in re.findall(r"^#+ +(.+?) *$", prose(page), flags=re.MULTILINE)}


def broken(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    found = []
    for match in LINK.finditer(prose(page)):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name) if name else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            found.append(target)
    return found


def missing(page: Path) -> list[str]:
    """Paths of the tree that a page names in code and that are not there."""
    roots = (*PACKAGES, "tests", "docs", "docker", ".ci")
    named = [name for name in CODE.findall(prose(page)) if "/" in name and name.split("/")[0] in roots]
    return [name for name in named if not re.search(r"[*<>{}|]", name) and not (ROOT / name.split("::")[0].rstrip("/")).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link of a page names a file that exists, and an anchor that the file has."""
    assert broken(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_in_code_exist(page: Path) -> None:
    """Each path of the tree that a page names exists, tests above all."""
    assert missing(page) == []


def unlinked(index: Path, pages: list[Path]) -> list[str]:
    """Pages that an index does not lead to."""
    led = {(index.parent / (match[1] or match[2]).partition("#")[0]).resolve() for match in LINK.finditer(prose(index))}
    return [page.name for page in pages if page.resolve() not in led and page != index]


@pytest.mark.parametrize(
    ("index", "folder"), [("README.md", "docs"), ("docs/adr/README.md", "docs/adr"), ("docs/rules/README.md", "docs/rules")]
)
def test_an_index_lists_every_page(index: str, folder: str) -> None:
    """Whoever begins at the README finds each page; so does who begins at the list of decisions or of rules."""
    assert unlinked(ROOT / index, [page for page in PAGES if page.parent == ROOT / folder]) == []


def test_the_check_sees_a_page_that_no_index_lists(tmp_path: Path) -> None:
    """A page that is named in words only is not listed."""
    (tmp_path / "index.md").write_text("[a](a.md#x) and b.md\n", encoding="utf-8")
    assert unlinked(tmp_path / "index.md", [tmp_path / name for name in ("a.md", "b.md", "index.md")]) == ["b.md"]


def test_the_check_sees_what_is_broken(tmp_path: Path) -> None:
    """A missing file and a missing anchor are found; a fence, an outer link and a good anchor are not."""
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](gone.md) [b](#one-two) [c](#three) [d](https://example.org)\n```\n[e](x.md)\n```\n", encoding="utf-8")
    assert broken(page) == ["gone.md", "#three"]


def test_the_check_sees_a_path_that_is_not_there(tmp_path: Path) -> None:
    """A path in code that the tree does not have is found; patterns and other words are not."""
    page = tmp_path / "page.md"
    page.write_text("`tests/unit/gone.py` `tests/house/tree.py` `config/*.py` `and/or`\n", encoding="utf-8")
    assert missing(page) == ["tests/unit/gone.py"]
