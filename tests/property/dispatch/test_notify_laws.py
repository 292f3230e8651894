"""Laws of telling somebody: waits stay in their bounds, tries end, and a signature fits one message only."""

from hypothesis import given
from hypothesis import strategies as st

from cityloop.demo.hooks import signature as demo
from config.moment import SECOND, Micros
from dispatch.delivery import Delivery, DeliveryState, Purpose
from dispatch.notice import delivery_id
from dispatch.notify.judge import FIRST_WAIT, LONGEST_RETRY_AFTER, LONGEST_WAIT, MOST_ATTEMPTS, Outcome, judge, read_retry_after, wait_after
from dispatch.notify.signature import objection, sign

NOW: Micros = 1_772_600_000 * SECOND
chances = st.floats(0, 1)
names = st.text(st.characters(codec="ascii", exclude_characters=" ", min_codepoint=33), min_size=1, max_size=40)
secrets = st.text(min_size=1, max_size=30).filter(lambda text: not text.startswith("whsec_"))
bodies = st.binary(max_size=200)
failures = st.builds(
    Outcome, status=st.none() | st.integers(300, 599), error=names, retry_after=st.none() | st.integers(0, 10**13), final=st.booleans()
)


def waiting(attempts: int = 0) -> Delivery:
    """A notice that was tried so many times."""
    return Delivery(
        id="d", ticket="t", number=1, purpose=Purpose.DISPATCHED, unit=None, person=None, url="http://x/", body=b"{}",
        created_at=NOW, next_at=NOW, attempts=attempts,
    )  # fmt: skip


@given(st.integers(1, 10_000), chances)
def test_a_wait_is_between_a_half_and_all_of_its_bound(attempts: int, chance: float) -> None:
    """However many tries there were, the wait is between half a second and a quarter of an hour, and of whole microseconds."""
    wait = wait_after(attempts, chance)
    assert isinstance(wait, int)
    assert FIRST_WAIT // 2 <= wait <= LONGEST_WAIT


@given(st.integers(1, 50), chances)
def test_a_later_try_never_waits_less(attempts: int, chance: float) -> None:
    """With the same luck each wait is at least as long as the one before."""
    assert wait_after(attempts, chance) <= wait_after(attempts + 1, chance)


@given(st.lists(st.tuples(failures, chances, st.integers(0, 10**10)), min_size=MOST_ATTEMPTS, max_size=20))
def test_tries_come_to_an_end(story: list[tuple[Outcome, float, Micros]]) -> None:
    """Whatever a receiver answers, after the last try a notice is dead with its reason, and each wait is neither short nor for ever."""
    delivery, now = waiting(), NOW
    for outcome, chance, passed in story:
        if delivery.state is not DeliveryState.WAITING:
            break
        now += passed
        before, delivery = delivery, judge(delivery, outcome, now, chance)
        assert delivery.attempts == before.attempts + 1
        assert outcome.error is not None
        assert outcome.error in (delivery.error or "")
        if delivery.state is DeliveryState.WAITING:
            assert not outcome.final
            assert FIRST_WAIT // 2 <= delivery.next_at - now <= max(LONGEST_WAIT, LONGEST_RETRY_AFTER)
            assert delivery.next_at - now >= min(outcome.retry_after or 0, LONGEST_RETRY_AFTER)
    assert delivery.state is DeliveryState.DEAD
    assert delivery.attempts <= MOST_ATTEMPTS
    assert delivery.sent_at is None


@given(st.integers(0, MOST_ATTEMPTS - 1), st.integers(200, 299), chances, st.integers(0, 10**10))
def test_one_good_answer_is_enough(attempts: int, status: int, chance: float, late: Micros) -> None:
    """A notice that was taken is sent, at that time, whatever went before."""
    after = judge(waiting(attempts), Outcome(status=status, error=None), NOW + late, chance)
    assert (after.state, after.sent_at, after.error, after.attempts) == (DeliveryState.SENT, NOW + late, None, attempts + 1)


@given(
    st.text(max_size=60)
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,25} \d{2}:\d{2}:\d{2} ([A-Z]{3}|[+-]\d{1,25})", fullmatch=True)
)
def test_no_retry_after_breaks_anything(text: str) -> None:
    """A header is read as a length of time that is not negative, or counts as not said."""
    read = read_retry_after(text, NOW)
    assert read is None or read >= 0


@given(secrets, names, st.integers(0, 10**10), bodies)
def test_what_we_sign_is_believed_by_both_readers(secret: str, message: str, at: int, body: bytes) -> None:
    """The sender's code, the product's check and the demo's independent one agree on every message."""
    headers = sign(secret, message, at * SECOND, body)
    assert objection(secret, headers, body, at * SECOND) is None
    assert demo.objection(secret, headers, body, at) is None


@given(secrets, names, st.integers(0, 10**9), bodies, st.data())
def test_what_was_changed_on_its_way_is_refused(secret: str, message: str, at: int, body: bytes, data: st.DataObject) -> None:
    """Another body, id, second or secret does not fit the signature."""
    headers = sign(secret, message, at * SECOND, body)
    other_body = data.draw(bodies.filter(lambda found: found != body), label="body")
    other_secret = data.draw(secrets.filter(lambda found: found != secret and found.rstrip("\0") != secret.rstrip("\0")), label="secret")
    other_name = data.draw(names.filter(lambda found: found != message), label="id")
    forged = [
        (secret, headers, other_body),
        (other_secret, headers, body),
        (secret, headers | {"webhook-id": other_name}, body),
        (secret, headers | {"webhook-timestamp": str(at + 1)}, body),
    ]
    for key, told, bytes_sent in forged:
        assert objection(key, told, bytes_sent, at * SECOND) is not None
        assert demo.objection(key, told, bytes_sent, at) is not None


@given(names, st.integers(1, 99), st.sampled_from(list(Purpose)), names, st.data())
def test_a_notice_is_told_by_ticket_event_purpose_and_address(
    ticket: str, number: int, purpose: Purpose, url: str, data: st.DataObject
) -> None:
    """Equal notices have equal ids, and a change of any of the four makes another notice."""
    mine = delivery_id(ticket, number, purpose, url)
    assert mine == delivery_id(ticket, number, purpose, url)
    other = data.draw(st.sampled_from([each for each in Purpose if each is not purpose]))
    changed = {
        delivery_id(ticket + "x", number, purpose, url),
        delivery_id(ticket, number + 1, purpose, url),
        delivery_id(ticket, number, other, url),
        delivery_id(ticket, number, purpose, url + "x"),
    }
    assert len(changed | {mine}) == 5
