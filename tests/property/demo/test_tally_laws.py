"""Laws of the demo's verdict and of its crew: sets account for every id, percentiles are values, and people keep to the table."""

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cityloop.demo.crew.decide import PAUSE, Case, is_left_alone, next_step
from cityloop.demo.street.lives import BEAT, CYCLE, INCIDENTS, MILLISECOND, due, lives
from cityloop.demo.tally.compare import accounted, arrived, compare, doubled, lost, one_each
from cityloop.demo.tally.judge import compare_all
from cityloop.demo.tally.latency import differences, quantiles
from config.loader import DEMO_CITY, load_city
from config.moment import SECOND
from config.people import Person, Role
from dispatch.lifecycle import TABLE, Fact, Move, Need, State
from tests.fakes.demorun import clean_run

names = st.sampled_from([f"x{number}" for number in range(12)])
few = st.sets(names, max_size=8)
many = st.lists(names, max_size=20)
RUN = clean_run(6)


@given(few, many, few)
def test_every_id_is_accounted_for(expected: set[str], found: list[str], also: set[str]) -> None:
    """An id is lost, doubled or good, never two of them; lost ones were expected, doubled ones came."""
    told = compare("x", expected, found, also)
    assert set(told.lost) == expected - set(found)
    assert set(told.doubled) == {name for name, times in Counter(found).items() if times > 1} | (set(found) - expected - also)
    assert set(told.lost).isdisjoint(told.doubled)
    assert list(told.lost) == sorted(set(told.lost))
    assert list(told.doubled) == sorted(set(told.doubled))


@given(few, many)
def test_arrivals_may_be_many_and_never_too_few(expected: set[str], found: list[str]) -> None:
    """In the log repetition does no harm, so only what is missing counts."""
    told = arrived("x", expected, found)
    assert (set(told.lost), told.doubled) == (expected - set(found), ())


@given(many, few)
def test_a_journal_that_is_full_accuses_nobody(noted: list[str], found: set[str]) -> None:
    """Beyond a full journal nothing strange can be told, while what was noted must still have come."""
    whole, full = accounted("x", noted, found), accounted("x", noted, found, complete=False)
    assert whole.lost == full.lost == tuple(sorted(set(noted) - found))
    assert set(whole.doubled) - set(full.doubled) <= found - set(noted)


@given(st.dictionaries(names, st.lists(names, max_size=3)))
def test_each_cause_is_judged_by_itself(effects: dict[str, list[str]]) -> None:
    """The verdict over many causes is the sum of the verdicts over each."""
    whole = one_each("x", effects)
    parts = [one_each("x", {cause: found}) for cause, found in effects.items()]
    assert (len(whole.lost), len(whole.doubled)) == (lost(parts), doubled(parts))


@given(st.sets(st.integers(0, 5)), st.sets(st.integers(0, 5)))
def test_any_number_of_faults_is_found(unlogged: set[int], untold: set[int]) -> None:
    """Whichever ids vanish before the log, and whichever notices vanish after it, exactly those are named."""
    sent = RUN.sent | {f"gone{number}" for number in unlogged}
    calls = [call for call in RUN.calls if call.ticket not in {f"t{number}" for number in untold}]
    steps = compare_all(msgspec.structs.replace(RUN, sent=sent, calls=calls))
    assert set(steps[0].lost) == {f"gone{number}" for number in unlogged}
    assert set(steps[4].lost) == {call.id for call in RUN.calls} - {call.id for call in calls}
    assert (lost(steps), doubled(steps)) == (len(unlogged) + len(untold), 0)


@given(st.lists(st.integers(0, 10**9).map(lambda tenths: tenths * 100), min_size=1, max_size=200))
def test_a_percentile_is_one_of_the_values(lengths: list[int]) -> None:
    """At least half (99 of 100) are not above it, fewer would do for no smaller value, and the order does not matter."""
    found = quantiles(lengths)
    assert found == quantiles(sorted(lengths, reverse=True))
    for part, figure in ((50, found.p50), (99, found.p99)):
        assert figure is not None
        exact = round(figure * 1_000)
        assert exact in lengths
        assert sum(length <= exact for length in lengths) * 100 >= part * len(lengths)
        assert sum(length < exact for length in lengths) * 100 < part * len(lengths)


@given(st.dictionaries(names, st.integers(0, 99)), st.dictionaries(names, st.integers(0, 99)))
def test_only_what_has_both_ends_has_a_length(began: dict[str, int], ended: dict[str, int]) -> None:
    """Each id that has both ends gives one length, and no other does."""
    assert sorted(differences(began, ended)) == sorted(ended[name] - began[name] for name in set(began) & set(ended))


PEOPLE = tuple(load_city(DEMO_CITY).people.values())
UNITS = sorted({person.unit for person in PEOPLE})
cases = st.builds(
    Case, id=st.uuids().map(str), version=st.integers(1, 50), state=st.sampled_from(list(State)), unit=st.none() | st.sampled_from(UNITS),
    assignee=st.none() | st.sampled_from([person.id for person in PEOPLE if person.role is Role.STAFF]), changed_at=st.just(0),
    life_safety=st.booleans(),
)  # fmt: skip


@given(cases, st.booleans(), st.integers(0, 60 * SECOND), st.lists(st.sampled_from(PEOPLE), unique=True).map(tuple) | st.just(PEOPLE))
def test_the_crew_keeps_to_the_table(case: Case, there: bool, now: int, people: tuple[Person, ...]) -> None:
    """Whatever the ticket and whoever is there: a step is a row of the lifecycle, by somebody of its roles, with what it needs, in its time."""
    step = next_step(case, people, frozenset({case.id} if there else ()), now)
    if step is None:
        return
    assert case.state in PAUSE
    assert now >= PAUSE[case.state]
    assert not is_left_alone(case)
    assert (step.ticket, step.version) == (case.id, case.version)
    if isinstance(step.act, Fact) and not isinstance(step.act, Move):
        assert (step.act, step.person, there) == (Fact.ARRIVED, case.assignee, False)
        return
    row = TABLE[case.state, Move(step.act)]
    person = next(found for found in PEOPLE if found.id == step.person)
    assert person.role in row.roles
    assert step.photo is (Need.PHOTO in row.needs)
    assert step.note is not None or Need.NOTE not in row.needs


@given(st.uuids().map(str), st.sampled_from(list(PAUSE)))
def test_no_alarm_is_left_to_visitors(name: str, state: State) -> None:
    """Where lives may be at stake the crew works on every ticket."""
    assert not is_left_alone(Case(id=name, version=1, state=state, unit=None, assignee=None, changed_at=0, life_safety=True))


def test_one_ticket_in_four_is_left_to_visitors() -> None:
    """By their ids a quarter of the other tickets stays for whoever watches."""
    cases_of_ids = [
        Case(id=f"{number:08x}-x", version=1, state=State.REPORTED, unit=None, assignee=None, changed_at=0) for number in range(400)
    ]
    assert sum(map(is_left_alone, cases_of_ids)) == 100


DEVICES = list(load_city(DEMO_CITY).devices.values())


@given(st.integers(0, 10**6))
def test_every_street_has_the_same_incidents(seed: int) -> None:
    """Whatever the chance, what is meant to be noticed happens, each device lives once, and no life leaves its cycle."""
    street = lives(DEVICES, seed)
    assert [life.device.id for life in street] == [device.id for device in DEVICES]
    assert {life.device.id: life.stretches for life in street if life.device.id in INCIDENTS} == dict(INCIDENTS)
    for life in street:
        assert 0 <= life.phase <= BEAT
        edges = [edge for stretch in life.stretches for edge in (stretch.start, stretch.end)]
        assert edges == sorted(edges)
        assert all(0 < edge < CYCLE for edge in edges)


def test_one_seed_is_one_street() -> None:
    """Two demos with one seed see the same reports to the millisecond, two seeds do not."""
    began = 1_760_000_000 * SECOND
    one, again, other = (due(lives(DEVICES, seed), began, began, began + 30 * SECOND) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert all((report.at - began) % MILLISECOND == 0 and 60 <= report.battery <= 100 for report in one)
