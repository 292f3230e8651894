"""Events that happened against events that were told: matching, counting, honest bounds."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.moment import SECOND, Micros
from config.report import Report
from detectors.bounds import most_expected, percentile, wilson
from detectors.evaluation.event import Span, Tier, ToldEvent, TrueEvent
from detectors.evaluation.labels import Labels, read_labels
from detectors.evaluation.matching import match
from detectors.evaluation.report import TierReport, evaluate, unlabelled
from detectors.evaluation.told import Told, told_by
from streams.observation import Observation

BAY = ("camera/a", "illegal_parking", "bay")
UTC = ZoneInfo("UTC")
DAY = 86_400 * SECOND


def stay(begin: int, end: int, *, dwell: int = 10, place: tuple[str, str, str | None] = BAY, **more: Any) -> TrueEvent:
    """A true event, in seconds."""
    return TrueEvent(place=place, span=Span(begin * SECOND, end * SECOND), dwell=dwell * SECOND, **more)


def said(at: int, end: int, *, since: int | None = None, place: tuple[str, str, str | None] = BAY) -> ToldEvent:
    """A told event, in seconds."""
    return ToldEvent(place=place, span=Span((at if since is None else since) * SECOND, end * SECOND), told_at=at * SECOND)


def seen(at: int, value: float | bool | str, kind: str = "illegal_parking", **attributes: object) -> Observation:
    """What a camera told at a second."""
    zone = None if kind == "camera_health" else "bay"
    return Observation(
        id=f"{kind}-{at}-{attributes}", source="camera/a", kind=kind, at=at * SECOND, value=value, zone=zone, attributes=attributes
    )


def report(happened: list[TrueEvent], told: list[ToldEvent], watched: Micros = DAY, unknown: tuple[Span, ...] = ()) -> TierReport:
    """The one tier of some events, watched for a day."""
    spans = {("camera/a", event.tier): (Span(0, watched),) for event in happened} or {("camera/a", Tier.REAL): (Span(0, watched),)}
    found = evaluate(
        Labels(events=tuple(happened), watched=spans),
        Told(events=tuple(told), unknown={"camera/a": unknown}, heard={"camera/a": Span(0, watched)}),
        UTC,
    )
    (only,) = found
    return only


def test_every_event_told_once_is_perfect() -> None:
    """One told event for each true one, in time: everything is 1, nothing false, nothing missed."""
    figures = report([stay(0, 60), stay(100, 200)], [said(10, 60, since=0), said(115, 200, since=100)]).all
    assert (figures.precision, figures.recall, figures.f1, figures.false_alarms, figures.flaps) == (1.0, 1.0, 1.0, 0, 0)
    assert (figures.seconds_to_alert.p50, figures.seconds_to_alert.p95) == (0.0, 5.0)


def test_a_stay_that_is_too_short_is_no_event_and_telling_it_is_false() -> None:
    """What lasted less than its dwell must not be told: it is in no recall, and an alarm for it is a false one."""
    figures = report([stay(0, 9)], [said(5, 9)]).all
    assert (figures.events, figures.recall, figures.precision, figures.false_alarms) == (0, None, 0.0, 1)


def test_an_event_told_twice_at_once_is_a_duplicate() -> None:
    """The second told event of one vehicle costs precision, is counted as a duplicate, and is no false alarm of its own."""
    figures = report([stay(0, 100)], [said(10, 100, since=0), said(20, 100, since=5)]).all
    assert (figures.matched, figures.precision, figures.duplicates_per_event, figures.flaps, figures.false_alarms) == (1, 0.5, 1.0, 0, 0)


def test_an_event_ended_and_told_again_is_a_flap() -> None:
    """One vehicle told, ended and told again flapped; the longer of the two is its event."""
    figures = report([stay(0, 100)], [said(10, 30), said(40, 100)]).all
    assert (figures.matched, figures.flaps, figures.duplicates_per_event) == (1, 1, 0.0)


def test_no_told_event_is_used_twice() -> None:
    """Two vehicles at once need two told events: the matching finds room for both where greed would not."""
    first, second = stay(0, 100), stay(90, 200)
    matching = match([first, second], [said(10, 200, since=0), said(20, 80, since=0)])
    assert matching.pairs == ((0, 1), (1, 0))
    assert (matching.missed, matching.false, matching.spare) == ((), (), ())


def test_another_zone_or_kind_is_another_place() -> None:
    """A told event elsewhere matches nothing; one whose label names no zone may be anywhere in the picture."""
    other, anywhere = ("camera/a", "illegal_parking", "kerb"), ("camera/a", "illegal_parking", None)
    assert match([stay(0, 60)], [said(10, 60, place=other)]).missed == (0,)
    assert match([stay(0, 60, place=anywhere)], [said(10, 60, place=other)]).pairs == ((0, 0),)


def test_an_alarm_after_the_end_is_false_beyond_the_labels_accuracy() -> None:
    """Five seconds after its end an event may still be told, later not."""
    assert match([stay(0, 60)], [said(65, 70)]).pairs == ((0, 0),)
    late = match([stay(0, 60)], [said(66, 70)])
    assert (late.pairs, late.false, late.missed) == ((), (0,), (0,))


def test_none_seen_is_not_none() -> None:
    """A day without a false alarm bounds the rate at three a day, not at zero."""
    figures = report([stay(0, 60)], [said(10, 60)]).all
    assert figures.false_alarms_per_camera_day == 0
    assert figures.false_alarms_per_camera_day_at_most == pytest.approx(2.9957, abs=1e-3)


@pytest.mark.parametrize(("count", "bound"), [(0, 2.996), (1, 4.744), (5, 10.513), (20, 29.062)])
def test_the_bound_is_that_of_the_tables(count: int, bound: float) -> None:
    """One-sided 95 % limits of a Poisson mean, as tables have them (half the 95th percentile of chi squared with 2n + 2)."""
    assert most_expected(count) == pytest.approx(bound, abs=2e-3)


@pytest.mark.parametrize(("good", "total", "interval"), [(10, 10, (0.7225, 1.0)), (0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634))])
def test_the_interval_is_wilsons(good: int, total: int, interval: tuple[float, float]) -> None:
    """Wilson's interval of a few trials, also where all or none were good."""
    assert wilson(good, total) == pytest.approx(interval, abs=1e-4)


def test_nothing_has_no_interval_and_no_percentile() -> None:
    """Without trials nothing is said, rather than zero."""
    assert (wilson(0, 0), percentile([], 0.5)) == (None, None)
    assert (percentile([3.0, 1.0, 2.0], 0.5), percentile([1.0, 2.0], 0.95), percentile([7.0], 0.0)) == (2.0, 2.0, 7.0)


def test_observations_become_events() -> None:
    """A stay opens with its first true, lasts over repeats and ends with its false; its own since and until are believed."""
    told = told_by(
        [
            seen(30, True, stay="x", since="1970-01-01T00:00:00Z"),
            seen(90, True, stay="x", since="1970-01-01T00:00:00Z"),
            seen(120, False, stay="x", until="1970-01-01T00:01:50Z"),
            seen(200, True, stay="y"),
            seen(230, True, stay="y"),
        ]
    )
    assert [(event.told_at // SECOND, event.span.begin // SECOND, event.span.end // SECOND) for event in told.events] == [
        (30, 0, 110),
        (200, 200, 230),
    ]


def test_two_stays_at_once_are_told_apart_by_their_names() -> None:
    """Two vehicles in one zone: each false ends its own stay."""
    told = told_by([seen(1, True, stay="x"), seen(2, True, stay="y"), seen(5, False, stay="x"), seen(9, False, stay="y")])
    assert [(event.told_at // SECOND, event.span.end // SECOND) for event in told.events] == [(1, 5), (2, 9)]


def test_time_in_which_a_camera_was_blind_is_unknown() -> None:
    """From the first word of blindness to sight, or to the end of the recording."""
    told = told_by([seen(10, "black", "camera_health"), seen(15, "frozen", "camera_health"), seen(40, "ok", "camera_health")])
    assert told.unknown == {"camera/a": (Span(10 * SECOND, 40 * SECOND),)}
    figures = report([stay(0, 60)], [], watched=100 * SECOND, unknown=told.unknown["camera/a"]).all
    assert (figures.unknown_seconds, figures.unknown_share) == (30.0, 0.3)
    assert told_by([seen(1, "black", "camera_health"), seen(9, 1, "x")]).unknown == {"camera/a": (Span(SECOND, 9 * SECOND),)}


def test_tiers_are_reported_apart() -> None:
    """Drawn, injected and real pictures never share a figure."""
    labels = Labels(events=(stay(0, 60), stay(0, 60, place=("camera/b", "illegal_parking", None), tier=Tier.DRAWN)), watched={})
    told = Told(events=(said(10, 60),), unknown={}, heard={"camera/a": Span(0, DAY), "camera/z": Span(0, 1)})
    assert [(one.tier, one.all.recall) for one in evaluate(labels, told, UTC)] == [(Tier.DRAWN, 0.0), (Tier.REAL, 1.0)]
    assert unlabelled(labels, told) == ["camera/z"]


def test_days_cameras_kinds_and_conditions_are_split() -> None:
    """Each split counts its own events, and a day's watched time is its own part."""
    events = [stay(0, 60, condition="day"), stay(90_000, 90_060, condition="dusk")]
    found = report(events, [said(10, 60), said(90_050, 90_060)], watched=2 * DAY)
    assert {name: (row.matched, row.camera_days) for name, row in found.days.items() if row.events} == {
        "1970-01-01": (1, 1.0), "1970-01-02": (1, 1.0),
    }  # fmt: skip
    assert {name: row.recall for name, row in found.conditions.items()} == {"day": 1.0, "dusk": 1.0}
    assert found.cameras.keys() == {"camera/a"}
    assert found.kinds.keys() == {"illegal_parking"}


def test_a_day_is_one_of_the_zone() -> None:
    """Seven in the evening in London is the next day in Shanghai."""
    labels = Labels(events=(stay(0, 60),), watched={("camera/a", Tier.REAL): (Span(0, DAY),)})
    told = Told(events=(), unknown={}, heard={})
    (found,) = evaluate(labels, told, ZoneInfo("Asia/Shanghai"))
    assert {name: round(row.camera_days, 6) for name, row in found.days.items()} == {
        "1970-01-01": round(16 / 24, 6), "1970-01-02": round(8 / 24, 6),
    }  # fmt: skip


def test_what_was_told_while_nobody_watched_counts_for_nothing() -> None:
    """Outside of the labelled time nobody knows what is true."""
    assert report([stay(0, 60)], [said(10, 60), said(5000, 5060)], watched=100 * SECOND).all.told == 1


def lines(*values: object) -> list[tuple[int, object]]:
    """Numbered lines."""
    return list(enumerate(values, 1))


def test_labels_are_read_by_the_words_that_tools_have() -> None:
    """Scene names are read as their kinds, camera as source, start and end as since and until."""
    report = Report()
    read = read_labels(
        "labels.ndjson",
        lines(
            {"camera": "camera/a", "scene": "non_motor_parking", "start": "1970-01-01T00:00:00Z", "end": "1970-01-01T00:01:00Z", "x": 1},
            {"watch": "camera/a", "from": "1970-01-01T00:00:00Z", "to": "1970-01-02T00:00:00Z", "tier": "drawn"},
        ),
        report,
    )
    assert report.problems == ()
    assert [(event.place, event.dwell) for event in read.events] == [(("camera/a", "illegal_parking_nonmotor", None), 0)]
    assert read.watched == {("camera/a", Tier.DRAWN): (Span(0, DAY),)}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (3, "this is not a JSON object."),
        ({"kind": "x", "since": "1970-01-01T00:00:00Z", "until": "1970-01-01T00:00:00Z"}, "source is missing."),
        ({"source": "camera/a", "since": "1970-01-01T00:00:00Z", "until": "1970-01-01T00:00:00Z"}, "kind is missing."),
        ({"source": "camera/a", "kind": "x", "since": "1970-01-01T00:00:00Z"}, "until is missing."),
        (
            {"source": "camera/a", "kind": "x", "since": "1970-01-01T00:00:01Z", "until": "1970-01-01T00:00:00Z"},
            "it ends before it begins.",
        ),
        (
            {"source": "camera/a", "kind": "x", "since": "1970-01-01T00:00:01", "until": "1970-01-01T00:00:02Z"},
            "since: 1970-01-01T00:00:01 has no offset.",
        ),
        (
            {"source": "camera/a", "kind": "x", "since": "1970-01-01T00:00:01Z", "until": "1970-01-01T00:00:02Z", "tier": "reel"},
            "unknown tier 'reel'.",
        ),
    ],
)
def test_a_bad_label_is_told_with_its_line(line: object, what: str) -> None:
    """Every fault has its line, and what to write instead."""
    report = Report()
    read_labels("labels.ndjson", lines(line), report)
    (problem,) = report.problems
    assert (problem.file, problem.line) == ("labels.ndjson", 1)
    assert problem.what.startswith(what.split(":", maxsplit=1)[0])
    assert problem.fix
