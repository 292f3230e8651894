"""Inhibition, routes and groups: who keeps whom quiet, and which notice an alert goes with."""

import msgspec
import pytest

from config.moment import SECOND, Micros
from dispatch.alertcase import AlertCase, AlertState, begin
from dispatch.noise import inhibition
from dispatch.noise.group import Cause, Enrolment, Group, Member, Told, begin_group, enrol, flush
from dispatch.noise.groupnotice import group_notice
from dispatch.noise.inhibition import Inhibition
from dispatch.noise.matcher import Matcher
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.route import DEFAULT, Manner, Route, route_named, route_of
from dispatch.noise.subject import Subject
from dispatch.verdict import SuppressionKind, Suppressor
from tests.fakes.town import HOOK, NOON, alert

MINUTE: Micros = 60 * SECOND


def matchers(*texts: str) -> tuple[Matcher, ...]:
    return tuple(parse_matcher(text) for text in texts)


def subject(name: str, rule: str, *, life_safety: bool = False, starts_at: Micros = 0, **values: str) -> Subject:
    return Subject(
        id=name,
        values={"rule": (rule,)} | {field: (value,) for field, value in values.items()},
        life_safety=life_safety,
        starts_at=starts_at,
    )


OFFLINE = Inhibition(name="offline", source=matchers("rule=offline"), target=matchers('rule=~"door|offline"'), equal=("source",))


def inhibited(target: Subject, *firing: Subject, rule: Inhibition = OFFLINE) -> list[str | None]:
    return [found.alert for found in inhibition.suppressors([rule], target, [target, *firing])]


def test_a_source_quiets_targets_with_equal_fields() -> None:
    """The same value, its own; what either lacks is not equal."""
    door = subject("d", "door", source="sensor/1")
    assert inhibited(door, subject("o", "offline", source="sensor/1")) == ["o"]
    assert inhibited(door, subject("o", "offline", source="sensor/2")) == []
    assert inhibited(subject("d", "door"), subject("o", "offline")) == []
    assert inhibited(subject("b", "battery", source="sensor/1"), subject("o", "offline", source="sensor/1")) == []


def test_two_on_both_sides_do_not_hide_each_other() -> None:
    """An alert inhibits neither itself nor another that is source and target as well."""
    first, second = subject("1", "offline", source="s"), subject("2", "offline", source="s")
    assert inhibited(first, second) == inhibited(second, first) == []
    plain = Inhibition(name="x", source=matchers("rule=offline"), target=matchers("rule=door"))
    assert inhibited(first, second, rule=plain) == []


def test_of_several_sources_the_first_is_named() -> None:
    """The one that began first, whatever order they come in; life safety is never a target and may be a source."""
    door = subject("d", "door", source="s")
    late, early = subject("a", "offline", source="s", starts_at=2), subject("b", "offline", source="s", starts_at=1, life_safety=True)
    assert inhibited(door, late, early) == inhibited(door, early, late) == ["b"]
    assert inhibited(msgspec.structs.replace(door, life_safety=True), early) == []


def test_a_store_may_ask_by_rule_where_rules_are_named() -> None:
    """An equality on the rule narrows; an expression does not."""
    assert inhibition.rules_named(matchers("source=x", "rule=door")) == "door"
    assert inhibition.rules_named(matchers('rule=~"door"')) is None
    assert inhibition.may_inhibit([OFFLINE], subject("o", "offline"))
    assert not inhibition.may_inhibit([OFFLINE], subject("d", "door"))


TREE = Route(
    name="default",
    routes=(
        Route(
            name="doors", manner=Manner.GROUPED, matchers=matchers('rule=~"door.*"'), group_by=("rule", "cell"),
            routes=(Route(name="gate", manner=Manner.GROUPED, matchers=matchers("source=gate"), unit="order", wait=0),),
        ),
        Route(name="late", manner=Manner.GROUPED, matchers=matchers("rule=door")),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (subject("1", "door", source="gate"), "gate"),
        (subject("1", "door", source="x"), "doors"),
        (subject("1", "smoke", source="gate"), "default"),
    ],
)
def test_an_alert_takes_the_deepest_first_branch_that_it_meets(found: Subject, name: str) -> None:
    """A later branch that it would meet too is not looked at."""
    assert route_of(TREE, found).name == name
    assert route_named(TREE, name) is route_of(TREE, found)


def test_a_route_that_is_gone_is_not_found() -> None:
    """A group of a former configuration falls back to the root."""
    assert route_named(TREE, "former") is None


def test_who_shares_a_group() -> None:
    """The same route, unit and values; the route's unit wins; each for itself, and life safety, join none."""
    doors = route_of(TREE, subject("1", "door"))

    def joined(found: Subject, unit: str | None = "crew") -> Enrolment:
        enrolment = enrol(route_of(TREE, found), found, unit, NOON)
        assert enrolment is not None
        return enrolment

    one, two = joined(subject("1", "door", cell="A")), joined(subject("2", "door", cell="A", source="x"))
    assert one.group == two.group
    assert len({one.group, joined(subject("3", "door", cell="B")).group, joined(subject("1", "door", cell="A"), "fire").group}) == 3
    assert (one.values, one.unit, begin_group(one).next_at) == ({"rule": "door", "cell": "A"}, "crew", NOON + 30 * SECOND)
    assert joined(subject("1", "door")).values == {"rule": "door", "cell": ""}
    gate = joined(subject("1", "door", source="gate"))
    assert (gate.unit, begin_group(gate).next_at) == ("order", NOON)
    assert enrol(DEFAULT, subject("1", "door"), "crew", NOON) is None
    assert enrol(doors, subject("1", "door", life_safety=True), "crew", NOON) is None


ROUTE = Route(name="r", manner=Manner.GROUPED, interval=5 * MINUTE, repeat=60 * MINUTE)
GROUP = Group(id="g", route="r", unit="order", values={}, created_at=NOON, next_at=NOON)


def case(number: int, **changes: object) -> AlertCase:
    made = begin(alert(starts_at=NOON + number), NOON, cell=None, place="x", unit="order")
    return msgspec.structs.replace(made, **({"id": f"a{number}"} | changes))


QUIET = (Suppressor(kind=SuppressionKind.SILENCE, by="s", why="c"),)


def test_a_flush_lists_each_alert_once_firing_ones_first() -> None:
    """By the beginning of their episodes; resolved ones come after those that fire, and leave the group."""
    members = [
        Member(alert=case(3)),
        Member(alert=case(1, state=AlertState.RESOLVED), told=Told.FIRING),
        Member(alert=case(2), told=Told.FIRING),
    ]
    done = flush(GROUP, members, ROUTE, NOON)
    assert ([found.id for found in done.alerts], done.cause) == (["a2", "a3", "a1"], Cause.CHANGED)
    assert done.told == {"a3": Told.FIRING, "a2": Told.FIRING}
    assert done.group == msgspec.structs.replace(GROUP, next_at=NOON + 5 * MINUTE, notices=1, told_at=NOON)


def test_a_quiet_alert_stays_and_is_not_spoken_of() -> None:
    """It is neither listed nor counts as told; when it is heard again it is news; over while quiet it leaves without a word."""
    quiet = Member(alert=case(1, suppressed_by=QUIET))
    still = flush(GROUP, [quiet], ROUTE, NOON)
    assert (still.cause, still.alerts, still.told) == (None, (), {"a1": Told.NOTHING})
    heard = flush(GROUP, [Member(alert=case(1))], ROUTE, NOON)
    assert heard.cause is Cause.CHANGED
    over = flush(GROUP, [Member(alert=case(1, suppressed_by=QUIET, state=AlertState.RESOLVED), told=Told.FIRING)], ROUTE, NOON)
    assert (over.group, over.cause, over.alerts) == (None, None, ())


def test_what_came_and_went_before_the_first_notice_is_told_when_there_is_work() -> None:
    """With a ticket somebody must know of it; without one nobody needs to."""
    with_ticket = flush(GROUP, [Member(alert=case(1, state=AlertState.RESOLVED, ticket="t"))], ROUTE, NOON)
    assert ([found.id for found in with_ticket.alerts], with_ticket.group) == (["a1"], None)
    without = flush(GROUP, [Member(alert=case(1, state=AlertState.RESOLVED))], ROUTE, NOON)
    assert (without.alerts, without.group) == ((), None)


def test_a_repeat_comes_when_its_interval_has_passed() -> None:
    """One microsecond earlier there is none."""
    told = msgspec.structs.replace(GROUP, notices=1, told_at=NOON)
    known = [Member(alert=case(1), told=Told.FIRING)]
    assert flush(told, known, ROUTE, NOON + 60 * MINUTE - 1).cause is None
    assert flush(told, known, ROUTE, NOON + 60 * MINUTE).cause is Cause.REPEATED


def test_a_groups_notice_has_an_id_of_its_own_each_time() -> None:
    """The same flush carries the same id; the next, another address and another group of the same kind do not."""
    alerts = (case(1, ticket="t"),)
    one = group_notice(GROUP, Cause.CHANGED, alerts, NOON, HOOK)
    assert one.id == group_notice(GROUP, Cause.CHANGED, alerts, NOON + 1, HOOK).id
    others = [
        group_notice(msgspec.structs.replace(GROUP, notices=1), Cause.CHANGED, alerts, NOON, HOOK),
        group_notice(msgspec.structs.replace(GROUP, created_at=NOON + 1), Cause.CHANGED, alerts, NOON, HOOK),
        group_notice(GROUP, Cause.CHANGED, alerts, NOON, "http://x/"),
    ]
    assert len({one.id, *(other.id for other in others)}) == 4
    body = msgspec.json.decode(one.body)
    assert (body["type"], body["data"]["cause"], [told["alert"] for told in body["data"]["alerts"]]) == ("alerts.group", "changed", ["a1"])
