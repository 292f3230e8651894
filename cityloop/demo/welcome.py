"""The start page of the demo: where to look, and who to be."""

from config.catalogue import Catalogue
from config.moment import Micros
from config.people import Role
from dispatch.routing.duty import is_on_duty

DESK = "centre-dispatcher-1"
"""Whoever looks at the console; the desk's pages are open to dispatchers on and off duty."""


def on_duty(city: Catalogue, role: Role, now: Micros) -> list[str]:
    """Those of a role who get tasks now, one for each unit, in the order of their names."""
    names = sorted({duty.person for duty in city.roster if is_on_duty(duty, now, city.zone)})
    people = [city.people[name] for name in names if city.people[name].role is role]
    return list({person.unit: person.id for person in reversed(people)}.values())[::-1]


def welcome(city: Catalogue, now: Micros, console: str, gateway: str, folder: str) -> list[str]:
    """The lines of the start page.

    Args:
        city: the demo city.
        now: decides who is on duty, and so who has tasks on the phone.
        console: address of the console.
        gateway: address of the ingest API.
        folder: where logs and data are.
    """
    return [
        f"  console        {console}/   log in as {DESK} (password demo-<name>, as for everybody)",
        f"  staff page     {console}/m  on duty now: {_either(on_duty(city, Role.STAFF, now))}",
        f"  verify page    {console}/m/verify  on duty now: {_either(on_duty(city, Role.COLLECTOR, now))}",
        f"  ingest API     {gateway}/v1/observations",
        f"  logs and data  {folder}",
    ]


def _either(names: list[str]) -> str:
    return " or ".join(names) if names else "nobody"
