"""What a replay prints: one JSON object for each thing that the engine says (SEMANTICS, section 4).

* ``firing``, ``updated``, ``resolved``: ``event, at, id`` (of the alert), ``rule, group, severity, starts_at, fired_at,
  last_seen, ends_at, count, distinct_sources, category, ticket, stale, evidence, summary, rule_version, why``.
* ``late``, ``duplicate``, ``undecided``: ``event, at, id`` (of the observation), ``rule, group, source, kind, reason``:
  one for each rule that did not apply it. ``at`` is the observation's.
* ``rejected``: ``event, line, reason``, and for what could be read but not be used ``at, id, source, kind`` too.
"""

from typing import Any

from config.moment import render
from rules.engine import Failed, Note, Noted, Outcome
from streams.alert import AlertEvent

REJECTED = "rejected"


def row_of(outcome: Outcome, line: int) -> dict[str, Any]:
    """The object for one outcome; ``line`` is the one that was read when it came out."""
    if isinstance(outcome, AlertEvent):
        return _alert(outcome)
    if isinstance(outcome, Failed):
        told = rejected(line, f"rule {outcome.rule}: a timer failed: {outcome.reason}.")
        return told | {"at": render(outcome.at), "rule": outcome.rule, "group": outcome.group}
    if outcome.note in (Note.AHEAD, Note.CRASHED):
        reason = f"rule {outcome.rule}: {outcome.reason}" if outcome.rule else outcome.reason
        return rejected(line, f"{reason}.") | _observation(outcome)
    told = {"event": outcome.note.value, "at": render(outcome.at), "id": outcome.observation.id}
    return told | {"rule": outcome.rule, "group": outcome.group} | _observation(outcome) | {"reason": outcome.reason}


def rejected(line: int, reason: str) -> dict[str, Any]:
    """The object for a line that was not used."""
    return {"event": REJECTED, "line": line, "reason": reason}


def _observation(noted: Noted) -> dict[str, Any]:
    observation = noted.observation
    return {"at": render(observation.at), "id": observation.id, "source": observation.source, "kind": observation.kind}


def _alert(event: AlertEvent) -> dict[str, Any]:
    return {
        "event": event.event.value,
        "at": render(event.at),
        "id": event.id,
        "rule": event.rule,
        "group": event.group,
        "severity": event.severity.value,
        "starts_at": render(event.starts_at),
        "fired_at": render(event.fired_at),
        "last_seen": render(event.last_seen),
        "ends_at": None if event.ends_at is None else render(event.ends_at),
        "count": event.count,
        "distinct_sources": event.distinct_sources,
        "category": event.category,
        "ticket": event.ticket.value,
        "stale": event.stale,
        "evidence": list(event.evidence),
        "summary": {"en": event.summary.en, "zh": event.summary.zh},
        "rule_version": event.rule_version,
        "why": event.why,
    }
