"""``cityloop rules``: test rules, and say in words what they mean."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cityloop.commands.rulesapply import apply
from cityloop.commands.rulesources import categories_of, kinds_of, reporters_of, rules_of
from cityloop.commands.rulesshadow import shadow
from cityloop.commands.trialreport import report_trials
from cityloop.terminal import emit, refuse, talk
from config.kinds import Text
from config.problem import Problem, ProblemsError
from config.suggest import did_you_mean
from rules.meaning import Explanation, explain_rule
from rules.model import Rule, RuleSet
from rules.trials import TrialFile, read_trials

CityOption = Annotated[
    Path | None, typer.Option("--city", metavar="DIR", help="Folder of a city, for its kinds and categories; default: the shipped tables.")
]
RulesOption = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="FILE", help="Rule file; may be given several times.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Language(StrEnum):
    """In which language something is told."""

    EN = "en"
    ZH = "zh"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rules = typer.Typer(name="rules", help="Test rules, say in words what they mean, and switch an engine to them.", no_args_is_help=True)
    rules.command("test")(run_tests)
    rules.command("explain")(explain)
    rules.command("apply")(apply)
    rules.command("shadow")(shadow)
    app.add_typer(rules)


def run_tests(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files of rule tests.", show_default=False)],
    *,
    city: CityOption = None,
    json: JsonOption = False,
) -> None:
    """Run tests of rules: observations in, alerts expected.

    Exit 0; 1 when a test failed (told with what differs, by rule and group); 2 when a file could not be read.
    """
    try:
        trials = _read(files, city)
    except ProblemsError as error:
        raise refuse(error) from None
    raise typer.Exit(report_trials(trials, as_json=json))


def _read(files: list[Path], city: Path | None) -> list[TrialFile]:
    """Every file, or the problems of all of them."""
    kinds, reporters = kinds_of(city), reporters_of(city)
    problems: list[Problem] = []
    trials = []
    for path in files:
        try:
            trials.append(read_trials(path, kinds, reporters))
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return trials


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Name of the rule.")],
    *,
    rules: RulesOption = None,
    city: CityOption = None,
    language: Annotated[Language | None, typer.Option("--lang", help="One language only; default: both.")] = None,
    json: JsonOption = False,
) -> None:
    """Say in words when a rule fires, when it resolves, and what it does about a ticket.

    The rule is looked for in the files given, else in the city's rules, else in the shipped packs.
    """
    try:
        found = rules_of(rules, city)
        explanation = explain_rule(_named(rule, found), found.kinds, categories_of(city))
    except ProblemsError as error:
        raise refuse(error) from None
    if json:
        emit(explanation)
        return
    for one in [language] if language is not None else list(Language):
        for line in lines_of(explanation, one):
            typer.echo(line)
    talk.print(f"{explanation.place}, version {explanation.version}", markup=False)


def _named(name: str, rules: RuleSet) -> Rule:
    known = {one.name: one for one in (*rules.shadow, *rules.rules)}
    if name not in known:
        raise ProblemsError([Problem(file=name, what="there is no such rule.", fix=did_you_mean(name, known))])
    return known[name]


_HEADINGS = {
    "fires": Text("Fires", "触发"),
    "resolves": Text("Resolves", "解除"),
    "ticket": Text("Ticket", "案件"),
    "notes": Text("Notes", "备注"),
}


def lines_of(explanation: Explanation, language: Language) -> list[str]:
    """An explanation in one language, as it is printed."""
    lines = [f"{explanation.rule}: {getattr(explanation.summary, language)}"]
    for field, heading in _HEADINGS.items():
        sentences = [getattr(text, language) for text in getattr(explanation, field)]
        if sentences:
            lines.append(f"  {getattr(heading, language)}")
            lines.extend(f"    {sentence}" for sentence in sentences)
    return lines
