"""``cityloop replay``: a recording through the rules, without a broker."""

import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from cityloop.commands.rulesources import kinds_of, refuse_argument
from cityloop.terminal import Exit, refuse, talk
from config.moment import Micros
from config.problem import ProblemsError
from rules.parser import UnknownKinds, load_rules
from rules.replay import Summary, infer_kinds, read_lines, replay
from streams import fields
from streams.fields import BadFieldError

STDIN = "-"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

RulesOption = Annotated[list[Path], typer.Option("--rules", help="Rule file; may be given several times.", show_default=False)]
CityOption = Annotated[Path | None, typer.Option("--city", help="Folder of a city, for its kinds; default: the shipped table.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("replay")
    def replay_command(
        observations: Annotated[str, typer.Argument(metavar="OBS.ndjson", help="Recording, one observation a line; '-' reads stdin.")],
        *,
        rules: RulesOption,
        until: Annotated[str | None, typer.Option("--until", help="Run timers up to this RFC 3339 instant after the last line.")] = None,
        json: Annotated[
            bool, typer.Option("--json", help="One JSON object a line, which is what is printed anyway.")
        ] = False,  # A flag of the command line, fixed by COMMANDS; the output has one form.
        infer: Annotated[
            bool, typer.Option("--infer-kinds", help="Take kinds that no table has, with the type of their first value.")
        ] = False,
        city: CityOption = None,
    ) -> None:
        """Run recorded observations through rules and print what they say, one JSON object a line.

        Exit 0; 1 when lines were rejected (each is told with its line and reason); 2 when it could not begin.
        """
        try:
            raise typer.Exit(_run(observations, rules, _instant(until), city, infer=infer))
        except ProblemsError as error:
            raise refuse(error) from None
        except BrokenPipeError:
            # The reader has seen enough (`| head`); the flush at exit must not complain about it again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(observations: str, rules: list[Path], until: Micros | None, city: Path | None, *, infer: bool) -> Exit:
    kinds = kinds_of(city)
    with _opened(observations, again=infer) as recording:
        unknown = UnknownKinds.REFUSE
        if infer:
            kinds, unknown = infer_kinds(recording, kinds), UnknownKinds.TAKE
            recording.seek(0)
        ruleset = load_rules(rules, kinds, unknown)
        summary = Summary()
        write = sys.stdout.buffer.write
        for row in replay(ruleset, read_lines(recording, kinds), until, summary):
            write(msgspec.json.encode(row) + b"\n")
        sys.stdout.buffer.flush()
    told = ", ".join(f"{count} {event}" for event, count in summary.events.items()) or "nothing to tell"
    talk.print(f"{summary.lines} lines through {len(ruleset.rules)} rules: {told}.", markup=False)
    return Exit.FOUND_PROBLEMS if summary.rejected else Exit.GOOD


def _opened(name: str, *, again: bool) -> BinaryIO:
    """The recording; ``again`` asks for one that can be read twice."""
    if name == STDIN:
        return BytesIO(sys.stdin.buffer.read()) if again else sys.stdin.buffer
    try:
        found = Path(name).open("rb")  # noqa: SIM115  # The caller closes it.
        if found.peek(2)[:2] in _UTF_16:
            raise refuse_argument(name, "the file is UTF-16.", "Save it with the encoding UTF-8.")
    except FileNotFoundError:
        raise refuse_argument(name, "there is no such file.", "Name a file with one observation a line, or '-' for stdin.") from None
    except OSError as error:
        raise refuse_argument(name, f"the file cannot be read: {error.strerror}.", "Check its name and its permissions.") from None
    return BytesIO(found.read()) if again and not found.seekable() else found


def _instant(text: str | None) -> Micros | None:
    if text is None:
        return None
    try:
        return fields.instant(text)
    except BadFieldError as error:
        raise refuse_argument("--until", error.what, error.fix) from None
