"""Alerts and tickets through the API."""

from typing import Any

from streams.alert import Change, TicketPolicy
from streams.gateway.keys import Scope
from streams.observation import Position
from tests.contract.console.conftest import Office
from tests.fakes.pictures import jpeg
from tests.fakes.town import BIN, PARKING, SMOKE, alert


async def parked(office: Office) -> str:
    case = await office.book.take_alert(alert(PARKING))
    assert case.ticket is not None
    return case.ticket


async def detail(office: Office, person: str, ticket: str) -> dict[str, Any]:
    answer = await office.ask(person, "GET", f"/v1/tickets/{ticket}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def move(office: Office, who: str, ticket: str, name: str, **fields: object) -> dict[str, Any]:
    seen = await detail(office, who, ticket)
    body = {"move": name, "version": seen["ticket"]["version"]} | fields
    answer = await office.ask(who, "POST", f"/v1/tickets/{ticket}/moves", body=body)
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def test_an_alert_is_listed_with_names_and_times_as_people_read_them(office: Office) -> None:
    """Instants are RFC 3339, ids come with names, and the place is in the text."""
    await office.book.take_alert(alert(PARKING, position=Position(0.5, 0.5)))
    [row] = (await office.ask("dora", "GET", "/v1/alerts")).json()["items"]
    assert row["fired_at"] == "2026-03-04T04:00:00Z"
    assert row["category"] == {"code": PARKING, "label": {"en": "Illegal parking", "zh": "乱停放"}}
    assert row["unit"] == {"id": "order", "name": "Street Order"}
    assert row["summary"]["en"] == "Trouble at West House 1"
    assert row["position"] == {"lon": 0.5, "lat": 0.5}


async def test_alerts_are_filtered_and_paged(office: Office) -> None:
    """State, rule, acknowledgement and pages work as the parameters say."""
    for category in (PARKING, SMOKE, BIN):
        await office.book.take_alert(alert(category))
    await office.book.take_alert(alert(BIN, event=Change.RESOLVED, after=5))

    async def rules(**params: str) -> list[str]:
        answer = await office.ask("dora", "GET", "/v1/alerts", params=params)
        return sorted(row["rule"] for row in answer.json()["items"])

    assert await rules(state="firing") == ["illegal-parking", "smoke-alarm"]
    assert await rules(rule="smoke-alarm") == ["smoke-alarm"]
    assert await rules(acknowledged="true") == []
    first = (await office.ask("dora", "GET", "/v1/alerts", params={"limit": "2"})).json()
    rest = (await office.ask("dora", "GET", "/v1/alerts", params={"limit": "2", "after": first["next"]})).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


async def test_an_alert_tells_why_it_fired(office: Office) -> None:
    """The detail has the tree of conditions, the rule's version and the history."""
    case = await office.book.take_alert(alert(PARKING))
    body = (await office.ask("dora", "GET", f"/v1/alerts/{case.id}")).json()
    assert body["why"] == {"all": ["value == true"]}
    assert (body["rule_version"], [event["event"] for event in body["events"]]) == ("1", ["firing"])


async def test_the_first_acknowledgement_counts(office: Office) -> None:
    """A second one is no error and changes nothing."""
    case = await office.book.take_alert(alert(PARKING))
    first = await office.ask("dora", "POST", f"/v1/alerts/{case.id}/acknowledge")
    second = await office.ask("ann", "POST", f"/v1/alerts/{case.id}/acknowledge")
    assert [answer.json()["acknowledged_by"]["name"] for answer in (first, second)] == ["Dora", "Dora"]


async def test_an_alert_without_a_ticket_says_so(office: Office) -> None:
    """A rule that opens no ticket leaves the alert without one."""
    await office.book.take_alert(alert(PARKING, ticket=TicketPolicy.NONE))
    [row] = (await office.ask("dora", "GET", "/v1/alerts")).json()["items"]
    assert row["ticket"] is None


async def test_a_ticket_is_walked_to_closed_by_those_whose_turn_it_is(office: Office) -> None:
    """Accept, arrive, photograph, submit, confirm, and pass by another person: each step by the API alone."""
    ticket = await parked(office)
    assert [legal["move"] for legal in (await detail(office, "sam", ticket))["moves"]] == []
    assert (await move(office, "sue", ticket, "assign", person="sue"))["state"] == "handling"
    arrived = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/facts", body={"fact": "arrived"})
    assert arrived.status_code == 200
    photo = (await office.ask("sue", "POST", "/v1/evidence", content=jpeg())).json()["reference"]
    assert (await move(office, "sue", ticket, "submit", photos=[photo], note="moved"))["state"] == "handled"
    assert (await move(office, "lee", ticket, "confirm"))["state"] == "verifying"
    assert (await move(office, "cora", ticket, "pass", standard="parked illegally", note="gone"))["state"] == "closed"
    told = await detail(office, "dora", ticket)
    assert [line["fact"] for line in told["history"]] == [
        "reported", "accepted", "dispatched", "assigned", "arrived", "submitted", "confirmed", "passed",
    ]  # fmt: skip
    assert told["photos"] == [photo]
    assert told["handlers"] == [{"id": "sue", "name": "Sue"}]
    assert told["arrived_at"] == "2026-03-04T04:00:00Z"
    assert told["moves"] == []


async def test_a_stale_move_is_refused_with_who_changed_what(office: Office) -> None:
    """Two people act on the same version: the second is told the first one's name and act, and the present version."""
    ticket = await parked(office)
    seen = (await detail(office, "lee", ticket))["ticket"]["version"]
    await move(office, "sue", ticket, "assign", person="sue")
    body = {"move": "return", "version": seen, "reason": "not ours"}
    answer = await office.ask("lee", "POST", f"/v1/tickets/{ticket}/moves", body=body)
    told = answer.json()
    assert answer.status_code == 409
    assert (told["type"], told["changed_by"], told["changed_fact"], told["current_version"]) == (
        "/problems/stale-version", "Sue", "assigned", seen + 1,
    )  # fmt: skip
    assert (await detail(office, "lee", ticket))["ticket"]["state"] == "handling"


async def test_a_move_that_is_not_legal_now_is_409(office: Office) -> None:
    """A ticket that is dispatched cannot be passed."""
    ticket = await parked(office)
    answer = await office.ask("cora", "POST", f"/v1/tickets/{ticket}/moves", body={"move": "pass", "version": 3, "standard": "x"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-move")


async def test_a_move_by_the_wrong_person_is_403(office: Office) -> None:
    """The ticket was proposed to Sue, so Sam may not take it."""
    ticket = await parked(office)
    answer = await office.ask("sam", "POST", f"/v1/tickets/{ticket}/moves", body={"move": "assign", "version": 3, "person": "sam"})
    assert answer.status_code == 403
    assert "proposed to sue" in answer.json()["detail"]


async def test_a_move_that_lacks_something_names_all_of_it(office: Office) -> None:
    """A result without photo and note is refused with both named."""
    ticket = await parked(office)
    row = await move(office, "sue", ticket, "assign", person="sue")
    answer = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/moves", body={"move": "submit", "version": row["version"]})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/incomplete-move")
    assert sorted(fault["where"] for fault in answer.json()["errors"]) == ["note", "photo"]


async def test_a_photo_that_was_never_kept_is_refused(office: Office) -> None:
    """History must not refer to pictures that do not exist."""
    ticket = await parked(office)
    row = await move(office, "sue", ticket, "assign", person="sue")
    unknown = "evidence:sha256/" + "0" * 64
    body = {"move": "submit", "version": row["version"], "note": "done", "photos": [unknown]}
    answer = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/moves", body=body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"where": "photos[0]", "what": f"{unknown} is not kept here.", "fix": "Send it to POST /v1/evidence first."}
    ]


async def test_a_misspelt_field_is_told_with_the_right_one(office: Office) -> None:
    """The pages and other programs learn what to write instead."""
    ticket = await parked(office)
    answer = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/moves", body={"move": "assign", "version": 3, "persom": "sue"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"where": "persom", "what": "Object contains unknown field `persom`.", "fix": "Did you mean 'person'?"}
    ]


async def test_a_misspelt_move_is_told_with_the_right_one(office: Office) -> None:
    """A move that does not exist is a 422 with the nearest that does."""
    ticket = await parked(office)
    answer = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/moves", body={"move": "asign", "version": 3})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "move", "what": "Invalid enum value 'asign'.", "fix": "Did you mean 'assign'?"}]


async def test_only_facts_of_people_can_be_added(office: Office) -> None:
    """Nobody can write by hand that an alert has cleared."""
    ticket = await parked(office)
    answer = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/facts", body={"fact": "alert_resolved"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["fix"] == "Known: arrived, noted, photographed."


async def test_a_note_without_words_is_incomplete(office: Office) -> None:
    """A note must say something."""
    ticket = await parked(office)
    answer = await office.ask("sue", "POST", f"/v1/tickets/{ticket}/facts", body={"fact": "noted"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/incomplete-move")


async def test_a_move_may_take_the_ticket_out_of_sight_and_still_answers(office: Office) -> None:
    """A leader who returns a ticket gets its new row, although the leader no longer sees it."""
    ticket = await parked(office)
    row = await move(office, "lee", ticket, "return", reason="not ours")
    assert (row["state"], row["unit"]) == ("accepted", None)
    assert (await office.ask("lee", "GET", f"/v1/tickets/{ticket}")).status_code == 404


async def test_tickets_are_filtered(office: Office) -> None:
    """By several states, by unit, and by whose they are; each row has its clock's light."""
    ticket = await parked(office)
    await office.book.take_alert(alert(SMOKE))

    async def ids(person: str, query: str) -> list[str]:
        answer = await office.ask(person, "GET", f"/v1/tickets?{query}")
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["items"]]

    assert len(await ids("dora", "state=dispatched&state=handling")) == 2
    assert await ids("dora", "state=closed") == []
    assert await ids("sue", "mine=true") == [ticket]
    assert await ids("sam", "mine=true") == []
    assert await ids("dora", "unit=order") == [ticket]
    office.watch.forward(2.5 * 3600)
    [row] = (await office.ask("sue", "GET", "/v1/tickets?mine=true")).json()["items"]
    assert (row["clock"]["light"], row["clock"]["part"]) == ("yellow", 0.8333)


async def test_a_wrong_state_in_a_query_names_those_there_are(office: Office) -> None:
    """A filter with a typing error is told, not ignored."""
    answer = await office.ask("dora", "GET", "/v1/tickets?state=handeling")
    assert answer.status_code == 422
    assert "handeling" in answer.json()["errors"][0]["what"]


async def test_a_machine_may_read_but_never_move(office: Office) -> None:
    """A key with the scope for writing adds facts; a move is answered for by a person."""
    ticket = await parked(office)
    key = await office.key(Scope.TICKETS_READ, Scope.TICKETS_WRITE)
    assert (await office.ask(None, "GET", f"/v1/tickets/{ticket}", key=key)).json()["moves"] is not None
    refused = await office.ask(None, "POST", f"/v1/tickets/{ticket}/moves", key=key, body={"move": "withdraw", "version": 3, "reason": "x"})
    assert refused.status_code == 403
