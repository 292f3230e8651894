"""Where the observations of a replay come from: NDJSON, Parquet, or a topic of a broker."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
from rich.progress import Progress

from cityloop.commands.recording import opened, watched
from cityloop.commands.rulesources import refuse_argument
from cityloop.terminal import talk
from config.brokeraddress import SCHEME, bootstrap_of
from config.kinds import Kind
from config.moment import Micros
from config.problem import Problem, ProblemsError
from config.settings import read_settings
from rules.parser import UnknownKinds
from rules.replay import Line, infer_kinds, infer_kinds_of, lines_of, read_lines, read_objects
from streams.clock import system_clock
from streams.topics import OBSERVATIONS, URGENT

PARQUET = ".parquet"
TOPICS = {name.removeprefix("cityloop."): name for name in (OBSERVATIONS, URGENT)}
"""Topics of observations, by their short names."""
_STRIDE = 500
_Item = TypeVar("_Item")


class Recorded(NamedTuple):
    """A recording that is open.

    Attributes:
        kinds: the kinds table, with what was inferred from the recording.
        unknown: what rules may make of other kinds.
        lines: the recording; it can be read once.
        streams: how many partitions it has; 0 for one that is one stream.
    """

    kinds: Mapping[str, Kind]
    unknown: UnknownKinds
    lines: Iterator[Line]
    streams: int = 0


class Span(msgspec.Struct, frozen=True):
    """From when to when a topic is read, by the time of its records; ``None``: from the first that the broker keeps, up to now."""

    since: Micros | None = None
    until: Micros | None = None


@contextmanager
def recorded(name: str, kinds: Mapping[str, Kind], *, infer: bool, shown: bool, span: Span) -> Iterator[Recorded]:
    """Open a recording.

    Args:
        name: a file, ``-``, or ``kafka://host:port/TOPIC[,TOPIC]``.
        kinds: the kinds table.
        infer: whether kinds that no table has are taken.
        shown: whether a progress bar would not stand between lines of data on the same terminal.
        span: for a topic.

    Raises:
        ProblemsError: it cannot be read.
    """
    unknown = UnknownKinds.TAKE if infer else UnknownKinds.REFUSE
    if name.startswith(SCHEME):
        from streams.tape import TapeReader  # noqa: PLC0415  # A client of a broker, which no file needs.

        with open_tape(name, span, TapeReader) as tape:
            lines = lines_of(bar(tape.records(), tape.length, shown=shown), None if infer else kinds, tape.streams)
            yield Recorded(kinds, unknown, lines, len(tape.streams))
        return
    if span != Span():
        raise refuse_argument("--from, --to", "they are for topics.", "Leave them out; a file is read as a whole.")
    if name.endswith(PARQUET):
        from streams.parquetform import ParquetRows  # noqa: PLC0415  # An extra.

        if not Path(name).is_file():
            raise refuse_argument(name, "there is no such file.", "Name a Parquet file, as cityloop record writes it.")
        rows = ParquetRows(Path(name))
        try:
            found = infer_kinds_of((obj for _, obj in rows), kinds) if infer else kinds
            yield Recorded(found, unknown, read_objects(bar(rows, rows.length, shown=shown), found))
        finally:
            rows.close()
        return
    with opened(name, again=infer) as recording:
        found = kinds
        if infer:
            found = infer_kinds(recording, kinds)
            recording.seek(0)
        yield Recorded(found, unknown, read_lines(watched(recording, shown=shown), found))


def open_tape(address: str, span: Span, reader: Any) -> Any:
    """A reader of the topics that an address names.

    Raises:
        ProblemsError: it names none, the broker does not answer, or it has no such topic.
    """
    from aiokafka.errors import KafkaError  # noqa: PLC0415  # As the reader itself.

    from streams.tape import Tape  # noqa: PLC0415

    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise refuse_argument(address, f"it is no address: {error}.", "Check the brackets of the host.") from None
    wanted = [topic_of(name, address) for name in parts.path.strip("/").split(",") if name]
    form = f"Write kafka://host:port/{'|'.join(TOPICS)}, or both with a comma."
    if not wanted or not parts.netloc:
        raise refuse_argument(address, "it names no topic.", form)
    try:
        servers = bootstrap_of(address)
    except ValueError as error:
        raise refuse_argument(address, f"it names no broker: {error}.", form) from None
    suffix = read_settings(os.environ).topic_suffix
    until = system_clock() if span.until is None else span.until
    tape = Tape(bootstrap_servers=servers, topics=wanted, suffix=suffix, since=span.since, until=until)
    try:
        return reader(tape)
    except LookupError as error:
        fix = "Check the address and CITYLOOP_TOPIC_SUFFIX."
        raise refuse_argument(address, f"the broker has no topic {error.args[0]}.", fix) from None
    except KafkaError as error:
        raise refuse_argument(
            address, f"the broker does not answer: {type(error).__name__}.", "Check the address, and that it runs."
        ) from None


def topic_of(name: str, where: str) -> str:
    """A topic of observations by its name, with or without ``cityloop.`` before it.

    Raises:
        ProblemsError: there is no such topic.
    """
    found = TOPICS.get(name.removeprefix("cityloop."))
    if found is None:
        raise refuse_argument(where, f"there is no topic of observations {name!r}.", f"Write {' or '.join(TOPICS)}.")
    return found


def bar(items: Iterable[_Item], length: int, *, shown: bool) -> Iterator[_Item]:
    """The items, with a progress bar on stderr when that is a terminal."""
    if not shown or not talk.is_terminal:
        yield from items
        return
    with Progress(console=talk, transient=True) as progress:
        task = progress.add_task("read", total=length)
        for number, item in enumerate(items):
            if number % _STRIDE == 0:
                progress.update(task, completed=number)
            yield item


def instants_of(**options: str | None) -> dict[str, Micros | None]:
    """The RFC 3339 instants of several options, by their names without ``--``.

    Raises:
        ProblemsError: some are none; every one is told.
    """
    found: dict[str, Micros | None] = {}
    problems: list[Problem] = []
    for name, text in options.items():
        try:
            found[name] = instant_of(text, f"--{name}")
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return found


def instant_of(text: str | None, option: str) -> Micros | None:
    """An RFC 3339 instant of an option.

    Raises:
        ProblemsError: it is none.
    """
    from streams import fields  # noqa: PLC0415  # Its errors are told here only.

    if text is None:
        return None
    try:
        return fields.instant(text)
    except fields.BadFieldError as error:
        raise refuse_argument(option, error.what, error.fix) from None
