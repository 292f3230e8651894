"""The live feed over a real connection."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from console.feed import watch as watching
from dispatch.accounts import ApiKey, UserState
from streams.clock import system_clock
from streams.gateway.keys import Scope, mint
from tests.fakes.town import BIN, PARKING, SMOKE, alert
from tests.integration.console.conftest import Served, password_of

OWN = {"X-Requested-With": "cityloop"}
Event = dict[str, Any]


@contextlib.contextmanager
def login(served: Served, person: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, headers=OWN, timeout=httpx.Timeout(10, read=20)) as client:
        assert client.post("/v1/session", json={"user": person, "password": password_of(person)}).status_code == 201
        yield client


@contextlib.contextmanager
def events(client: httpx.Client, **headers: str) -> Iterator[Iterator[Event]]:
    """The events of a stream as they come."""
    with client.stream("GET", "/v1/stream", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")

        def read() -> Iterator[Event]:
            event: Event = {}
            for line in answer.iter_lines():
                if line == "" and event:
                    yield event
                    event = {}
                elif ": " in line and not line.startswith(":"):
                    name, value = line.split(": ", 1)
                    event[name] = msgspec.json.decode(value) if name == "data" else value

        yield read()


def changes(stream: Iterator[Event], count: int) -> list[Event]:
    found: list[Event] = []
    for event in stream:
        if event["event"] == "change":
            found.append(event)
        if len(found) == count:
            break
    return found


def test_a_change_reaches_whoever_watches_with_the_row_it_is_about(served: Served) -> None:
    """An alert that opens a ticket arrives within a second, as alert row and ticket row."""
    with login(served, "dora") as client, events(client) as stream:
        assert next(stream)["data"] == {"head": 0, "resumed": False}
        begun = time.monotonic()
        case = served.do(served.book.take_alert(alert(PARKING)))
        found = changes(stream, 2)
        assert time.monotonic() - begun < 10
        subjects = {event["data"]["subject"]: event["data"] for event in found}
        assert subjects["alert"]["alert"]["id"] == case.id
        assert subjects["ticket"]["ticket"]["id"] == case.ticket
        assert subjects["ticket"]["ticket"]["assignee"]["name"]


def test_who_comes_back_with_the_last_id_gets_what_was_missed_and_nothing_twice(served: Served) -> None:
    """Last-Event-ID resumes exactly after what was received."""
    with login(served, "dora") as client:
        with events(client) as stream:
            next(stream)
            served.do(served.book.take_alert(alert(PARKING)))
            seen = changes(stream, served.do(served.book.feed_head()))[-1]["id"]
        served.do(served.book.take_alert(alert(SMOKE)))
        count = served.do(served.book.feed_head()) - int(seen)
        with events(client, **{"Last-Event-ID": seen}) as stream:
            assert next(stream)["data"] == {"head": int(seen), "resumed": True}
            missed = changes(stream, count)
        assert [int(event["id"]) for event in missed] == list(range(int(seen) + 1, int(seen) + 1 + count))
        [row] = [event["data"]["alert"] for event in missed if event["data"]["subject"] == "alert"]
        assert row["rule"] == "smoke-alarm"


@pytest.mark.parametrize("last", ["999999", "-1", "hello", "1.5"])
def test_an_id_that_cannot_be_resumed_is_told(served: Served, last: str) -> None:
    """An id of another database, or no id at all, begins at the present: the page must load its lists anew."""
    with login(served, "dora") as client, events(client, **{"Last-Event-ID": last}) as stream:
        assert next(stream)["data"]["resumed"] is False


def test_a_watcher_gets_only_what_it_may_see(served: Served) -> None:
    """A leader of one unit gets nothing of another's, and staff get no alerts."""
    with login(served, "lee") as leader, login(served, "sue") as staff, events(leader) as leaders, events(staff) as staffs:
        next(leaders)
        next(staffs)
        served.do(served.book.take_alert(alert(SMOKE)))
        served.do(served.book.take_alert(alert(BIN)))
        [first, second] = changes(leaders, 2)
        assert {first["data"]["subject"], second["data"]["subject"]} == {"alert", "ticket"}
        assert all(event["data"]["alert"] is None or event["data"]["alert"]["rule"] == "bin-overflow" for event in (first, second))
        [only] = changes(staffs, 1)
        assert (only["data"]["subject"], only["data"]["ticket"]["category"]["code"]) == ("ticket", BIN)


def test_a_machine_may_watch_with_a_key(served: Served) -> None:
    """A key with the scope for alerts gets alerts and no tickets."""
    text, stored = mint("wall", frozenset({Scope.ALERTS_READ}))
    key = ApiKey(id=stored.id, name=stored.name, secret_hash=stored.digest, scopes=tuple(stored.scopes), created_at=0)
    served.do(served.accounts.put_key(key))
    with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {text}"}, timeout=20) as client, events(client) as stream:
        next(stream)
        served.do(served.book.take_alert(alert(PARKING)))
        served.do(served.book.take_alert(alert(SMOKE)))
        assert [event["data"]["subject"] for event in changes(stream, 2)] == ["alert", "alert"]


def test_a_disabled_login_stops_watching(served: Served) -> None:
    """With the next change, or the next beat, the stream says good-bye and ends."""
    with login(served, "dora") as client, events(client) as stream:
        next(stream)
        user = served.do(served.accounts.user("dora"))
        assert user is not None
        served.do(served.accounts.put_user(msgspec.structs.replace(user, state=UserState.DISABLED, changed_at=system_clock())))
        served.do(served.book.take_alert(alert(PARKING)))
        assert [event["event"] for event in stream] == ["bye"]


def test_a_quiet_stream_beats(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing happens a beat says that the connection lives, and carries the position."""
    monkeypatch.setattr(watching.watch, "__defaults__", (0.2,))
    with login(served, "dora") as client, events(client) as stream:
        next(stream)
        beat = next(stream)
        assert (beat["event"], beat["id"]) == ("beat", "0")


def test_stopping_the_console_ends_its_streams_at_once(served: Served) -> None:
    """Watchers do not hold up a restart."""
    with login(served, "dora") as client, events(client) as stream:
        next(stream)
        threading.Timer(0.3, lambda: served.loop.call_soon_threadsafe(served.server.handle_exit, 15, None)).start()
        begun = time.monotonic()
        assert list(stream) == []
        assert time.monotonic() - begun < 10


def test_open_streams_are_counted(served: Served) -> None:
    """The gauge goes up with a watcher, and down when it leaves."""
    with login(served, "dora") as client:
        with events(client) as stream:
            next(stream)
            assert served.parts.metrics.streams._value.get() == 1
        until = time.monotonic() + 15
        while served.parts.metrics.streams._value.get() and time.monotonic() < until:
            served.do(served.book.take_alert(alert(PARKING, starts_at=system_clock())))
            time.sleep(0.2)
        assert served.parts.metrics.streams._value.get() == 0
