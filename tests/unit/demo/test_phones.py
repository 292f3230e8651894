"""The crew's phones against a console of a few lines."""

import json
from typing import Any

import httpx

from cityloop.demo.crew.phones import Crew, password_of
from config.moment import SECOND, render
from config.people import Person, Role
from dispatch.lifecycle import State

NOW = 1_760_000_000 * SECOND
PEOPLE = (
    Person(id="dis", name="", unit="centre", role=Role.DISPATCHER),
    Person(id="staff", name="", unit="fire", role=Role.STAFF),
    Person(id="lead", name="", unit="fire", role=Role.LEADER),
    Person(id="col", name="", unit="inspection", role=Role.COLLECTOR),
)
TICKET = "00000001-0000"


class SmallConsole:
    """Answers like the console for one ticket, and keeps what it was asked.

    Attributes:
        state: of the ticket.
        version: of the ticket.
        asked: user, path and body of every write.
        refuse: answer moves with 409.
    """

    def __init__(self, state: State = State.DISPATCHED) -> None:
        self.state, self.version = state, 3
        self.asked: list[tuple[str, str, Any]] = []
        self.refuse = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path == "/v1/session":
            login = json.loads(request.content)
            good = login["password"] == password_of(login["user"]) and request.headers["x-requested-with"] == "cityloop"
            return httpx.Response(200 if good else 401, headers={"set-cookie": f"session={login['user']}"}, json={})
        user = request.headers.get("cookie", "").removeprefix("session=")
        if not user:
            return httpx.Response(401)
        if request.method == "GET":
            row = self.row()
            choices = {"standards": [{"condition": "smoke"}], "persons": [{"id": "staff"}], "units": [{"id": "fire"}]}
            return httpx.Response(200, json={"items": [row]} if request.url.path == "/v1/tickets" else {"ticket": row, "choices": choices})
        body = request.content if request.url.path == "/v1/evidence" else json.loads(request.content)
        self.asked.append((user, request.url.path, body))
        if request.url.path == "/v1/evidence":
            return httpx.Response(201, json={"reference": "evidence:sha256/" + "0" * 64})
        return httpx.Response(409 if self.refuse else 200, json={})

    def row(self) -> dict[str, Any]:
        """The ticket as a line of the list; it last changed a minute ago."""
        return {
            "id": TICKET, "version": self.version, "state": self.state.value, "changed_at": render(NOW - 60 * SECOND), "life_safety": True,
            "unit": {"id": "fire", "name": {}}, "assignee": {"id": "staff", "name": {}}, "place": "somewhere",
        }  # fmt: skip


def crew_of(console: SmallConsole) -> Crew:
    """A crew that talks to a small console."""
    return Crew("http://console", PEOPLE, clock=lambda: NOW, transport=httpx.MockTransport(console.answer))


async def test_the_proposed_person_takes_the_ticket() -> None:
    """A dispatched ticket is accepted by its assignee, with the version that was seen."""
    console = SmallConsole()
    async with crew_of(console) as crew:
        await crew.round()
    assert console.asked == [("staff", f"/v1/tickets/{TICKET}/moves", {"move": "assign", "version": 3, "person": "staff"})]


async def test_arriving_comes_before_the_photograph() -> None:
    """The handler says that they are there, and in the next round sends a photograph and submits with it."""
    console = SmallConsole(State.HANDLING)
    async with crew_of(console) as crew:
        await crew.round()
        await crew.round()
    assert [(user, path.rsplit("/", 1)[1]) for user, path, _ in console.asked] == [
        ("staff", "facts"),
        ("staff", "evidence"),
        ("staff", "moves"),
    ]
    assert console.asked[1][2][:3] == b"\xff\xd8\xff"
    move = console.asked[2][2]
    assert (move["move"], move["photos"], bool(move["note"])) == ("submit", ["evidence:sha256/" + "0" * 64], True)


async def test_the_leader_confirms() -> None:
    """What is handled goes to verification by the unit's leader."""
    console = SmallConsole(State.HANDLED)
    async with crew_of(console) as crew:
        await crew.round()
    assert [(user, body["move"]) for user, _, body in console.asked] == [("lead", "confirm")]


async def test_the_collector_closes_with_a_standard() -> None:
    """Closing names the standard that the ticket offers."""
    console = SmallConsole(State.VERIFYING)
    async with crew_of(console) as crew:
        await crew.round()
    assert [(user, body["move"], body["standard"]) for user, _, body in console.asked] == [("col", "pass", "smoke")]


async def test_a_refusal_is_tried_again() -> None:
    """A stale move is no end: the next round looks at the ticket anew."""
    console = SmallConsole()
    console.refuse = True
    async with crew_of(console) as crew:
        await crew.round()
        console.refuse, console.version = False, 4
        await crew.round()
    assert [body["version"] for _, _, body in console.asked] == [3, 4]


async def test_each_phone_logs_in_once() -> None:
    """A session lasts for the whole run."""
    logins = []
    console = SmallConsole(State.HANDLED)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/session":
            logins.append(json.loads(request.content)["user"])
        return console.answer(request)

    async with Crew("http://console", PEOPLE, clock=lambda: NOW, transport=httpx.MockTransport(answer)) as crew:
        for _ in range(3):
            await crew.round()
    assert logins == ["dis", "lead"]
