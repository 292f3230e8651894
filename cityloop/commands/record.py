"""``cityloop record``: a part of a topic as a file that ``cityloop replay`` reads."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Protocol

import msgspec
import typer

from cityloop.commands.recorded import PARQUET, TOPICS, Span, bar, instants_of, open_tape, topic_of
from cityloop.commands.recording import STDIN
from cityloop.commands.rulesources import refuse_argument
from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import Problem, ProblemsError
from config.settings import EMBEDDED, read_settings
from streams.codec import decode_record
from streams.fold import Record
from streams.observation import Observation
from streams.publicform import write_observation


class Sink(Protocol):
    """Where observations are written."""

    def write(self, observations: Iterable[Observation]) -> None:
        """Add observations."""

    def close(self) -> None:
        """Write the rest."""


class NdjsonSink:
    """One observation a line, in the public form.

    Args:
        file: where to.
        owned: whether it is closed at the end.
    """

    def __init__(self, file: BinaryIO, *, owned: bool) -> None:
        self._file, self._owned = file, owned

    def write(self, observations: Iterable[Observation]) -> None:
        """Add observations."""
        for observation in observations:
            self._file.write(msgspec.json.encode(write_observation(observation)) + b"\n")

    def close(self) -> None:
        """Flush; close what was opened here."""
        self._file.flush()
        if self._owned:
            self._file.close()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    out: Annotated[str, typer.Argument(metavar="OUT", help="OUT.parquet or OUT.ndjson; '-' writes NDJSON to stdout.")],
    *,
    topic: Annotated[
        list[str] | None, typer.Option("--topic", metavar="NAME", help="observations or urgent; several times for both. Default: both.")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="T", help="Records from this RFC 3339 instant on.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="T", help="Records before this RFC 3339 instant; default: up to now.")] = None,
    broker: Annotated[str | None, typer.Option("--broker", metavar="kafka://H:P", help="The Kafka broker (CITYLOOP_BROKER).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on what was written; not with OUT '-'.")] = False,
) -> None:
    """Write the observations of a topic to a file, in the order of their records' time, with a bounded part of them in memory.

    Exit 0; 1 when records could not be read (they are counted and left out); 2 when it could not begin.
    """
    import os  # noqa: PLC0415  # The door alone looks at the environment.

    try:
        at = instants_of(**{"from": since, "to": to})
        names = [topic_of(name, "--topic") for name in topic or list(TOPICS)]
        _check_out(out, json=json)
        settings = read_settings(os.environ, broker=broker)
        if settings.broker == EMBEDDED:
            raise refuse_argument("CITYLOOP_BROKER", "no broker is named.", "Name the one that the engine uses: --broker kafka://host:port")
        raise typer.Exit(_record(out, f"{settings.broker}/{','.join(names)}", Span(at["from"], at["to"]), json=json))
    except ProblemsError as error:
        raise refuse(error) from None


def _check_out(out: str, *, json: bool) -> None:
    """What can be known before a broker is asked.

    Raises:
        ProblemsError: the file cannot be what is wanted; every reason is told.
    """
    problems = []
    if json and out == STDIN:
        problems.append(Problem(file="--json", what="stdout takes the observations already.", fix="Name a file, or leave --json out."))
    if out != STDIN and not out.endswith((PARQUET, ".ndjson")):
        what = "its name does not say what to write."
        problems.append(Problem(file=out or "OUT", what=what, fix="End it in .parquet or .ndjson, or write '-' for stdout."))
    elif not Path(out).absolute().parent.is_dir():
        problems.append(Problem(file=out, what="there is no such folder.", fix="Make it first, or name another one."))
    if problems:
        raise ProblemsError(problems)


def _record(out: str, address: str, span: Span, *, json: bool) -> Exit:
    from streams.tape import TapeReader  # noqa: PLC0415  # A client of a broker; --help must not wait for it.

    with open_tape(address, span, TapeReader) as tape:
        sink = _sink(out)
        written, unread = 0, list[str]()
        try:
            for observations in _observations(bar(tape.records(), tape.length, shown=out != STDIN or not sys.stdout.isatty()), unread):
                written += len(observations)
                sink.write(observations)
        finally:
            sink.close()
    if json:
        emit({"out": out, "observations": written, "unread": len(unread)})
    talk.print(f"{written} observations to {out}, {len(unread)} records that could not be read left out.", markup=False)
    for where in unread[:10]:
        talk.print(f"  {where}", markup=False)
    return Exit.FOUND_PROBLEMS if unread else Exit.GOOD


def _sink(out: str) -> Sink:
    if out == STDIN:
        return NdjsonSink(sys.stdout.buffer, owned=False)
    try:
        if out.endswith(PARQUET):
            from streams.parquetform import ParquetWriter  # noqa: PLC0415  # An extra.

            return ParquetWriter(Path(out))
        return NdjsonSink(Path(out).open("wb"), owned=True)
    except OSError as error:
        raise refuse_argument(out, f"it cannot be written: {error.strerror or error}.", "Check the folder and its permissions.") from None


def _observations(records: Iterable[Record], unread: list[str]) -> Iterator[tuple[Observation, ...]]:
    for one in records:
        try:
            yield decode_record(one.value, one.headers, timestamp=one.timestamp).observations
        except ProblemsError as error:
            unread.append(f"{one.topic}/{one.partition}/{one.offset}: {error.problems[0].what}")
