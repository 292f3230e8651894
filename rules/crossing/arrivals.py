"""Puts the records of each upstream partition in order by their numbers: each is taken once, and none before its time.

Why a number can be missing, and why waiting is right: an upstream process whose record fails at the broker may have written
later ones before it notices and dies. It has no checkpoint beyond the failure, since a checkpoint comes after all its
outputs were acknowledged; so its successor writes the missing ones again. What came too early waits for them.
"""

import msgspec

from config.moment import SECOND, Micros
from rules.crossing.traffic import Traffic
from rules.state import BEGINNING, NEVER
from streams.envelope import FeedState
from streams.observation import Observation

PATIENCE: Micros = 600 * SECOND
"""How long missing records are waited for, by the record times of those that wait. A successor repeats them within a minute or so;
what does not come in this time is gone from the log, and going on without it is better than standing still for ever."""


class Arrival(msgspec.Struct, frozen=True, array_like=True):
    """What one record brings.

    Attributes:
        sequence: its number.
        rule: whose observations these are; empty when it brings the clock alone.
        observations: of that rule.
        clock: the upstream partition's clock, when it tells it: everything before it was sent.
        feeds: what it heard of the gateway and of feeds (:mod:`rules.crossing.looks`).
        sent_at: the clock of the log.
    """

    sequence: int
    rule: str
    observations: tuple[Observation, ...]
    clock: Micros | None
    feeds: tuple[FeedState, ...] = ()
    sent_at: Micros = 0


class Heard(msgspec.Struct, array_like=True):
    """What is known of one upstream partition.

    Attributes:
        sequence: of the last record taken; 0 before the first.
        clock: the latest clock told.
        aside: records that came too early, by number.
        since: record time of the first of them.
    """

    sequence: int = 0
    clock: Micros = BEGINNING
    aside: dict[int, Arrival] = {}
    since: Micros = NEVER


class Taken(msgspec.Struct, frozen=True):
    """What may be taken now.

    Attributes:
        arrivals: in order.
        lost: numbers from, up to and without which were given up; empty when nothing was.
    """

    arrivals: tuple[Arrival, ...] = ()
    lost: range = range(0)


_NOTHING = Taken()


def take(heard: Heard, arrival: Arrival, timestamp: Micros, traffic: Traffic) -> Taken:
    """Decide about a record.

    * The next one is taken, with those that waited for it.
    * One that came before is dropped. Only if its clock is later than any that was told, it cannot be a repetition: the
      upstream fold has lost its checkpoints and counts anew, and is followed.
    * One that comes too early waits; after :data:`PATIENCE` those that are missing are given up.

    Args:
        heard: of the record's upstream partition; it is changed.
        arrival: what the record brings.
        timestamp: the record's time.
        traffic: is counted in.
    """
    lost = range(0)
    if arrival.sequence <= heard.sequence:
        if arrival.clock is None or arrival.clock <= heard.clock:
            traffic.repeated += 1
            return _NOTHING
        traffic.anew += 1
        heard.sequence, heard.aside = arrival.sequence - 1, {}
    if arrival.sequence > heard.sequence + 1:
        if arrival.sequence in heard.aside:
            traffic.repeated += 1
            return _NOTHING
        traffic.aside += 1
        heard.aside[arrival.sequence] = arrival
        heard.since = min(heard.since, timestamp)
        if timestamp - heard.since <= PATIENCE:
            return _NOTHING
        lost = range(heard.sequence + 1, min(heard.aside))
        traffic.lost += len(lost)
        heard.sequence = lost.stop - 1
    else:
        heard.aside[arrival.sequence] = arrival
    return Taken(_drained(heard, timestamp, traffic), lost)


def _drained(heard: Heard, timestamp: Micros, traffic: Traffic) -> tuple[Arrival, ...]:
    """The records that are next, one after the other."""
    found: list[Arrival] = []
    while (arrival := heard.aside.pop(heard.sequence + 1, None)) is not None:
        heard.sequence = arrival.sequence
        if arrival.clock is not None and arrival.clock > heard.clock:
            heard.clock = arrival.clock
        found.append(arrival)
    heard.since = timestamp if heard.aside else NEVER
    traffic.taken += len(found)
    return tuple(found)
