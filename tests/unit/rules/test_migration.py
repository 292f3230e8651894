"""Checkpoints of older schemas are brought up to date, step by step; what cannot be read is refused in words."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.moment import SECOND
from rules.engine import Outcome, Partition, snapshot
from rules.engine.migration import ROWS, SCHEMA, Sections, migrated
from rules.life.switch import switch
from rules.model import RuleSet
from rules.parser import load_rules, parse_rules
from streams.alert import AlertEvent
from streams.observation import Observation, Position
from tests.fakes.rulekit import EPOCH, KINDS, alerts

FOLDER = Path("tests/data/rules/checkpoints")
"""``schema-<n>.msgpack`` was written by the code that had schema n, over ``rules.yaml``; ``observations.msgpack`` is what
came next, and ``schema-<n>-alerts.ndjson`` what that code said of it and of a tick at second 400."""


@cache
def rules() -> RuleSet:
    """The rules that wrote them."""
    return load_rules([FOLDER / "rules.yaml"], KINDS)


def stored(schema: int) -> Sections:
    """A stored checkpoint."""
    return msgspec.msgpack.decode((FOLDER / f"schema-{schema}.msgpack").read_bytes(), type=dict[str, bytes])


def gone_on(sections: Sections) -> list[AlertEvent]:
    """What the engine says after it was restored."""
    engine = Partition(rules())
    snapshot.restore(engine, sections)
    said = []
    for one in msgspec.msgpack.decode((FOLDER / "observations.msgpack").read_bytes(), type=list[Observation]):
        said += alerts(engine.observe(one, one.at))
    return said + alerts(engine.tick(EPOCH + 400 * SECOND, EPOCH + 400 * SECOND))


def with_lateness(seconds: int, *, only: str = "-late") -> RuleSet:
    """The rules that wrote them, those of a name like that with another lateness."""
    text = (FOLDER / "rules.yaml").read_text()
    lines = [line.replace('"lateness": "20s"', f'"lateness": "{seconds}s"') if f'{only}"' in line else line for line in text.splitlines()]
    return parse_rules("\n".join(lines), KINDS)


def rest(engine: Partition, said: Sequence[Outcome] = ()) -> list[tuple[Any, ...]]:
    """What an engine says of what came next."""
    found = alerts(said)
    for one in msgspec.msgpack.decode((FOLDER / "observations.msgpack").read_bytes(), type=list[Observation]):
        found += alerts(engine.observe(one, one.at))
    found += alerts(engine.tick(EPOCH + 400 * SECOND, EPOCH + 400 * SECOND))
    return sorted((one.rule, one.at, one.event.value, one.event_id, one.count, one.starts_at) for one in found)


@pytest.mark.parametrize("only", ["-late", "count-late"], ids=["all", "one"])
@pytest.mark.parametrize("seconds", [0, 5, 20, 40, 90])
def test_an_upgrade_and_another_lateness_at_once_lose_nothing(seconds: int, only: str) -> None:
    """What waited under schema 4 is judged once, as if the lateness had been changed a moment after the upgrade."""
    after = with_lateness(seconds, only=only)
    upgraded = Partition(rules())
    snapshot.restore(upgraded, stored(4))
    switched = switch(upgraded, rules(), after, noticed=upgraded.now)
    at_once = Partition(after)
    snapshot.restore(at_once, stored(4))
    assert rest(at_once) == rest(switched.partition, switched.outcomes) != []


def test_every_older_schema_that_is_read_has_a_stored_checkpoint() -> None:
    """A row of the table is tried on bytes that its schema really wrote."""
    assert {int(path.stem.removeprefix("schema-")) for path in FOLDER.glob("schema-*.msgpack")} == set(ROWS)
    assert set(ROWS) == set(range(min(ROWS), SCHEMA))


@pytest.mark.parametrize("schema", sorted(ROWS))
def test_a_stored_checkpoint_goes_on_as_it_would_have(schema: int) -> None:
    """Restored from an older schema, the engine says the same events, with the same ids and counts, in the same order."""
    told = [json.loads(line) for line in (FOLDER / f"schema-{schema}-alerts.ndjson").read_text().splitlines()]
    said = gone_on(stored(schema))
    assert [
        {"event": one.event.value, "rule": one.rule, "at": one.at, "event_id": one.event_id, "count": one.count} for one in said
    ] == told
    assert len({row["rule"] for row in told}) >= 16


def test_an_episode_of_schema_4_keeps_its_position() -> None:
    """The position of its last match is carried over, so that the next event still has it."""
    found = [one.position for one in gone_on(stored(4)) if one.rule == "repeat" and one.source == "sensor/1"]
    assert set(found) == {Position(121.5, 31.25)}


def test_a_migration_changes_nothing_that_it_was_given() -> None:
    """The rows are pure: the sections given stay as they were, and a second run gives the same."""
    given = stored(4)
    before = dict(given)
    assert migrated(given) == migrated(given)
    assert given == before
    assert migrated(migrated(given)) == migrated(given)


def test_rows_are_run_one_after_another() -> None:
    """From the schema that was written each row leads to the next, and the clock says the newest."""

    def row(name: str) -> Any:
        return lambda sections: sections | {"path": sections.get("path", b"") + name.encode()}

    sections = {"clock": msgspec.msgpack.encode([2, 7]), "group/r/0": b"x"}
    found = migrated(sections, rows={1: row("a"), 2: row("b"), 3: row("c")}, newest=4)
    assert found == {"clock": msgspec.msgpack.encode([4, 7]), "group/r/0": b"x", "path": b"bc"}


def test_a_newer_schema_is_refused_in_words() -> None:
    """State of a newer version is not guessed at; the message says what to run."""
    sections = snapshot.full(Partition(rules())) | {"clock": msgspec.msgpack.encode((SCHEMA + 1, EPOCH))}
    with pytest.raises(ValueError, match="the checkpoint") as caught:
        snapshot.restore(Partition(rules()), sections)
    assert str(caught.value) == (
        f"the checkpoint has schema {SCHEMA + 1}, of a newer version of cityloop; this one reads schema {SCHEMA}: run the newer version"
    )


@pytest.mark.parametrize("schema", [0, 1, 3])
def test_a_schema_that_no_row_leads_on_from_is_refused_in_words(schema: int) -> None:
    """The message names the schema that was found, those that are read, and what to do."""
    sections = snapshot.full(Partition(rules())) | {"clock": msgspec.msgpack.encode((schema, EPOCH))}
    with pytest.raises(ValueError, match="the checkpoint") as caught:
        snapshot.restore(Partition(rules()), sections)
    assert str(caught.value) == (
        f"the checkpoint has schema {schema}, and this version of cityloop reads schema 4 to {SCHEMA}: "
        "upgrade by way of a version in between, or start with an empty state"
    )
