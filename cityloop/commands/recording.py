"""A recording as commands read it: a file or standard input, with a progress bar where somebody watches."""

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from rich.progress import Progress

from cityloop.commands.rulesources import refuse_argument
from cityloop.terminal import talk

STDIN = "-"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_STRIDE = 500
"""Lines between two looks at the bar."""


def opened(name: str, *, again: bool) -> BinaryIO:
    """The recording; ``again`` asks for one that can be read twice."""
    if name == STDIN:
        return BytesIO(sys.stdin.buffer.read()) if again else sys.stdin.buffer
    try:
        found = Path(name).open("rb")  # noqa: SIM115  # The caller closes it.
        if found.peek(2)[:2] in _UTF_16:
            found.close()
            raise refuse_argument(name, "the file is UTF-16.", "Save it with the encoding UTF-8.")
    except FileNotFoundError:
        raise refuse_argument(name, "there is no such file.", "Name a file with one observation a line, or '-' for stdin.") from None
    except OSError as error:
        raise refuse_argument(name, f"the file cannot be read: {error.strerror}.", "Check its name and its permissions.") from None
    return BytesIO(found.read()) if again and not found.seekable() else found


def watched(recording: BinaryIO, *, shown: bool) -> Iterator[bytes]:
    """The lines of a recording, with a progress bar on stderr when that is a terminal and the recording is a file.

    Args:
        recording: the file.
        shown: whether the bar would not stand between lines of data on the same terminal.
    """
    size = _size(recording)
    if not shown or not talk.is_terminal or size is None:
        yield from recording
        return
    with Progress(console=talk, transient=True) as progress:
        task = progress.add_task("replay", total=size)
        read = 0
        for number, line in enumerate(recording):
            read += len(line)
            if number % _STRIDE == 0:
                progress.update(task, completed=read)
            yield line


def _size(recording: BinaryIO) -> int | None:
    """How many bytes it has; ``None`` where that cannot be known."""
    if isinstance(recording, BytesIO):
        return recording.getbuffer().nbytes
    return os.fstat(recording.fileno()).st_size if recording.seekable() else None
