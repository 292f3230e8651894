"""Runs the tests of rules and tells what differs: for people as a diff, for programs as JSON."""

from collections.abc import Iterable, Sequence

import msgspec
import typer

from cityloop.terminal import Exit, emit, talk
from rules.trials import Case, Difference, TrialFile, compare, run_case


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A difference with its test."""

    test: str
    file: str
    line: int | None
    column: int | None
    rule: str
    group: str
    expected: str | None
    got: str | None


class TrialReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop rules test --json`` prints."""

    ok: bool
    files: int
    tests: int
    failed: int
    failures: tuple[Failure, ...]


def report_trials(files: Sequence[TrialFile], *, as_json: bool) -> Exit:
    """Run every test; 1 when one failed."""
    count, tests, failed = len(files), 0, 0
    failures: list[Failure] = []
    for file in files:
        for case in file.cases:
            tests += 1
            differences = compare(case, *run_case(case, file.rules))
            failed += bool(differences)
            failures.extend(_failure(case, one) for one in differences)
            if not as_json:
                _tell(case, differences)
    if as_json:
        emit(TrialReport(ok=not failed, files=count, tests=tests, failed=failed, failures=tuple(failures)))
    else:
        talk.print(f"{tests} tests in {count} files: {failed} failed.", style="red" if failed else "green", markup=False)
    return Exit.FOUND_PROBLEMS if failed else Exit.GOOD


def _tell(case: Case, differences: Iterable[Difference]) -> None:
    """A test's line, and below it what differs: ``-`` was expected, ``+`` came."""
    if not differences:
        typer.echo(f"ok   {case.name}")
        return
    typer.echo(f"FAIL {case.name} ({case.place.file}:{case.place.line})")
    headed = None
    for one in differences:
        heading = (one.rule, one.group)
        if heading != headed:
            typer.echo(f"  {one.rule} {one.group}".rstrip() if one.rule else "  observations that were not applied")
            headed = heading
        if one.expected is not None:
            typer.echo(f"    - {one.expected}")
        if one.got is not None:
            typer.echo(f"    + {one.got}")


def _failure(case: Case, one: Difference) -> Failure:
    return Failure(
        test=case.name,
        file=one.place.file,
        line=one.place.line,
        column=one.place.column,
        rule=one.rule,
        group=one.group,
        expected=one.expected,
        got=one.got,
    )
