"""Units, forty people and a roster that covers every hour of every day."""

from collections.abc import Iterator, Sequence

import msgspec

from cityloop.demo.makecity.areas import CITY, COMMUNITIES, STREET
from cityloop.demo.makecity.grid import Point
from config.people import Duty, Person, Responsibility, Role, Unit

UNITS = (
    Unit(id="centre", name="城市运行中心 Operations Centre"),
    Unit(id="order", name="街面秩序队 Street Order", parent="centre"),
    Unit(id="sanitation", name="环卫所 Sanitation", parent="centre"),
    Unit(id="fire", name="微型消防站 Fire Point", parent="centre"),
    Unit(id="care", name="社区服务站 Community Care", parent="centre"),
    Unit(id="inspection", name="核查队 Inspection", parent="centre"),
)

DAY, EVENING, NIGHT = ("07:00", "15:00"), ("15:00", "23:00"), ("23:00", "07:00")
ROUND_THE_CLOCK = ("00:00", "00:00")
SHIFTS = (DAY, EVENING, NIGHT)


class Post(msgspec.Struct, frozen=True):
    """So many people of a role in a unit; ``spread`` gives each of a shift some of the communities."""

    unit: str
    role: Role
    number: int
    spread: bool = False


POSTS = (
    Post("centre", Role.ADMIN, 1),
    Post("centre", Role.ACCEPTOR, 3),
    Post("centre", Role.DISPATCHER, 3),
    Post("centre", Role.LEADER, 1),
    Post("order", Role.LEADER, 1),
    Post("order", Role.STAFF, 6, spread=True),
    Post("sanitation", Role.LEADER, 1),
    Post("sanitation", Role.STAFF, 3),
    Post("fire", Role.LEADER, 1),
    Post("fire", Role.STAFF, 6, spread=True),
    Post("care", Role.LEADER, 1),
    Post("care", Role.STAFF, 6, spread=True),
    Post("inspection", Role.LEADER, 1),
    Post("inspection", Role.COLLECTOR, 6, spread=True),
)
"""Forty people. A leader answers round the clock; of the others there is at least one in each shift, and two halves of the street where there are six."""

FAMILY = ("Chen", "Zhao", "Liu", "Wu", "Sun", "Zhou", "Huang", "Xu", "Lin", "He")
FAMILY_ZH = ("陈", "赵", "刘", "吴", "孙", "周", "黄", "徐", "林", "何")
GIVEN = ("Yulan", "Jianguo", "Minmin", "Haibo")
GIVEN_ZH = ("玉兰", "建国", "敏敏", "海波")


def people(houses: Sequence[Point]) -> Iterator[tuple[Person, Post, int]]:
    """Every person with the post and the number within it; homes are spread over the houses."""
    index = 0
    for post in POSTS:
        for number in range(post.number):
            name = f"{FAMILY_ZH[index % 10]}{GIVEN_ZH[index // 10]} {GIVEN[index // 10]} {FAMILY[index % 10]}"
            lon, lat = houses[index * 3 % len(houses)]
            # Numbers that no network gives out, so that a demo calls nobody.
            person = Person(
                id=f"{post.unit}-{post.role}-{number + 1}",
                name=name,
                unit=post.unit,
                role=post.role,
                phone=f"000-0000-{index:04}",
                lon=lon,
                lat=lat,
            )
            yield person, post, number
            index += 1


def roster(staff: Sequence[tuple[Person, Post, int]]) -> Iterator[Duty]:
    """Who is on duty when and where."""
    for person, post, number in staff:
        start, end = ROUND_THE_CLOCK if post.number == 1 else SHIFTS[number % 3]
        for cell in _beat(post, number):
            yield Duty(person=person.id, cell=cell, start=start, end=end)


def _beat(post: Post, number: int) -> Sequence[str]:
    """The communities of a person: one half of the street where the post is spread, else all of it."""
    if not post.spread:
        return [STREET]
    half = number // 3
    return [f"{STREET}{community + 1:03}" for community in range(len(COMMUNITIES)) if community % 2 == half]


RESPONSIBLE = {
    "order": ("09009", "09010", "09011", "09019", "09001", "09005", "09006", "07001", "06034"),
    "sanitation": ("06042", "06010", "06011", "06012", "06014", "06007", "06005", "06036", "06041", "03005", "10001"),
    "fire": ("10999", "09012", "06020", "01013", "10002"),
    "care": ("10997", "10998", "10996"),
}
"""Who answers for what in the whole city; whatever is named nowhere goes to the operations centre."""


def responsibilities() -> Iterator[Responsibility]:
    """The rows of the table: by category, and the centre for the rest."""
    for unit, categories in RESPONSIBLE.items():
        for category in categories:
            yield Responsibility(category=category, cell=CITY, unit=unit)
    yield Responsibility(category="*", cell=CITY, unit="centre")
