"""Problems, names, shapes and what a watcher may see."""

import pytest

from config.kinds import Text
from config.matters import ClockType
from config.people import Role
from console.auth.caller import Caller, Credential, caller_of_person
from console.auth.rights import OF_ROLE
from console.directory import Coded, Directory, Named
from console.feed.change import Entry, visible
from console.feed.watch import begin
from console.pictures import BadPictureError, check_jpeg
from console.problem import Fault, fault_of, suggest
from console.shapes.city import map_of
from console.shapes.session import summary_shape
from console.shapes.tickets import clock_shape
from console.shapes.writes import Login
from dispatch.actor import Actor
from dispatch.clocks.lights import ClockView, Light
from dispatch.query import Subject, Summary
from tests.fakes.pictures import jpeg, truncated_jpeg, vast_jpeg
from tests.fakes.town import PARKING, PEOPLE, UNITS, town


@pytest.mark.parametrize(
    ("written", "known", "sentence"),
    [
        ("persom", ["person", "unit"], "Did you mean 'person'?"),
        ("zzz", ["unit", "person"], "Known: person, unit."),
        ("zzz", [], ""),
    ],
)
def test_a_near_word_is_offered_and_otherwise_all_that_are_known(written: str, known: list[str], sentence: str) -> None:
    """Nobody has to guess what would have been right."""
    assert suggest(written, known) == sentence


def test_a_decoding_message_becomes_a_fault_with_its_place() -> None:
    """The path that the decoder tells is where the caller has to look."""
    told = fault_of("Expected `str`, got `int` - at `$.photos[1]`", "", ("photos",))
    assert told == Fault("photos[1]", "Expected `str`, got `int`.")


def test_a_parameter_keeps_the_name_that_the_framework_knows() -> None:
    """Query parameters have no path within a body."""
    assert fault_of("Expected `int` <= 500", "limit", ()).where == "limit"


def test_a_fault_without_a_place_is_the_body() -> None:
    """A body that is no object at all."""
    assert fault_of("Expected `object`, got `array`", "", ("user",)).where == "body"


def test_names_are_found_and_ids_stand_in_for_what_has_left() -> None:
    """History keeps showing people who are no longer in the catalogue."""
    names = Directory(town())
    assert names.person("sam") == Named("sam", "Sam")
    assert names.person("system") == Named("system", "cityloop")
    assert names.person("gone") == Named("gone", "gone")
    assert names.unit("order") == Named("order", "Street Order")
    assert names.unit("gone") == Named("gone", "gone")
    assert names.category(PARKING) == Coded(PARKING, Text(en="Illegal parking", zh="乱停放"))
    assert names.category("99999").label.en == "99999"


def test_a_login_never_shows_its_password() -> None:
    """A representation ends up in logs and tracebacks."""
    assert "secret" not in repr(Login(user="sam", password="secret"))


def test_a_whole_picture_passes_with_its_size() -> None:
    """Width and height come from decoding."""
    assert check_jpeg(jpeg(120, 80)) == (120, 80)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (truncated_jpeg(), "truncated or broken"),
        (vast_jpeg(10_000, 10_000), "10000 x 10000 pixels"),
        (vast_jpeg(65_000, 65_000), "truncated or broken|pixels"),
        (b"GIF89a", "does not begin like a JPEG"),
        (b"\xff\xd8\xff" + bytes(8 * 1024 * 1024), "at most 8,388,608 are taken"),
    ],
    ids=["truncated", "100 megapixels", "a decompression bomb", "gif", "too many bytes"],
)
def test_a_bad_picture_is_told_why(content: bytes, told: str) -> None:
    """Each mistake has its own sentence."""
    with pytest.raises(BadPictureError, match=told):
        check_jpeg(content)


def entry(subject: Subject, unit: str | None) -> Entry:
    return Entry(1, subject, unit, b"{}")


@pytest.mark.parametrize(
    ("person", "subject", "unit", "seen"),
    [
        ("dora", Subject.ALERT, "fire", True),
        ("dora", Subject.TICKET, None, True),
        ("lee", Subject.ALERT, "order", True),
        ("lee", Subject.TICKET, "crew", True),
        ("lee", Subject.TICKET, "fire", False),
        ("lee", Subject.TICKET, None, False),
        ("sam", Subject.ALERT, "order", False),
        ("sam", Subject.TICKET, "order", True),
        ("cora", Subject.ALERT, "order", False),
        ("cora", Subject.TICKET, "fire", True),
        ("sam", Subject.DELIVERY, "order", True),
    ],
)
def test_a_watcher_sees_by_right_and_by_unit(person: str, subject: Subject, unit: str | None, seen: bool) -> None:
    """The live feed shows what the lists would, and nothing else."""
    assert visible(caller_of_person(PEOPLE[person], UNITS, "hash"), entry(subject, unit)) is seen


def test_a_right_without_a_unit_shows_nothing() -> None:
    """A person whose unit is unknown sees no unit's rows."""
    nobody = Caller(actor=Actor(id="x", role=Role.LEADER), name="X", rights=OF_ROLE[Role.LEADER], credential=Credential.SESSION, token="t")
    assert not visible(nobody, entry(Subject.TICKET, "order"))


@pytest.mark.parametrize(
    ("last", "head", "start", "resumed"),
    [(None, 7, 7, False), (5, 7, 5, True), (7, 7, 7, True), (0, 7, 0, True), (8, 7, 7, False), (-1, 7, 7, False)],
)
def test_a_stream_resumes_after_an_id_that_this_feed_can_have_given(last: int | None, head: int, start: int, resumed: bool) -> None:
    """An id beyond the head is another database's: the page must load its lists anew."""
    hello = begin(last, head)
    assert (hello.head, hello.resumed) == (start, resumed)


def test_a_clock_is_a_part_of_its_limit() -> None:
    """Above 1 means overdue; a limit of nothing is no division by zero."""
    view = ClockView(
        name="case", type=ClockType.URGENT_HOUR, limit=2, started_at=0, due_at=7_200_000_000, stopped_at=None, counted=10_800_000_000,
        total=7_200_000_000, light=Light.RED,
    )  # fmt: skip
    assert clock_shape(view).part == 1.5
    empty = ClockView(
        name="case", type=ClockType.URGENT_HOUR, limit=0, started_at=0, due_at=0, stopped_at=0, counted=0, total=0, light=Light.GREEN
    )
    assert clock_shape(empty).part == 0


def test_open_tickets_are_those_that_have_not_ended() -> None:
    """Closed, refused and withdrawn ones do not count."""
    counts = Summary(
        alerts={"firing": 2, "resolved": 5}, alerts_by_rule={"x": 2}, unacknowledged=1, suppressed=1,
        tickets={"reported": 1, "handling": 2, "closed": 4, "not_accepted": 8, "cancelled": 16}, overdue=1, deliveries={},
    )  # fmt: skip
    shape = summary_shape(counts)
    assert (shape.open, shape.firing, shape.unacknowledged, shape.overdue) == (3, 2, 1, 1)


def test_the_map_has_every_cell_with_its_outline() -> None:
    """Nothing is left out or changed on the way to the page."""
    city = town()
    found = map_of(city)
    assert [(feature.id, feature.geometry) for feature in found.features] == [(c.code, c.geometry) for c in city.cells.values()]
