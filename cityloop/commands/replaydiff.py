"""Tells what two rule sets differ in over one history."""

import msgspec
import typer

from cityloop.terminal import Exit, emit, talk
from rules.replay.against import Alert, RuleSetDiff
from streams.ids import canonical


def tell_diff(diff: RuleSetDiff, *, as_json: bool) -> Exit:
    """Print the difference: ``+`` added, ``-`` gone, ``~`` changed; 1 when lines of the recording were rejected."""
    if as_json:
        emit(diff)
    else:
        lines = [(alert.rule, alert.starts_at, f"+ {_shown(alert)}") for alert in diff.added]
        lines += [(alert.rule, alert.starts_at, f"- {_shown(alert)}") for alert in diff.gone]
        for one in diff.changed:
            told = ", ".join(f"{field} {_value(getattr(one.old, field))} -> {_value(getattr(one.new, field))}" for field in one.fields)
            lines.append((one.new.rule, one.new.starts_at, f"~ {_named(one.new)}: {told}"))
        for *_, line in sorted(lines):
            typer.echo(line)
        talk.print(
            f"{diff.lines} lines, {diff.rejected} rejected: {diff.old} alerts before, {diff.new} now; "
            f"{len(diff.added)} added, {len(diff.gone)} gone, {len(diff.changed)} changed, {diff.same} the same.",
            markup=False,
        )
    return Exit.FOUND_PROBLEMS if diff.rejected else Exit.GOOD


def _named(alert: Alert) -> str:
    return f"{alert.rule} {canonical(alert.group)} starts {alert.starts_at}"


def _shown(alert: Alert) -> str:
    return f"{_named(alert)}, fires {alert.fired_at}, resolves {alert.resolved_at or 'never'}"


def _value(value: object) -> str:
    """A value as JSON, a text without quotes."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
