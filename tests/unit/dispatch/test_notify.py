"""Notices: what they say, how they are signed, and what follows from a try."""

import base64
from collections.abc import Callable, Collection

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from config.moment import SECOND, Micros, parse
from dispatch.bell import Bell
from dispatch.change import Addresses, of_decision, of_intake
from dispatch.delivery import Delivery, DeliveryState, Purpose
from dispatch.desk import Desk, Situation
from dispatch.event import Particulars, TicketEvent
from dispatch.intake import take
from dispatch.lifecycle import Fact
from dispatch.meters import Meters
from dispatch.notice import address_of, delivery_id
from dispatch.notify.judge import LONGEST_WAIT, MOST_ATTEMPTS, Outcome, judge, read_retry_after, wait_after
from dispatch.notify.notifier import Notifier
from dispatch.notify.signature import key_of, objection, sign
from dispatch.notify.webhook import Webhook, objection_to
from dispatch.ticket import following
from tests.fakes.receiver import Receiver
from tests.fakes.town import HOOK, NOON, PARKING, SMOKE, UNITS, Watch, alert, town

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
DESK = Desk(town())
FAILED = Outcome(status=500, error="the receiver answered 500")


def delivery(**changes: object) -> Delivery:
    fields: dict[str, object] = {
        "id": "n1", "ticket": "t1", "number": 3, "purpose": Purpose.DISPATCHED, "unit": "order", "person": "sue", "url": HOOK,
        "body": b"{}", "created_at": NOON, "next_at": NOON,
    }  # fmt: skip
    return Delivery(**(fields | changes))  # type: ignore[arg-type]


def test_a_notice_says_what_people_need() -> None:
    """Place, summary in both languages, limit and evidence references travel in the body, in the form of the specification."""
    intake = take(alert(evidence=("evidence:sha256/x",)), None, (), Situation(NOON, DESK, {}))
    change = of_intake(intake, alert(), Addresses(DESK, HOOK)).ticket
    assert change is not None
    (notice,) = change.deliveries
    body = msgspec.json.decode(notice.body)
    assert (body["type"], body["timestamp"]) == ("ticket.dispatched", "2026-03-04T04:00:00Z")
    wanted = {
        "ticket": change.ticket.id, "version": 3, "state": "dispatched", "category": PARKING, "unit": "order", "person": "sue",
        "place": "West House 1", "summary": {"en": "Trouble at West House 1", "zh": "West House 1 有情况"}, "due_at": "2026-03-04T07:00:00Z",
        "position": {"lon": 0.5, "lat": 0.5}, "evidence": ["evidence:sha256/x"], "alert": alert().id,
    }  # fmt: skip
    assert wanted.items() <= body["data"].items()


def test_the_same_event_makes_the_same_notice() -> None:
    """A notice's id follows from ticket, event, purpose and address: a repeat can be told from a new one."""
    assert delivery_id("t", 3, Purpose.DISPATCHED, HOOK) == delivery_id("t", 3, Purpose.DISPATCHED, HOOK)
    assert len(
        {delivery_id("t", number, purpose, url) for number in (3, 4) for purpose in Purpose for url in (HOOK, "http://x/")}
    ) == 4 * len(Purpose)


def test_nobody_is_told_what_they_did_themselves() -> None:
    """Taking one's own ticket makes no notice, being given one does; a joining alert is news for life safety only."""

    def purposes(category: str, fact: Fact, actor: str, told: Particulars) -> list[Purpose]:
        ticket = take(alert(category), None, (), Situation(NOON, DESK, {})).ticket
        assert ticket is not None
        event = following(ticket, TicketEvent(ticket=ticket.id, number=0, fact=fact, at=NOON, actor=actor, particulars=told))
        change = of_decision(ticket, (event,), Addresses(DESK, HOOK)).ticket
        assert change is not None
        return [found.purpose for found in change.deliveries]

    assert purposes(PARKING, Fact.ASSIGNED, "sue", Particulars(person="sue")) == []
    assert purposes(PARKING, Fact.ASSIGNED, "lee", Particulars(person="sam")) == [Purpose.ASSIGNED]
    assert purposes(PARKING, Fact.ALERT_JOINED, "system", Particulars(alert="a2")) == []
    assert purposes(SMOKE, Fact.ALERT_JOINED, "system", Particulars(alert="a2")) == [Purpose.ALERT_JOINED]


@pytest.mark.parametrize(
    ("unit", "default", "wanted"),
    [("fire", HOOK, "http://127.0.0.1:9/fire"), ("crew", HOOK, HOOK), ("crew", "", None), (None, HOOK, HOOK), ("gone", "", None)],
)
def test_a_units_address_comes_before_the_citys(unit: str | None, default: str, wanted: str | None) -> None:
    """The unit's own address, then that of a unit above it, then the city's default, then none."""
    assert address_of(unit, UNITS, default) == wanted


def test_signing_follows_the_specification() -> None:
    """The example of the Standard Webhooks specification's reference libraries comes out."""
    headers = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330 * SECOND, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("changes", "body", "late", "wanted"),
    [
        ({}, b"{}", 0, None),
        ({}, b"{ }", 0, "webhook-signature does not fit"),
        ({"webhook-id": "other"}, b"{}", 0, "webhook-signature does not fit"),
        ({"webhook-signature": ""}, b"{}", 0, "webhook-signature does not fit"),
        ({"webhook-timestamp": "soon"}, b"{}", 0, "webhook-id or webhook-timestamp is missing or no number"),
        ({}, b"{}", 301, "webhook-timestamp is more than 300 seconds from the present"),
        ({"webhook-signature": "v1,AAAA {}"}, b"{}", 0, None),
    ],
)
def test_a_receiver_can_tell(changes: dict[str, str], body: bytes, late: int, wanted: str | None) -> None:
    """A changed body, another id, a missing signature or an old timestamp is refused; one good signature of several is enough."""
    good = sign(SECRET, "n1", NOON, b"{}")
    changes = {name: text.replace("{}", good["webhook-signature"]) for name, text in changes.items()}
    assert objection(SECRET, good | changes, body, NOON + late * SECOND) == wanted


def test_a_secret_is_base64_or_any_text() -> None:
    """What follows ``whsec_`` is decoded, and refused when it cannot be; other texts are taken as they are."""
    assert (key_of(SECRET), key_of("plain")) == (b"k" * 32, b"plain")
    with pytest.raises(ValueError, match="goes on in base64"):
        key_of("whsec_!!!")


@given(st.integers(1, 100), st.floats(0, 1))
def test_waits_double_up_to_a_bound(attempts: int, chance: float) -> None:
    """A wait is between a half and all of 1, 2, 4 ... seconds, and never above the bound."""
    whole = min(LONGEST_WAIT, SECOND * 2 ** (attempts - 1))
    assert whole // 2 <= wait_after(attempts, chance) <= whole


def test_a_success_is_sent() -> None:
    """The first good answer settles a notice and clears the last error."""
    after = judge(delivery(attempts=2, error="x"), Outcome(status=204, error=None), NOON + SECOND, 0.5)
    assert (after.state, after.attempts, after.sent_at, after.error) == (DeliveryState.SENT, 3, NOON + SECOND, None)


def test_a_failure_is_tried_again_with_its_reason() -> None:
    """The reason is kept and shown while the notice waits for its next try."""
    after = judge(delivery(), FAILED, NOON, 1.0)
    assert (after.state, after.attempts, after.next_at, after.error) == (
        DeliveryState.WAITING,
        1,
        NOON + SECOND,
        "the receiver answered 500",
    )


def test_retry_after_is_respected_up_to_an_hour() -> None:
    """A receiver may ask for a longer pause than ours, not for a shorter one, and not for ever."""
    for asked, waited in ((30 * SECOND, 30 * SECOND), (0, SECOND), (10**9 * SECOND, 3600 * SECOND)):
        assert judge(delivery(), msgspec.structs.replace(FAILED, retry_after=asked), NOON, 1.0).next_at == NOON + waited


@pytest.mark.parametrize(
    ("attempts", "outcome"),
    [
        (MOST_ATTEMPTS - 1, FAILED),
        (0, Outcome(status=410, error="the receiver answered 410 Gone")),
        (0, Outcome(status=None, error="no URL", final=True)),
    ],
)
def test_a_notice_is_given_up_with_the_reason_kept(attempts: int, outcome: Outcome) -> None:
    """After the last try, when the receiver wants no more, or when no try can help."""
    after = judge(delivery(attempts=attempts), outcome, NOON, 0.0)
    assert after.state is DeliveryState.DEAD
    assert after.error == f"Given up after {attempts + 1} tries: {outcome.error}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (None, None),
        ("120", 120),
        (" 5 ", 5),
        ("soon", None),
        ("-1", None),
        ("Wed, 04 Mar 2026 04:02:00 GMT", 120),
        ("Wed, 04 Mar 2026 03:00:00 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, wanted: int | None) -> None:
    """Both forms of RFC 9110 are read; anything else counts as not said."""
    found = read_retry_after(text, NOON)
    assert found == (None if wanted is None else wanted * SECOND)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://example.org/hook", None),
        ("http://127.0.0.1:8099/x", None),
        ("file:///etc/passwd", "the address is not an http or https URL"),
        ("gopher://x/", "the address is not an http or https URL"),
        ("http:///x", "the address is not an http or https URL"),
        ("http://[::1/x", "the address is not a URL"),
        ("http://x:99999/", "the address is not a URL"),
        ("https://user:secret@example.org/", "the address holds a user name or a password, which would be logged; sign instead"),
    ],
)
def test_only_web_addresses_are_notified(url: str, wanted: str | None) -> None:
    """Other schemes, broken URLs and credentials in a URL are refused."""
    assert objection_to(url) == wanted


async def test_a_webhook_is_signed_and_taken() -> None:
    """A real receiver checks the signature over the very bytes and takes the notice."""
    with Receiver(SECRET) as receiver:
        hook = Webhook(SECRET)
        outcome = await hook.post(delivery(url=receiver.url, body=b'{"a": 1}'), _now())
        await hook.close()
    assert (outcome.status, outcome.error, receiver.refused, receiver.taken) == (204, None, [], {"n1": {"a": 1}})


async def test_a_wrong_secret_is_told_as_the_receivers_answer() -> None:
    """The receiver's refusal becomes the notice's error."""
    with Receiver(SECRET) as receiver:
        hook = Webhook("another")
        outcome = await hook.post(delivery(url=receiver.url), _now())
        await hook.close()
    assert (outcome.status, outcome.error) == (401, "the receiver answered 401 Unauthorized")


async def test_a_redirect_is_not_followed() -> None:
    """A receiver cannot point us at another address."""
    with Receiver(SECRET, lambda _: 302, {"location": "http://127.0.0.1:9/elsewhere"}) as receiver:
        hook = Webhook(SECRET)
        outcome = await hook.post(delivery(url=receiver.url), _now())
        await hook.close()
    assert (outcome.status, receiver.requests) == (302, 1)


async def test_retry_after_of_an_answer_is_read() -> None:
    """An overloaded receiver's wish reaches the judgement."""
    with Receiver(SECRET, lambda _: 503, {"retry-after": "7"}) as receiver:
        hook = Webhook(SECRET)
        outcome = await hook.post(delivery(url=receiver.url), _now())
        await hook.close()
    assert (outcome.status, outcome.retry_after) == (503, 7 * SECOND)


async def test_no_answer_is_an_outcome_and_no_crash() -> None:
    """A closed port, a silent receiver and a time-out are told as reasons."""
    hook = Webhook(SECRET)
    closed = await hook.post(delivery(url="http://127.0.0.1:9/"), NOON)
    with Receiver(SECRET, lambda _: None) as receiver:
        silent = await hook.post(delivery(url=receiver.url), _now())
    await hook.close()

    def too_slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    slow = await Webhook(SECRET, httpx.AsyncClient(transport=httpx.MockTransport(too_slow))).post(delivery(), NOON)
    for outcome, reason in ((closed, "ConnectError"), (silent, "RemoteProtocolError"), (slow, "ReadTimeout")):
        assert outcome.status is None
        assert outcome.error is not None
        assert outcome.error.startswith(f"no answer: {reason}")


async def test_an_address_that_is_none_is_never_asked() -> None:
    """A notice to a file URL is given up at once."""
    outcome = await Webhook(SECRET).post(delivery(url="file:///etc/passwd"), NOON)
    assert (outcome.final, outcome.error) == (True, "the address is not an http or https URL.")


def _now() -> Micros:
    import time  # noqa: PLC0415  # The receiver compares with the real clock.

    return time.time_ns() // 1000


class Rows:
    """Deliveries in a list, as the notifier's port wants them."""

    def __init__(self, *deliveries: Delivery) -> None:
        self.rows = {row.id: row for row in deliveries}

    async def due(self, now: Micros, limit: int, besides: Collection[str]) -> tuple[Delivery, ...]:
        """Waiting ones whose time has come."""
        waiting = [row for row in self.rows.values() if row.state is DeliveryState.WAITING and row.next_at <= now and row.id not in besides]
        return tuple(sorted(waiting, key=lambda row: not row.life_safety)[:limit])

    async def next_at(self, now: Micros) -> Micros | None:
        """When the next one is due."""
        return min((row.next_at for row in self.rows.values() if row.next_at > now), default=None)

    async def record(self, delivery: Delivery, now: Micros) -> None:  # The port's.
        """Keep it."""
        self.rows[delivery.id] = delivery


async def yes() -> bool:
    return True


def notifier(rows: Rows, outcome: Callable[[Delivery], Outcome], watch: Watch) -> Notifier:
    async def post(row: Delivery, _now: Micros) -> Outcome:
        return outcome(row)

    return Notifier(deliveries=rows, post=post, allowed=yes, clock=watch, meters=Meters(CollectorRegistry()), chance=lambda: 1.0)


async def test_the_notifier_sends_what_is_due_and_keeps_what_came_of_it() -> None:
    """A good one is sent, a failed one waits, one that is not due yet is left alone."""
    rows = Rows(delivery(id="good"), delivery(id="bad"), delivery(id="later", next_at=NOON + SECOND))
    work = notifier(rows, lambda row: FAILED if row.id == "bad" else Outcome(status=200, error=None), Watch())
    assert await work.begin() == 2
    await work.settle()
    assert {row.id: (row.state.value, row.attempts) for row in rows.rows.values()} == {
        "good": ("sent", 1), "bad": ("waiting", 1), "later": ("waiting", 0),
    }  # fmt: skip


async def test_the_notifier_tries_until_it_gives_up() -> None:
    """As time goes on a failing notice is tried so many times, then it is dead with its reason."""
    rows, watch = Rows(delivery()), Watch()
    work = notifier(rows, lambda _: FAILED, watch)
    for _ in range(MOST_ATTEMPTS):
        watch.now = rows.rows["n1"].next_at
        assert await work.begin() == 1
        await work.settle()
    assert await work.begin() == 0
    assert rows.rows["n1"].state is DeliveryState.DEAD
    assert (watch.now - NOON) / SECOND > 1800


async def test_life_safety_goes_first_when_there_is_little_room() -> None:
    """Of many notices the first to go are those on which lives depend."""
    sent: list[str] = []

    def take_down(row: Delivery) -> Outcome:
        sent.append(row.id)
        return Outcome(status=200, error=None)

    rows = Rows(*(delivery(id=f"n{number}", life_safety=number > 30) for number in range(40)))
    work = notifier(rows, take_down, Watch())
    await work.begin()
    await work.settle()
    assert set(sent) >= {f"n{number}" for number in range(31, 40)}
    assert len(sent) == 16


async def test_the_bell_wakes_who_listens() -> None:
    """A ring before the wait is not missed, and each listener hears it."""
    bell = Bell()
    one, other = bell.listen(), bell.listen()
    bell.ring()
    assert one.is_set()
    one.clear()
    assert other.is_set()


def test_the_present_of_the_town_is_noon() -> None:
    """The tests' present is the one that their expectations were written for."""
    assert parse("2026-03-04T04:00:00Z") == NOON
