"""``cityloop replay``: a recording through the rules, without a broker."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cityloop.commands.recording import opened, watched
from cityloop.commands.replaydiff import tell_diff
from cityloop.commands.rulesources import kinds_of, refuse_argument, reporters_of
from cityloop.terminal import Exit, refuse, talk
from config.moment import Micros
from config.problem import ProblemsError
from rules.model import RuleSet
from rules.parser import UnknownKinds, load_rules
from rules.replay import Line, Summary, compare_rule_sets, infer_kinds, read_lines, replay
from streams import fields
from streams.fields import BadFieldError

RulesOption = Annotated[list[Path], typer.Option("--rules", help="Rule file; may be given several times.", show_default=False)]
AgainstOption = Annotated[
    list[Path] | None,
    typer.Option("--against", help="Older rule file; tells which alerts the rules add, lose and change. May be given several times."),
]
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
            bool, typer.Option("--json", help="One JSON object a line, which is what is printed anyway; with --against one object.")
        ] = False,
        infer: Annotated[
            bool, typer.Option("--infer-kinds", help="Take kinds that no table has, with the type of their first value.")
        ] = False,
        city: CityOption = None,
        against: AgainstOption = None,
    ) -> None:
        """Run recorded observations through rules and print what they say, one JSON object a line.

        With ``--against`` print instead what the alerts of these rules differ in from those of older ones.

        Exit 0; 1 when lines were rejected (each is told with its line and reason); 2 when it could not begin.
        """
        try:
            asked = Asked(observations, rules, against or [], _instant(until), city, infer, json)
            raise typer.Exit(_run(asked))
        except ProblemsError as error:
            raise refuse(error) from None
        except BrokenPipeError:
            # The reader has seen enough (`| head`); the flush at exit must not complain about it again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Asked(msgspec.Struct, frozen=True):
    """What the command line asks for."""

    observations: str
    rules: list[Path]
    against: list[Path]
    until: Micros | None
    city: Path | None
    infer: bool
    json: bool


def _run(asked: Asked) -> Exit:
    kinds, reporters = kinds_of(asked.city), reporters_of(asked.city)
    with opened(asked.observations, again=asked.infer) as recording:
        unknown = UnknownKinds.REFUSE
        if asked.infer:
            kinds, unknown = infer_kinds(recording, kinds), UnknownKinds.TAKE
            recording.seek(0)
        rules = load_rules(asked.rules, kinds, unknown, reporters)
        if asked.against:
            old = load_rules(asked.against, kinds, unknown, reporters)
            lines = read_lines(watched(recording, shown=True), kinds)
            return tell_diff(compare_rule_sets(old, rules, lines, asked.until), as_json=asked.json)
        return _replay(rules, read_lines(watched(recording, shown=not sys.stdout.isatty()), kinds), asked.until)


def _replay(rules: RuleSet, lines: Iterable[Line], until: Micros | None) -> Exit:
    summary = Summary()
    write = sys.stdout.buffer.write
    for row in replay(rules, lines, until, summary):
        write(msgspec.json.encode(row) + b"\n")
    sys.stdout.buffer.flush()
    told = ", ".join(f"{count} {event}" for event, count in summary.events.items()) or "nothing to tell"
    talk.print(f"{summary.lines} lines through {len(rules.rules)} rules: {told}.", markup=False)
    return Exit.FOUND_PROBLEMS if summary.rejected else Exit.GOOD


def _instant(text: str | None) -> Micros | None:
    if text is None:
        return None
    try:
        return fields.instant(text)
    except BadFieldError as error:
        raise refuse_argument("--until", error.what, error.fix) from None
