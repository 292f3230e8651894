"""``cityloop replay``: a recording through the rules, without a broker."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cityloop.commands.recorded import Recorded, Span, instants_of, recorded
from cityloop.commands.replaydiff import tell_diff
from cityloop.commands.rulesources import kinds_of, reporters_of
from cityloop.terminal import Exit, refuse, talk
from config.moment import Micros
from config.problem import Problem, ProblemsError
from config.suggest import did_you_mean
from rules.model import RuleSet
from rules.parser import UnknownKinds, load_rules
from rules.replay import Summary, compare_rule_sets, replay

RulesOption = Annotated[
    list[Path], typer.Option("--rules", metavar="FILE", help="Rule file; may be given several times.", show_default=False)
]
AgainstOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--against", metavar="FILE", help="Older rule file; tells which alerts the rules add, lose and change. May be given several times."
    ),
]
CityOption = Annotated[
    Path | None, typer.Option("--city", metavar="DIR", help="Folder of a city, for its kinds; default: the shipped table.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("replay")
    def replay_command(
        observations: Annotated[
            str,
            typer.Argument(
                metavar="OBS.ndjson",
                help="Recording: NDJSON ('-' reads stdin), Parquet, or kafka://host:port/TOPIC with observations, urgent or both.",
            ),
        ],
        *,
        rules: RulesOption,
        until: Annotated[
            str | None, typer.Option("--until", metavar="T", help="Run timers up to this RFC 3339 instant after the last line.")
        ] = None,
        since: Annotated[str | None, typer.Option("--from", metavar="T", help="Of a topic: records from this RFC 3339 instant on.")] = None,
        to: Annotated[str | None, typer.Option("--to", metavar="T", help="Of a topic: records before this RFC 3339 instant.")] = None,
        json: Annotated[
            bool, typer.Option("--json", help="One JSON object a line, which is what is printed anyway; with --against one object.")
        ] = False,
        infer: Annotated[
            bool, typer.Option("--infer-kinds", help="Take kinds that no table has, with the type of most of their values.")
        ] = False,
        city: CityOption = None,
        against: AgainstOption = None,
    ) -> None:
        """Run recorded observations through rules and print what they say, one JSON object a line.

        With ``--against`` print instead what the alerts of these rules differ in from those of older ones.

        Exit 0; 1 when lines were rejected (each is told with its line and reason); 2 when it could not begin.
        """
        try:
            at = instants_of(**{"from": since, "to": to, "until": until})
            asked = Asked(observations, rules, against or [], at["until"], city, infer, json, Span(at["from"], at["to"]))
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
    span: Span


def _run(asked: Asked) -> Exit:
    kinds, reporters = kinds_of(asked.city), reporters_of(asked.city)
    shown = bool(asked.against) or not sys.stdout.isatty()
    sets = (asked.rules, asked.against)
    with ExitStack() as stack:
        try:
            recording = stack.enter_context(recorded(asked.observations, kinds, infer=asked.infer, shown=shown, span=asked.span))
        except ProblemsError as error:
            # Which kinds the recording would have brought is not known now; all other mistakes of the rules are.
            unknown = UnknownKinds.TAKE if asked.infer else UnknownKinds.REFUSE
            _both(sets, partial(load_rules, kinds=kinds, unknown=unknown, reporters=reporters), error.problems)
            raise
        rules, old = _both(sets, partial(load_rules, kinds=recording.kinds, unknown=recording.unknown, reporters=reporters))
        if asked.infer and not recording.streams:
            _tell_kinds_of_nothing(rules, recording)
        if asked.against:
            return tell_diff(compare_rule_sets(old, rules, recording.lines, asked.until, recording.streams), as_json=asked.json)
        return _replay(rules, recording, asked.until)


def _both(sets: Sequence[Sequence[Path]], load: Callable[[Sequence[Path]], RuleSet], found: Sequence[Problem] = ()) -> list[RuleSet]:
    """Each rule set; the problems of all of them after those found before, where there are some."""
    loaded: list[RuleSet] = []
    problems = list(found)
    for files in sets:
        try:
            loaded.append(load(files))
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return loaded


def _tell_kinds_of_nothing(rules: RuleSet, recording: Recorded) -> None:
    """With inferred kinds a misspelt kind of a rule is no mistake that could be refused; it is said, or the rule's silence would mislead."""
    for rule in (*rules.rules, *rules.shadow):
        for kind in sorted(set(rule.kinds) - recording.kinds.keys()):
            what = f"the kind {kind!r} of {rule.name!r} is in no line and in no table."
            talk.print(
                str(Problem(file=rule.place.file, line=rule.place.line, what=what, fix=did_you_mean(kind, recording.kinds))), markup=False
            )


def _replay(rules: RuleSet, recording: Recorded, until: Micros | None) -> Exit:
    summary = Summary()
    write = sys.stdout.buffer.write
    for row in replay(rules, recording.lines, until, summary, recording.streams):
        write(msgspec.json.encode(row) + b"\n")
    sys.stdout.buffer.flush()
    told = ", ".join(f"{count} {event}" for event, count in summary.events.items()) or "nothing to tell"
    talk.print(f"{summary.lines} lines through {len(rules.rules)} rules: {told}.", markup=False)
    return Exit.FOUND_PROBLEMS if summary.rejected else Exit.GOOD
