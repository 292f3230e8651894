"""Silences through the API: who may, in which rows, and how everything wrong is told."""

from typing import Any

import msgspec
import pytest

from config.moment import SECOND
from console.shapes.noise import window_row
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.recurrence import Span
from dispatch.noise.window import FOR_EVER, Window
from dispatch.noisequery import WindowView
from streams.gateway.keys import Scope
from tests.contract.console.conftest import Office
from tests.fakes.casebook import MemoryCaseBook
from tests.fakes.town import BIN, PARKING, SMOKE, alert

RULE = {"field": "rule", "operator": "=", "value": "illegal-parking"}


def body(*matchers: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {"matchers": matchers or (RULE,), "comment": "road works", "ends_at": "2026-03-04T14:00:00+08:00"} | changes


async def made(office: Office, person: str = "dora", **changes: Any) -> dict[str, Any]:
    answer = await office.ask(person, "POST", "/v1/silences", body=body(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_silence_names_its_author_and_what_passes_through(office: Office) -> None:
    """The author is the session's, whatever is sent; the row says how the matchers are written."""
    broad = {"field": "severity", "operator": "=~", "value": "minor|critical"}
    answer = await office.ask("dora", "POST", "/v1/silences", body=body(broad))
    assert answer.status_code == 201
    row = answer.json()["silence"]
    assert (row["author"], row["state"], row["text"]) == ({"id": "dora", "name": "Dora"}, "active", 'severity=~"minor|critical"')
    assert (row["starts_at"], row["ends_at"], row["unit"]) == ("2026-03-04T04:00:00Z", "2026-03-04T06:00:00Z", None)
    assert (answer.json()["quiet_rules"], answer.json()["passing_rules"]) == (["bin-overflow", "illegal-parking"], ["smoke-alarm"])
    assert (await office.ask("dora", "POST", "/v1/silences", body=body(author="root"))).status_code == 422


async def test_a_suppressed_alert_shows_by_what_and_why(office: Office) -> None:
    """In the list, in the detail, in the counts and by a filter of its own."""
    silence = (await made(office))["silence"]
    await office.book.take_alert(alert(PARKING))
    await office.book.take_alert(alert(BIN))
    listed = (await office.ask("dora", "GET", "/v1/alerts", params={"suppressed": "true"})).json()["items"]
    (row,) = listed
    assert row["suppressed_by"] == [
        {
            "kind": "silence", "by": silence["id"], "why": "road works", "author": {"id": "dora", "name": "Dora"}, "alert": None,
            "until": "2026-03-04T06:00:00Z",
        }
    ]  # fmt: skip
    assert (row["ticket"], row["flapping"]) == (None, None)
    heard = (await office.ask("dora", "GET", "/v1/alerts", params={"suppressed": "false"})).json()["items"]
    assert [one["rule"] for one in heard] == ["bin-overflow"]
    summary = (await office.ask("dora", "GET", "/v1/summary")).json()
    assert (summary["firing"], summary["suppressed"], summary["unacknowledged"]) == (2, 1, 1)
    detail = (await office.ask("dora", "GET", f"/v1/alerts/{heard[0]['id']}")).json()
    assert detail["merge"] == {
        "outcome": "opened", "reason": "nothing_before", "at": "2026-03-04T04:00:00Z", "spot": '["06042","camera/1","bin"]',
        "window_seconds": 7200.0, "ticket": None, "state": None, "elapsed_seconds": None, "alerts": 0,
    }  # fmt: skip


async def test_a_preview_and_an_early_end(office: Office) -> None:
    """What would be quiet and what passes; ending it shows who did, and a second time is a conflict with the reason."""
    await office.book.take_alert(alert(PARKING))
    await office.book.take_alert(alert(SMOKE))
    every = {"field": "rule", "operator": "=~", "value": ".+"}
    found = (await office.ask("ann", "POST", "/v1/silences/preview", body={"matchers": [every]})).json()
    assert (found["quiet_count"], [one["rule"] for one in found["quiet"]]) == (1, ["illegal-parking"])
    assert (found["passing_count"], [one["rule"] for one in found["passing"]], found["passing_rules"]) == (
        1,
        ["smoke-alarm"],
        ["smoke-alarm"],
    )
    silence = (await made(office))["silence"]
    office.watch.forward(60)
    ended = await office.ask("root", "POST", f"/v1/silences/{silence['id']}/expire")
    assert (ended.status_code, ended.json()["state"], ended.json()["expired_by"]["id"]) == (200, "expired", "root")
    file = (await office.ask("dora", "GET", f"/v1/silences/{silence['id']}")).json()
    assert [(event["fact"], event["by"]["id"]) for event in file["history"]] == [("created", "dora"), ("expired", "root")]
    again = await office.ask("root", "POST", f"/v1/silences/{silence['id']}/expire")
    assert (again.status_code, again.json()["detail"]) == (
        409, "The silence ended at 2026-03-04T04:01:00Z. Make a new one if it is still needed.",
    )  # fmt: skip


async def test_rows_of_other_units_are_unknown(office: Office) -> None:
    """A leader's silence is of the own unit, listed to its people and to the centre; for others it does not exist."""
    silence = (await made(office, "lee"))["silence"]
    assert silence["unit"] == {"id": "order", "name": "Street Order"}
    for person, seen in (("lee", 1), ("dora", 1), ("flo", 0)):
        assert len((await office.ask(person, "GET", "/v1/silences")).json()["items"]) == seen, person
    for method, path in (("GET", ""), ("POST", "/expire")):
        assert (await office.ask("flo", method, f"/v1/silences/{silence['id']}{path}")).status_code == 404
    assert (await office.ask("dora", "GET", "/v1/silences", params={"state": "pending"})).json()["items"] == []


@pytest.mark.parametrize("person", ["ann", "sam", "cora"])
async def test_acceptors_staff_and_collectors_make_no_silence(office: Office, person: str) -> None:
    """Keeping something quiet is for those who steer: dispatchers, leaders, administrators."""
    assert (await office.ask(person, "POST", "/v1/silences", body=body())).status_code == 403
    assert (await office.ask(person, "POST", "/v1/silences/x/expire")).status_code == 403
    assert (await office.ask(person, "GET", "/v1/silences")).status_code == (200 if person == "ann" else 403)


async def test_a_key_with_its_scope_is_the_author(office: Office) -> None:
    """A machine that silences is named as such, and reaches the whole city."""
    key = await office.key(Scope.SILENCES_WRITE)
    answer = await office.ask(None, "POST", "/v1/silences", key=key, body=body())
    assert answer.status_code == 201, answer.text
    assert answer.json()["silence"]["author"]["id"] == f"key:{key.split('_')[1]}"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"comment": ""}, [("comment", "it is empty.")]),
        ({"ends_at": "2026-03-04T14:00:00"}, [("ends_at", "it has no offset.")]),
        ({"starts_at": "2026-03-04T15:00:00+08:00"}, [("ends_at", "2026-03-04T06:00:00Z is not after the start and the present.")]),
        ({"ends_at": "2026-05-04T14:00:00+08:00"}, [("ends_at", "the silence lasts longer than 4w2d.")]),
        ({"matchers": []}, [("matchers", "there is no matcher, so everything would match.")]),
        (
            {"matchers": [RULE | {"field": "rle"}, RULE | {"operator": "=~", "value": "("}]},
            [("matchers[0].field", "the field 'rle' is not known."), ("matchers[1].value", "'(' is no expression: missing ): (.")],
        ),
        (
            {"matchers": [RULE | {"value": "smoke-alarm"}]},
            [("matchers", "they match life safety only (smoke-alarm), and nothing keeps life safety quiet.")],
        ),
    ],
)
async def test_everything_wrong_is_a_fault_with_its_place(office: Office, changes: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    """Each fault has its field, what is wrong and what to write; nothing is kept."""
    answer = await office.ask("dora", "POST", "/v1/silences", body=body() | changes)
    assert answer.status_code == 422
    assert [(one["where"], one["what"]) for one in answer.json()["errors"]] == faults
    assert all(one["fix"] for one in answer.json()["errors"])
    assert (await office.ask("dora", "GET", "/v1/silences")).json()["items"] == []


async def test_an_operator_that_there_is_not_is_told_with_those_that_there_are(office: Office) -> None:
    """The framework's own checks speak the same way."""
    answer = await office.ask("dora", "POST", "/v1/silences", body=body(RULE | {"operator": "=="}))
    assert answer.status_code == 422


async def test_configured_windows_are_listed_as_they_stand(office: Office) -> None:
    """With their spans; one that never ends has no end."""
    assert isinstance(office.book, MemoryCaseBook)
    now = office.watch.now
    works = Window(name="works", comment="digging", rules=("illegal-parking",), since=now - SECOND, until=now + SECOND)
    office.book.policy = msgspec.structs.replace(office.book.policy, windows=(works,))
    (row,) = (await office.ask("dora", "GET", "/v1/maintenance")).json()["items"]
    assert row == {
        "name": "works", "comment": "digging", "text": "", "cells": [], "sources": [], "rules": ["illegal-parking"],
        "open": {"starts_at": "2026-03-04T03:59:59Z", "ends_at": "2026-03-04T04:00:01Z"}, "next": None,
    }  # fmt: skip
    lasting = Window(name="w", comment="c", matchers=(parse_matcher("rule=x"),))
    shown = window_row(WindowView(window=lasting, open=FOR_EVER, next=Span(now, now + SECOND)))
    assert shown.open is not None
    assert (shown.open.starts_at, shown.open.ends_at, shown.text) == (None, None, 'rule="x"')
