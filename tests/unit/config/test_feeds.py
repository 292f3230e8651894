"""Feeds as the city writes them, and which one a source belongs to."""

from pathlib import Path

import pytest

from config.duration import parse_duration
from config.feedfile import read_feeds
from config.feeds import DOORS, Door, Feed, FeedTable
from config.kinds import Text
from config.loader import load_city
from config.report import Report

CITY = """
feeds:
  - name: hospital
    door: http
    label: {en: City hospital, zh: 市医院}
    sources: ["sensor/hospital-*", "sensor/clinic"]
    keys: [hospital gateway]
    heartbeat: 26h
    severity: critical
    ticket: confirm
  - {name: homes, door: mqtt, sources: ["sensor/elder-?"], topics: [zigbee2mqtt/bridge/health], replays: true, catch_up: 2m}
  - {name: gateway, door: gateway, heartbeat: 1m}
"""
DEVICES = {"sensor/elder-1", "sensor/elder-22", "sensor/smoke"}


def read(tmp_path: Path) -> list[Feed]:
    path, report = tmp_path / "feeds.yaml", Report()
    path.write_text(CITY, encoding="utf-8")
    found = [placed.value for placed in read_feeds(path, report, DEVICES, ())]
    assert report.problems == ()
    return found


def test_a_feed_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Every field, with the door's own values for what is left out."""
    hospital, homes, gateway = read(tmp_path)
    assert hospital == Feed(
        name="hospital",
        door=Door.HTTP,
        label=Text("City hospital", "市医院"),
        sources=("sensor/hospital-*", "sensor/clinic"),
        keys=("hospital gateway",),
        heartbeat=parse_duration("26h"),
        severity="critical",
        ticket="confirm",
    )
    assert (homes.heartbeat, homes.replays, homes.catch_up, homes.label) == (
        parse_duration("30s"),
        True,
        parse_duration("2m"),
        Text("homes", "homes"),
    )
    assert (gateway.heartbeat, gateway.label) == (parse_duration("1m"), DOORS[0].label)


@pytest.mark.parametrize(
    ("source", "feed"),
    [
        ("sensor/hospital-3", "hospital"),
        ("sensor/clinic", "hospital"),
        ("sensor/clinic-2", "http"),
        ("sensor/elder-1", "homes"),
        ("sensor/elder-22", "mqtt"),
        ("sensor/smoke", "mqtt"),
        ("sensor/somebody", "http"),
        ("camera/gate", "cameras"),
    ],
)
def test_a_source_belongs_to_the_first_feed_that_fits(tmp_path: Path, source: str, feed: str) -> None:
    """By pattern; else by the door that its observations come in at."""
    table = FeedTable(read(tmp_path), DEVICES)
    assert table.of(source).name == feed
    assert table.of(source) is table.of(source)


def test_a_feed_named_as_its_door_stands_for_it(tmp_path: Path) -> None:
    """The city's own bound for the ticks replaces the usual one; every other door is there as usual."""
    table = FeedTable(read(tmp_path))
    assert table.gateway.heartbeat == parse_duration("1m")
    assert [row.name for row in table.rows] == ["gateway", "mqtt", "http", "cameras", "hospital", "homes"]
    assert (table.named("homes") or table.gateway).door is Door.MQTT
    assert table.named("nobody") is None


def test_only_cameras_write_past_the_gateway() -> None:
    """So only they are heard while it is gone."""
    assert {feed.name for feed in DOORS if not feed.behind_gateway} == {"cameras"}


def test_a_city_without_feeds_has_one_a_door() -> None:
    """Nothing need be written: the demo city's cameras, devices and everybody else have their feed."""
    city = load_city(Path(__file__).parents[3] / "config" / "city.demo")
    table = city.feed_table
    assert {table.of(source).name for source in city.cameras} == {"cameras"}
    assert {table.of(source).name for source in city.devices} == {"mqtt"}
