import asyncio
from typing import Any

import msgspec
import pytest

from streams.gateway.keys import Scope
from streams.ids import observation_id
from tests.fakes.gateway import FakeGateway
from tests.fakes.observations import NOON
from tests.fakes.sinks import Mood

DOOR = {"source": "sensor/door-7", "kind": "door", "at": "2026-03-02T12:00:00+08:00", "value": True}
DEEP = b'{"source":' * 40 + b"1" + b"}" * 40


async def test_an_object_is_taken() -> None:
    """A single observation is answered with 202 and its identity once the log has it."""
    gateway = FakeGateway()
    answer = await gateway.post(DOOR)
    assert answer.status_code == 202
    identity = observation_id("sensor/door-7", "door", NOON, True)
    assert answer.json() == {"results": [{"index": 0, "status": "accepted", "id": identity}]}
    (kept,) = gateway.sink.kept
    assert (kept.id, kept.at, kept.value, kept.received_at) == (identity, NOON, True, NOON)


async def test_nothing_is_promised_before_the_log_has_it() -> None:
    """While the log is silent there is no 202: the sender is told to come back, and when."""
    gateway = FakeGateway(seconds=0.02)
    gateway.sink.mood = Mood.SLOW
    answer = await gateway.post(DOOR)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["detail"] == (
        "Nothing is promised: the log did not acknowledge within 0.02 s. "
        "Send the same request again after the pause; what arrived twice counts once."
    )
    assert gateway.counted("cityloop_gateway_observations_total", door="http", result="failed") == 1


@pytest.mark.parametrize(
    ("mood", "said"), [(Mood.FULL, "the log took nothing more for 0.02 s"), (Mood.ILL, "the log refused: the leader is not available")]
)
async def test_a_log_that_takes_nothing_is_told(mood: Mood, said: str) -> None:
    """A log that blocks, and one that refuses, are both a 503 and never a 202."""
    gateway = FakeGateway(seconds=0.02)
    gateway.sink.mood = mood
    answer = await gateway.post([DOOR, DOOR])
    assert answer.status_code == 503
    assert said in answer.json()["detail"]


async def test_a_rejected_item_must_be_kept_too() -> None:
    """A 202 promises the dead letters as well: when they cannot be written the whole request is a 503."""
    gateway = FakeGateway(seconds=0.02)
    gateway.dead_letters.mood = Mood.ILL
    assert (await gateway.post([DOOR, {**DOOR, "kind": "dor"}])).status_code == 503


async def test_an_array_has_a_result_for_each_item() -> None:
    """Good and bad items of one request are told apart by index, and the bad ones are kept with bytes, reason and origin."""
    gateway = FakeGateway()
    answer = await gateway.post(b'[{"source": "sensor/door-7"}, ' + msgspec.json.encode(DOOR) + b"]")
    assert answer.status_code == 202
    bad, good = answer.json()["results"]
    assert (good["index"], good["status"]) == (1, "accepted")
    assert (bad["index"], bad["status"]) == (0, "rejected")
    assert [problem["what"] for problem in bad["problems"]] == ["kind: missing.", "at: missing.", "value: missing."]
    (letter,) = gateway.dead_letters.kept
    assert letter.raw == b'{"source": "sensor/door-7"}'
    assert letter.origin == f"http:{gateway.key.split('_')[1]}"
    assert [problem.what for problem in letter.problems] == ["kind: missing.", "at: missing.", "value: missing."]
    assert gateway.counted("cityloop_gateway_observations_total", door="http", result="rejected") == 1
    assert gateway.counted("cityloop_gateway_observations_total", door="http", result="accepted") == 1


async def test_lines_are_taken_one_by_one() -> None:
    """In NDJSON a line that is not JSON is rejected with its line and column; the others are taken."""
    gateway = FakeGateway()
    body = msgspec.json.encode(DOOR) + b'\n{"value": NaN}\n' + msgspec.json.encode({**DOOR, "value": False}) + b"\n"
    answer = await gateway.post(body, content_type="application/x-ndjson")
    assert answer.status_code == 202
    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "rejected", "accepted"]
    (problem,) = answer.json()["results"][1]["problems"]
    assert (problem["line"], problem["column"]) == (2, 11)
    assert [observation.value for observation in gateway.sink.kept] == [True, False]


async def test_a_cloudevent_is_taken() -> None:
    """An observation wrapped as a CloudEvent in structured mode comes out the same."""
    gateway = FakeGateway()
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "sensor/door-7",
        "type": "cityloop.observation.door",
        "time": DOOR["at"],
        "data": {"value": True},
    }
    answer = await gateway.post(event, content_type="application/cloudevents+json")
    assert answer.json() == {"results": [{"index": 0, "status": "accepted", "id": "e-1"}]}
    assert gateway.sink.kept[0].kind == "door"


async def test_an_empty_array_is_taken() -> None:
    """A sender with nothing to say gets a 202 with no results."""
    answer = await FakeGateway().post(b"[]")
    assert (answer.status_code, answer.json()) == (202, {"results": []})


async def test_the_future_passes_with_its_time_of_receipt() -> None:
    """An observation that is ahead of the clock is accepted: the engine quarantines it by its time of receipt."""
    gateway = FakeGateway()
    answer = await gateway.post({**DOOR, "at": "2031-01-01T00:00:00Z"})
    assert answer.status_code == 202
    assert gateway.sink.kept[0].received_at == NOON


BAD_ITEMS: list[tuple[str, Any, str]] = [
    ("unknown kind", {**DOOR, "kind": "dor"}, "kind: 'dor' is not in the kinds table. Did you mean 'door'?"),
    (
        "no offset",
        {**DOOR, "at": "2026-03-02T12:00:00"},
        (
            'at: "2026-03-02T12:00:00" has no offset from UTC. '
            "Write 2026-03-02T12:00:00+08:00 for China's time, or 2026-03-02T12:00:00Z for UTC."
        ),
    ),
    ("wrong type", {**DOOR, "value": "open"}, "value: \"open\" is a text. 'door' takes true or false."),
    (
        "no source",
        {**DOOR, "source": "door-7"},
        (
            'source: "door-7" names no source. '
            "Write camera/<id> or sensor/<id>; an id has up to 200 letters, digits and . : @ + / - _ characters."
        ),
    ),
    ("a number", 7, 'An observation is a JSON object, not 7. Write {"source": ...}.'),
]


@pytest.mark.parametrize(("item", "said"), [row[1:] for row in BAD_ITEMS], ids=[row[0] for row in BAD_ITEMS])
async def test_a_bad_item_is_told_and_kept(item: Any, said: str) -> None:
    """Each fault of an item is told with its remedy, the item is kept aside, and an all-bad request is a 422."""
    gateway = FakeGateway()
    answer = await gateway.post([item])
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (result,) = answer.json()["results"]
    assert [f"{problem['what']} {problem['fix']}" for problem in result["problems"]] == [said]
    assert [f"{problem.what} {problem.fix}" for problem in gateway.dead_letters.kept[0].problems] == [said]
    assert gateway.sink.kept == []


BAD_BODIES = [
    (
        "cut off",
        b'{"source": "sensor/door-7"',
        "<request>:1:27: not JSON: input data was truncated. The text ends too early: send it whole.",
    ),
    (
        "NaN",
        b'{"source": "sensor/door-7",\n "value": NaN}',
        "<request>:2:11: not JSON: invalid character. JSON has no NaN and no infinity: leave the observation out when there is no measurement.",
    ),
    (
        "deep",
        DEEP,
        "<request>: The JSON is nested deeper than 32 levels. Send a flat object; put structure that rules do not read into evidence.",
    ),
    ("empty", b"", '<request>: The body is empty. Send an observation: {"source": ...}.'),
    ("no text", b"\xff\xfe\x00", "<request>:1:1: not JSON: invalid character. Send one JSON object or array, in UTF-8."),
]


@pytest.mark.parametrize(("body", "said"), [row[1:] for row in BAD_BODIES], ids=[row[0] for row in BAD_BODIES])
async def test_a_body_that_is_no_json_is_told_and_kept(body: bytes, said: str) -> None:
    """A body that cannot be split is a 400 with the place, and is kept aside all the same."""
    gateway = FakeGateway()
    answer = await gateway.post(body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["detail"] == said
    assert [letter.raw for letter in gateway.dead_letters.kept] == [body]
    assert gateway.counted("cityloop_gateway_requests_total", status="400", problem="malformed") == 1


async def test_eleven_megabytes_are_refused() -> None:
    """A body beyond ten megabytes is refused with what to do, by its announced length or by what has come."""

    async def endless() -> Any:
        for _ in range(200):
            yield b" " * 65_536

    gateway = FakeGateway()
    announced = await gateway.post(b"x" * 11_000_000)
    async with gateway.client() as client:
        headers = {"authorization": f"Bearer {gateway.key}", "content-type": "application/json"}
        streamed = await client.post("/v1/observations", content=endless(), headers=headers)
    for answer in (announced, streamed):
        assert answer.status_code == 413
        assert answer.json() == {
            "type": "urn:cityloop:problem:too-large",
            "title": "The body is too large",
            "status": 413,
            "detail": "Send at most 10,000,000 bytes in one request; split the rest into more requests.",
        }


@pytest.mark.parametrize(
    ("authorization", "status", "detail"),
    [
        ("", 401, "Send the header 'Authorization: Bearer clk_<id>_<secret>'. Keys never go into the address."),
        ("Basic Y2xrXw==", 401, "Send the header 'Authorization: Bearer clk_<id>_<secret>'. Keys never go into the address."),
        ("Bearer opensesame", 401, "The key does not have the form clk_<id>_<secret>. Was it copied whole?"),
        ("Bearer clk_0123456789ab_" + "x" * 43, 401, "No such key. Ask for a new one: cityloop key."),
    ],
    ids=["none", "basic", "malformed", "unknown"],
)
async def test_a_wrong_key_is_told(authorization: str, status: int, detail: str) -> None:
    """Whoever comes without a good key is told what is wrong, and nothing is taken from them."""
    gateway = FakeGateway()
    answer = await gateway.post(DOOR, authorization=authorization)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert answer.headers["www-authenticate"] == 'Bearer realm="cityloop"'
    assert (gateway.sink.kept, gateway.dead_letters.kept) == ([], [])


async def test_a_key_for_something_else_is_forbidden() -> None:
    """A good key that may not write observations is a 403 that names the scope it lacks."""
    gateway = FakeGateway()
    answer = await gateway.post(DOOR, authorization=f"Bearer {gateway.ring.issue(Scope.TICKETS_READ)}")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "The key lacks the scope observations:write. Ask for one that has it: cityloop key.",
    )


async def test_a_key_in_the_address_counts_for_nothing() -> None:
    """Keys are looked for in the header only, since addresses end up in logs."""
    gateway = FakeGateway()
    async with gateway.client() as client:
        answer = await client.post(f"/v1/observations?key={gateway.key}", json=DOOR)
    assert answer.status_code == 401


async def test_an_expired_key_is_told() -> None:
    """A key past its end is a 401 that says so."""
    gateway = FakeGateway()
    answer = await gateway.post(DOOR, authorization=f"Bearer {gateway.ring.issue(expires=NOON)}")
    assert (answer.status_code, answer.json()["detail"]) == (401, "The key has expired. Ask for a new one: cityloop key.")


async def test_a_store_of_keys_that_is_down_is_no_wrong_key() -> None:
    """When keys cannot be looked up the sender is told to try again, not that the key is bad."""
    gateway = FakeGateway()
    gateway.ring.broken = True
    answer = await gateway.post(DOOR)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize("media", ["text/plain", "", "multipart/form-data; boundary=x"])
async def test_other_content_types_are_refused(media: str) -> None:
    """A body of another type is a 415 that lists those that are taken."""
    answer = await FakeGateway().post(DOOR, content_type=media)
    assert answer.status_code == 415
    assert "application/x-ndjson" in answer.json()["detail"]


async def test_a_compressed_body_is_refused() -> None:
    """A compressed body is refused as such rather than called broken JSON."""
    answer = await FakeGateway().post(b"\x1f\x8b", content_encoding="gzip")
    assert (answer.status_code, answer.json()["detail"]) == (415, "Content-Encoding gzip is not taken. Send the body as it is.")


async def test_a_full_gateway_asks_for_a_pause() -> None:
    """Beyond what may wait for the log, requests are turned away with a pause to keep, and nothing of them is taken."""
    gateway = FakeGateway(max_pending=1, seconds=0.02)
    gateway.sink.mood = Mood.SLOW
    assert (await gateway.post(DOOR)).status_code == 503
    answer = await gateway.post({**DOOR, "value": False})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["detail"] == "1 observations wait to be stored. Send the same request again after the pause."
    gateway.sink.acknowledge()
    await asyncio.sleep(0)
    gateway.sink.mood = Mood.WELL
    assert (await gateway.post(DOOR)).status_code == 202


async def test_an_idempotency_key_gets_the_same_answer() -> None:
    """A repeated request gets the first answer again and is not written twice."""
    gateway = FakeGateway()
    first = await gateway.post([DOOR, {**DOOR, "kind": "dor"}], idempotency_key="k-1")
    again = await gateway.post([DOOR, {**DOOR, "kind": "dor"}], idempotency_key="k-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (len(gateway.sink.kept), len(gateway.dead_letters.kept)) == (1, 1)


async def test_an_idempotency_key_is_for_one_body() -> None:
    """The same key with another body is a 422 that says so."""
    gateway = FakeGateway()
    await gateway.post(DOOR, idempotency_key="k-1")
    answer = await gateway.post({**DOOR, "value": False}, idempotency_key="k-1")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:cityloop:problem:key-reused")


async def test_a_failed_request_is_not_remembered() -> None:
    """After a 503 the same Idempotency-Key is handled anew."""
    gateway = FakeGateway(seconds=0.02)
    gateway.sink.mood = Mood.ILL
    assert (await gateway.post(DOOR, idempotency_key="k-1")).status_code == 503
    gateway.sink.mood = Mood.WELL
    assert (await gateway.post(DOOR, idempotency_key="k-1")).status_code == 202


async def test_an_endless_idempotency_key_is_refused() -> None:
    """Keys are bounded, since they are remembered."""
    answer = await FakeGateway().post(DOOR, idempotency_key="k" * 256)
    assert (answer.status_code, answer.json()["detail"]) == (400, "Idempotency-Key has 256 characters. Send 1 to 255.")


async def test_readiness_tells_why_not() -> None:
    """The gateway lives while it waits for Kafka, and says why it is not ready."""
    gateway = FakeGateway()
    gateway.health.add("kafka", lambda: "Kafka does not answer")
    async with gateway.client() as client:
        ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (ready.status_code, ready.json()) == (503, {"ok": False, "reasons": {"kafka": "Kafka does not answer"}})
    assert live.status_code == 200


async def test_other_addresses_and_methods_are_told() -> None:
    """A wrong address is a 404 and a wrong method a 405, both as problems that say where observations go."""
    async with FakeGateway().client() as client:
        lost, wrong = await client.get("/v1/observation"), await client.get("/v1/observations")
    assert (lost.status_code, wrong.status_code) == (404, 405)
    assert lost.json()["detail"] == wrong.json()["detail"] == "Observations go to POST /v1/observations."
    assert wrong.headers["allow"] == "POST, OPTIONS"
