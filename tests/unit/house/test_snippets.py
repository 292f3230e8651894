"""The reader of the documents' commands, tested on pages of its own."""

from pathlib import Path

import pytest

from tests.house.snippets import Step, first_missing, read_blocks

PAGE = """# A page

```console
$ cityloop a \\
    --b
one
$ cityloop c
```

Text.

```yaml file=x.yaml
id: 1
```

  ```console exit=1 skip="it needs a camera"
  $ false
  ```

````markdown
```console
$ not a command of this page
```
````
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with each kind of block."""
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_a_console_block_gives_commands_with_what_they_print(page: Path) -> None:
    """A continued command is one command, and the lines below a command are its output."""
    assert read_blocks(page)[0].steps == (Step(4, "cityloop a \\\n    --b", ("one",)), Step(7, "cityloop c", ()))


def test_a_file_block_has_its_name_and_text(page: Path) -> None:
    """The word ``file`` names the file that the block is."""
    block = read_blocks(page)[1]
    assert (block.language, block.words, block.text) == ("yaml", {"file": "x.yaml"}, "id: 1\n")


def test_an_indented_block_loses_its_indent_and_keeps_its_words(page: Path) -> None:
    """A block in a list reads as one at the margin, with a quoted reason and an exit code."""
    block = read_blocks(page)[2]
    assert block.words["skip"] == "it needs a camera"
    assert block.steps == (Step(17, "false", (), 1),)


def test_a_block_within_a_longer_fence_is_text(page: Path) -> None:
    """A fence inside a longer fence is part of the text that is shown."""
    assert [block.language for block in read_blocks(page)] == ["console", "yaml", "console", "markdown"]


def test_an_open_fence_is_an_error(tmp_path: Path) -> None:
    """A page whose fence is never closed is refused with its line."""
    path = tmp_path / "open.md"
    path.write_text("text\n```console\n$ a\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"open\.md:2: the fence is never closed"):
        read_blocks(path)


@pytest.mark.parametrize(
    ("expected", "printed", "missing"),
    [
        (["a", "b"], "a\nx\nb\n", None),
        (["a", "b"], "b\na\n", "b"),
        (["..."], "", None),
        (['{"due":"...","n":1}'], '{"due":"2026-03-02","n":1}\n', None),
        (['{"due":"...","n":1}'], '{"due":"2026-03-02","n":2}\n', '{"due":"...","n":1}'),
        (["a"], "ab\n", "a"),
    ],
)
def test_expected_lines_come_in_order(expected: list[str], printed: str, missing: str | None) -> None:
    """Each expected line is a whole line, they come in order, and ``...`` stands for anything."""
    assert first_missing(expected, printed) == missing
