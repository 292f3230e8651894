"""Two hundred smoke alarms and door contacts in the houses of the street."""

from collections.abc import Iterator, Sequence

from cityloop.demo.makecity.grid import middle
from config.places import Cell
from config.sources import Device

SMOKE = 120
DOOR = 80
KINDS = (("smoke", "烟感", "Smoke alarm", SMOKE), ("door", "门磁", "Entrance door", DOOR))


def devices(houses: Sequence[Cell]) -> Iterator[Device]:
    """Every device, in a house each, as Zigbee2MQTT knows it."""
    for kind, zh, en, number in KINDS:
        for index in range(number):
            house = houses[(index * 7) % len(houses)]
            house_zh, house_en = house.name.split(" ", 1)
            lon, lat = middle(house.geometry["coordinates"][0])
            name = f"{kind}-{index + 1:03}"
            yield Device(
                id=f"sensor/{name}",
                adapter="zigbee2mqtt",
                address=name,
                kinds=(kind, "battery"),
                name=f"{house_zh}{zh} {en}, {house_en}",
                lon=lon,
                lat=lat,
            )
