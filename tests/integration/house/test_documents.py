"""Every command that the documents show is run, and prints what they say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.pages import Demo, like_a_clone, run_page, wants_demo
from tests.house.snippets import read_blocks
from tests.house.tree import ROOT, tracked

PAGES = [page for page in tracked("*.md") if page.parent in {ROOT, ROOT / "docs"}]
SHOWN = [page for page in PAGES if any(block.language == "console" for block in read_blocks(page))]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that is up for the pages that need one."""
    running = Demo(tmp_path_factory.mktemp("demo"))
    yield running
    running.stop()


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_what_happens(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The commands of a page end as it says, and print the lines that it shows."""
    running: Demo | None = request.getfixturevalue("demo") if wants_demo(page) else None
    faults = run_page(page, like_a_clone(tmp_path), running)
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_that_is_not_run_says_why(page: Path) -> None:
    """A block that is left out has a reason of at least three words."""
    reasons = [block.words["skip"] for block in read_blocks(page) if "skip" in block.words]
    assert [reason for reason in reasons if len(reason.split()) < 3] == []


FAULTY = """```console
$ echo one
one
$ NAME=two
$ echo $NAME > file.txt; cat file.txt
two
$ echo three
four
$ false
```
```console exit=3
$ exit 3
```
"""


def test_the_runner_tells_what_differs(tmp_path: Path) -> None:
    """Output that is missing and a wrong exit code are faults with their places; variables and files last for the page."""
    page = tmp_path / "page.md"
    page.write_text(FAULTY, encoding="utf-8")
    faults = run_page(page, tmp_path)
    assert [fault.partition(" ")[0] for fault in faults] == ["page.md:7:", "page.md:9:"]
    assert "did not print 'four'" in faults[0]
    assert "ended with 1, not 0" in faults[1]
