"""What was heard of feeds waits for the clock, and what several partitions say alike is said once."""

from config.moment import SECOND
from rules.crossing.looks import TICK, Look, Looks
from rules.state import BEGINNING
from streams.envelope import FeedState
from tests.fakes.rulekit import EPOCH


def state(name: str, second: int) -> FeedState:
    """Heard up to a second."""
    return FeedState(name, EPOCH + second * SECOND)


def ticked(looks: Looks, second: int, *feeds: FeedState) -> None:
    """A tick of the gateway, told by an upstream partition whose clock is somewhat further."""
    looks.add((state(TICK, second), *feeds), EPOCH + second * SECOND + 5, EPOCH + second * SECOND)


def due(looks: Looks, second: int) -> list[Look]:
    """Those due at a second."""
    return list(looks.due(EPOCH + second * SECOND))


def test_a_tick_is_due_at_its_own_time() -> None:
    """Not before the clock has come there, however far its partition was; then once."""
    looks = Looks()
    ticked(looks, 3, state("mqtt", 2))
    assert due(looks, 2) == []
    at = EPOCH + 3 * SECOND
    assert due(looks, 3) == [Look(at, False, at, (state("mqtt", 2),))]
    assert due(looks, 9) == []


def test_the_same_tick_of_all_partitions_is_one() -> None:
    """With the latest that any of them heard of each feed."""
    looks = Looks()
    for second in (2, 1, 3):
        ticked(looks, 3, state("mqtt", second), state("http", 4 - second))
    (look,) = due(looks, 3)
    assert look.feeds == (state("http", 3), state("mqtt", 3))


def test_ticks_come_in_order_and_words_behind_the_tick_of_their_instant() -> None:
    """Whatever came first."""
    looks = Looks()
    at = EPOCH + 3 * SECOND
    looks.add((state("cameras", 3),), at, at)
    ticked(looks, 4)
    ticked(looks, 3)
    assert [(look.at - EPOCH, look.word) for look in due(looks, 9)] == [(3 * SECOND, False), (3 * SECOND, True), (4 * SECOND, False)]


def test_a_word_before_every_clock_is_due_at_once() -> None:
    """A partition that knows no time yet can say who is there."""
    looks = Looks()
    looks.add((state("cameras", 3),), None, EPOCH)
    assert [look.at for look in looks.due(BEGINNING)] == [BEGINNING]


def test_a_record_without_signs_says_nothing() -> None:
    """Records with observations alone are no look."""
    looks = Looks()
    looks.add((), EPOCH, EPOCH)
    assert due(looks, 9) == []


def test_a_checkpoint_keeps_what_waits() -> None:
    """Restored, the same is due at the same clock."""
    looks, again = Looks(), Looks()
    ticked(looks, 3, state("mqtt", 2))
    looks.add((state("cameras", 3),), EPOCH + SECOND, EPOCH)
    again.restore(looks.section())
    assert again.section() == looks.section()
    assert due(again, 9) == due(looks, 9) != []
