"""What one upstream partition sends on: whose, to whom, numbered how, and what it says about the time."""

from typing import Any

import msgspec
import pytest

from config.moment import SECOND
from rules.crossing import Routing, Sender, Traffic, home_of
from rules.crossing.looks import TICK
from rules.crossing.sender import MAX_BYTES, SECTION
from rules.engine import Limits, Tally
from streams.codec import ENVELOPE_HEADERS, decode_record, encode_envelope
from streams.envelope import Envelope, FeedState, Origin
from streams.fold import Output, Record
from streams.observation import Observation
from streams.rejected import decode_rejected
from streams.topics import MATCHES, OBSERVATIONS, REJECTED, URGENT
from tests.fakes.rulekit import EPOCH, rules_of, seen

ZONES: dict[str, Any] = {"rule": "zones", "where": "value > 5", "by": ["zone"], "count": 2, "within": "9s"}
ALL: dict[str, Any] = {"rule": "all", "where": "value > 5", "by": []}
PARTITIONS = 4
HOME = home_of("all", {}, PARTITIONS)


def sender(*rules: dict[str, Any], topic: str = OBSERVATIONS, section: bytes | None = None, traffic: Traffic | None = None) -> Sender:
    """A sender of partition 2."""
    routing = Routing(rules_of(*rules), PARTITIONS, Limits(), Tally())
    return Sender(topic, 2, routing, Traffic() if traffic is None else traffic, section)


def send(made: Sender, *observations: Observation, now: float | None = None, tick: float | None = None, **fields: Any) -> list[Output]:
    """What a record gives; the clock is that of its latest observation, or of its tick."""
    at = None if tick is None else EPOCH + round(tick * SECOND)
    envelope = Envelope(**{"sent_at": EPOCH + SECOND, "writer": "gateway-1", "observations": observations, "tick": at, **fields})
    clock = max((one.at for one in observations), default=at or 0) if now is None else EPOCH + round(now * SECOND)
    return made.send(envelope, clock, Record(OBSERVATIONS, 2, 0, clock, b"key", encode_envelope(envelope), ENVELOPE_HEADERS))


def read(output: Output) -> Envelope:
    """The envelope of a record."""
    assert output.topic == MATCHES
    return decode_record(output.value, output.headers)


def test_an_observation_goes_to_the_home_of_its_group_under_its_rules_name() -> None:
    """The record says whose it is, where it comes from, what it brings and what time it is."""
    (output,) = send(sender(ALL), seen(3, 9))
    envelope = read(output)
    assert (output.key, output.partition) == (b"all", HOME)
    assert envelope.origin == Origin(OBSERVATIONS, 2, 1)
    assert [one.id for one in envelope.observations] == ["3-9"]
    assert (envelope.tick, envelope.sent_at, envelope.writer) == (EPOCH + 3 * SECOND, EPOCH + SECOND, "engine")


def test_what_one_record_gives_a_partition_for_a_rule_is_one_record() -> None:
    """Observations are coalesced by partition and rule, in their order; those for other groups go to their own homes."""
    zones = [f"z{number}" for number in range(20)]
    outputs = send(sender(ZONES), *[seen(number, 9, zone=zone) for number, zone in enumerate(zones)], now=20)
    got = {output.partition: [one.zone for one in read(output).observations] for output in outputs}
    homes = {zone: home_of("zones", {"zone": zone}, PARTITIONS) for zone in zones}
    assert got == {home: [zone for zone in zones if homes[zone] == home] for home in range(PARTITIONS)}


def test_only_the_last_record_for_a_partition_tells_the_clock() -> None:
    """Else the clock of the first would let time pass before the second's observations."""
    other = ALL | {"rule": next(name for name in "abcdefgh" if home_of(name, {}, PARTITIONS) == HOME)}
    first, second = send(sender(ALL, other), seen(3, 9))
    assert (first.partition, second.partition) == (HOME, HOME)
    assert (read(first).tick, read(second).tick) == (None, EPOCH + 3 * SECOND)
    assert [origin.sequence for output in (first, second) if (origin := read(output).origin)] == [1, 2]


def test_numbers_are_without_gaps_for_each_partition() -> None:
    """Each downstream partition counts for itself."""
    made = sender(ZONES)
    outputs = [output for second in range(1, 40) for output in send(made, seen(second, 9, zone=f"z{second % 7}"))]
    numbers: dict[int | None, list[int]] = {}
    for output in outputs:
        origin = read(output).origin
        assert origin is not None
        numbers.setdefault(output.partition, []).append(origin.sequence)
    assert len(numbers) == PARTITIONS
    assert all(own == list(range(1, len(own) + 1)) for own in numbers.values())


def test_a_tick_goes_to_every_partition_that_needs_the_clock_and_to_no_other() -> None:
    """With what the gateway knows of its feeds; without observations no rule is named."""
    feeds = (FeedState("mqtt", EPOCH),)
    outputs = send(sender(ZONES), tick=5, feeds=feeds)
    assert [(output.partition, output.key, read(output).tick, read(output).feeds) for output in outputs] == [
        (number, None, EPOCH + 5 * SECOND, (FeedState(TICK, EPOCH + 5 * SECOND), *feeds)) for number in range(PARTITIONS)
    ]
    assert [output.partition for output in send(sender(ALL), tick=5)] == [HOME]


def test_a_tick_that_moves_no_clock_is_sent_all_the_same() -> None:
    """It says that the gateway was heard, which is another thing than what time it is; the clock never goes back."""
    made = sender(ALL)
    send(made, seen(7, 9))
    (output,) = send(made, tick=6, now=7)
    assert (read(output).tick, read(output).feeds) == (EPOCH + 7 * SECOND, (FeedState(TICK, EPOCH + 6 * SECOND),))


def test_a_word_about_feeds_is_sent_on_without_a_tick() -> None:
    """Whoever says that a feed is there, says it downstream too."""
    feeds = (FeedState("cameras", EPOCH),)
    (output,) = send(sender(ALL), now=3, feeds=feeds)
    assert (read(output).feeds, read(output).tick, read(output).sent_at) == (feeds, EPOCH + 3 * SECOND, EPOCH + SECOND)


def test_without_ticks_the_clock_is_told_once_a_second() -> None:
    """Observations that go nowhere move the clock too; it is told when a second of record time has passed since it was."""
    made = sender(ALL)
    clocks = [[read(output).tick for output in send(made, seen(second, 1, kind="other"))] for second in (0, 0.5, 0.999, 1.0, 1.5, 2.5)]
    assert clocks == [[EPOCH], [], [], [EPOCH + SECOND], [], [EPOCH + 2_500_000]]


def test_observations_are_gathered_for_a_second_or_until_a_tick() -> None:
    """What comes soon after something was sent waits, in a checkpoint too; the next tick, or a second, sends all of it in one record."""
    made = sender(ALL)
    assert len(send(made, seen(0, 9))) == 1
    made.full()
    assert send(made, seen(0.3, 9)) == send(made, seen(0.6, 9)) == []
    again = sender(ALL, section=made.delta()[SECTION])
    for one in (made, again):
        (output,) = send(one, seen(0.7, 9), tick=0.8)
        assert [observation.id for observation in read(output).observations] == ["0.3-9", "0.6-9", "0.7-9"]
    assert send(made, seen(1.2, 9)) == []
    (output,) = send(made, seen(1.8, 9))
    assert ([one.id for one in read(output).observations], read(output).tick) == (["1.2-9", "1.8-9"], EPOCH + 1_800_000)


def test_what_is_gathered_never_fills_more_than_envelopes_hold() -> None:
    """Five hundred observations make an envelope; the last one tells the clock."""
    made = sender(ALL)
    send(made, seen(0, 9))
    for number in range(3):
        assert send(made, *[seen(0.1, 9, id=f"{number}-{one}") for one in range(400)]) == []
    outputs = send(made, tick=1)
    assert [len(read(output).observations) for output in outputs] == [500, 500, 200]
    assert [read(output).tick for output in outputs] == [None, None, EPOCH + SECOND]


def test_what_is_gathered_is_sent_before_it_grows_too_large() -> None:
    """Bytes are counted as they came; beyond a bound nothing waits for a tick."""
    made = sender(ALL)
    send(made, seen(0, 9))
    text = {"text": "x" * 90_000}
    assert [len(send(made, seen(0.1 * number, 9, attributes=text))) for number in (1, 2, 3)] == [0, 0, 1]


def test_without_rules_over_several_sources_nothing_is_sent() -> None:
    """Nor is the sender asked."""
    made = sender({"rule": "plain"})
    assert not made.is_needed
    assert made.full() == made.delta() == {}
    assert sender(ALL).is_needed


def test_the_urgent_topic_tells_its_clock_for_life_safety_rules_alone() -> None:
    """A partition of the urgent topic has nobody to tell the time when no life-safety rule looks at several sources."""
    fire: dict[str, Any] = {"rule": "all", "kind": "smoke", "where": "value == true", "by": []}
    assert send(sender(ALL, topic=URGENT), tick=5) == []
    assert [output.partition for output in send(sender(fire, topic=URGENT), tick=5)] == [HOME]
    assert send(sender(fire), tick=5) == []


def test_an_observation_on_the_wrong_topic_is_not_lost() -> None:
    """Whoever writes smoke to the topic of everything else is heard by the rule all the same."""
    fire: dict[str, Any] = {"rule": "all", "kind": "smoke", "where": "value == true", "by": []}
    (output,) = send(sender(fire), seen(1, True, kind="smoke"))
    assert (output.key, read(output).origin) == (b"all", Origin(OBSERVATIONS, 2, 1))


def test_receipt_is_filled_in_before_it_is_sent_on() -> None:
    """Downstream the envelope's own clock would be another one."""
    (output,) = send(sender(ALL), seen(0, 9), seen(0.5, 9, received_at=EPOCH))
    assert [one.received_at for one in read(output).observations] == [EPOCH + SECOND, EPOCH]


def test_drills_the_future_and_what_means_nothing_stay() -> None:
    """They move the clock as far as the engine says, and are not sent."""
    odd = (seen(0, 9, attributes={"test": True}), seen(400, 9), seen(0, 1, zone="z1"))
    outputs = send(sender(ZONES), *odd, now=0, tick=0)
    assert [read(output).observations for output in outputs] == [()] * PARTITIONS


def test_a_restored_sender_goes_on_where_it_was() -> None:
    """From the section of its checkpoint it gives the very same records."""
    first = sender(ZONES)
    send(first, seen(1, 9, zone="z1"))
    kept = first.full()
    assert first.delta() == {}
    later = [seen(2, 9, zone="z2"), seen(3, 9, zone="z1")]
    expected = [output for one in later for output in send(first, one)]
    again = sender(ZONES, section=kept[SECTION])
    assert [output for one in later for output in send(again, one)] == expected != []
    assert again.full() == first.delta() != kept


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ([2, [0] * 4, [0] * 4], "by schema 2, and this version of cityloop reads 1"),
        ([1, [0] * 3, [0] * 3], "is of 3 partitions where there are 4: sources cannot change partition"),
    ],
)
def test_a_foreign_section_is_refused(section: list[Any], message: str) -> None:
    """State of another version, or of other partitions, is not guessed at."""
    with pytest.raises(ValueError, match=message):
        sender(ALL, section=msgspec.msgpack.encode(section))


def test_what_grows_beyond_a_record_is_cut() -> None:
    """A record near the broker's bound is sent on in pieces, in order, the last of which tells the clock."""
    long = [seen(number, 9, attributes={"text": "x" * 9_000}) for number in range(110)]
    outputs = send(sender(ALL), *long)
    assert [one.id for output in outputs for one in read(output).observations] == [one.id for one in long]
    assert len(outputs) > 1
    assert all(len(output.value) < MAX_BYTES + 500 for output in outputs)
    assert [read(output).tick for output in outputs] == [None] * (len(outputs) - 1) + [long[-1].at]


def test_a_single_observation_that_is_too_long_is_a_dead_letter() -> None:
    """It cannot travel, and is told with rule and reason instead of ending the process; the others go on."""
    traffic = Traffic()
    outputs = send(sender(ALL, traffic=traffic), seen(1, 9), seen(2, 9, attributes={"text": "x" * 950_000}))
    sent = [output for output in outputs if output.topic == MATCHES]
    assert [one.id for output in sent for one in read(output).observations] == ["1-9"]
    (letter,) = [decode_rejected(output.value) for output in outputs if output.topic == REJECTED]
    assert (letter.observation, letter.problems[0].file) == ("2-9", "rule all")
    assert "longer than 900000 bytes" in letter.problems[0].what
    assert traffic.sent == 1


def test_a_rule_in_shadow_has_a_name_of_its_own_and_makes_no_dead_letter() -> None:
    """It may have the live rule's name and meet at the same home; what cannot travel for it alone is counted and published nowhere."""
    long = seen(2, 7, attributes={"text": "x" * 950_000})
    shadow, tally = ALL | {"shadow": True, "where": "value > 6"}, Tally()
    made = Sender(
        OBSERVATIONS,
        2,
        Routing(rules_of(ALL | {"where": "value > 8", "clear": "value < 1"}, shadow), PARTITIONS, Limits(), Tally(), tally),
        Traffic(),
    )
    outputs = send(made, seen(1, 9), long)
    assert [(output.topic, output.key, output.partition) for output in outputs] == [(MATCHES, b"all", HOME), (MATCHES, b"shadow:all", HOME)]
    assert [[one.id for one in read(output).observations] for output in outputs] == [["1-9"], ["1-9"]]
    assert tally.of("all").crashed == 1
