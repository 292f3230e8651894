"""The commands shown in the documents, read from their fenced blocks so that a test can run them.

A page's blocks with the language ``console`` are run from top to bottom in one folder. Words after the language steer it:

* ``skip="reason"``: not run, and why;
* ``exit=N``: the exit code of the block's last command (0 is the default, and holds for the others);
* ``with=demo``: run while the demo is up;
* ``file=NAME`` (any language): the block is a file, written before later commands run.

In a block, a line that starts with ``$ `` is a command (continued after a backslash); the lines below it are what it
prints, in order, other lines between them allowed. ``...`` stands for anything.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+)(?P<info>.*)$")


class Step(msgspec.Struct, frozen=True):
    """One command with what must come of it.

    Attributes:
        line: where the command stands in the page.
        command: what the shell is given.
        expected: lines that must be printed, in this order.
        code: the exit code.
    """

    line: int
    command: str
    expected: tuple[str, ...]
    code: int = 0


class Block(msgspec.Struct, frozen=True):
    """One fenced block of a page.

    Attributes:
        line: of its opening fence.
        language: first word after the fence.
        words: the other words, ``name=value``.
        text: what is inside.
    """

    line: int
    language: str
    words: dict[str, str]
    text: str

    @property
    def steps(self) -> tuple[Step, ...]:
        """The commands of a ``console`` block."""
        found = list(_steps(self.line + 1, self.text.splitlines()))
        if found and "exit" in self.words:
            found[-1] = msgspec.structs.replace(found[-1], code=int(self.words["exit"]))
        return tuple(found)


def read_blocks(page: Path) -> tuple[Block, ...]:
    """Every fenced block of a Markdown page, in order.

    Raises:
        ValueError: a fence is not closed.
    """
    blocks: list[Block] = []
    opened: tuple[int, str, str, int] | None = None
    body: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        match = FENCE.match(line)
        if opened is None:
            if match:
                opened, body = (number, match["fence"], match["info"].strip(), len(match["indent"])), []
        elif line.strip() == opened[1]:
            blocks.append(_block(opened[0], opened[2], body))
            opened = None
        else:
            body.append(line[min(opened[3], len(line) - len(line.lstrip())) :])
    if opened is not None:
        raise ValueError(f"{page.name}:{opened[0]}: the fence is never closed")
    return tuple(blocks)


def _block(line: int, info: str, body: Sequence[str]) -> Block:
    language, *words = shlex.split(info) or [""]
    return Block(line, language, dict(word.split("=", 1) for word in words if "=" in word), "".join(f"{text}\n" for text in body))


def _steps(first: int, lines: Sequence[str]) -> Iterator[Step]:
    command: list[str] = []
    expected: list[str] = []
    started = first
    for number, line in enumerate(lines, start=first):
        if line.startswith("$ "):
            if command:
                yield Step(started, "\n".join(command), tuple(expected))
            command, expected, started = [line[2:]], [], number
        elif command and command[-1].endswith("\\") and not expected:
            command.append(line.removeprefix("> "))
        elif line.strip():
            expected.append(line.rstrip())
    if command:
        yield Step(started, "\n".join(command), tuple(expected))


def first_missing(expected: Sequence[str], printed: str) -> str | None:
    """The first expected line that was not printed in its turn, or ``None`` when all were."""
    rest = iter(line.rstrip() for line in printed.splitlines())
    for wanted in expected:
        if wanted.strip() == "...":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("...")))
        if not any(pattern.fullmatch(line) for line in rest):
            return wanted
    return None
