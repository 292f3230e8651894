"""A gateway at work takes kinds that its table did not have when it began, and breaks nothing off for it."""

import asyncio

import msgspec
from prometheus_client import CollectorRegistry

from config.feeds import FeedTable
from config.kinds import Kind, Text, ValueType
from config.settings import read_settings
from streams.gateway.adapters.own import read
from streams.gateway.adapters.reading import City, Message, devices_by_address
from streams.gateway.ingest import judge_all
from streams.gateway.judgement import Candidate
from streams.gateway.metrics import Metrics
from streams.gateway.service import Gateway
from streams.observation import Observation
from streams.telemetry import Health
from tests.fakes.gateway import FakeGateway
from tests.fakes.gatewayprocess import DEVICES
from tests.fakes.keyring import FakeKeyRing
from tests.fakes.observations import KINDS, NOON

GAS = {"source": "sensor/lab", "kind": "gas", "at": "2026-03-02T12:00:00+08:00", "value": True}
MORE = {**KINDS, "gas": Kind(name="gas", value=ValueType.BOOL, label=Text("gas", "燃气"), life_safety=True)}


async def test_requests_are_judged_by_the_kinds_of_now() -> None:
    """A kind that is not in the table is refused; once the table has it, the same request is taken."""
    gateway = FakeGateway()
    assert (await gateway.post(GAS)).status_code == 422
    gateway.intake.attend(MORE)
    assert (await gateway.post(GAS)).status_code == 202
    assert [observation.kind for observation in gateway.sink.kept] == ["gas"]


async def test_a_request_ends_by_the_kinds_that_it_began_with() -> None:
    """A kind is taken out while a long request is judged: all of it is taken, and only the next request is refused."""
    gateway = FakeGateway(seconds=30)
    doors = [{**GAS, "kind": "door", "at": f"2026-03-02T12:00:00.{number:03}+08:00"} for number in range(1_000)]
    body = msgspec.json.encode(doors)
    under_way = asyncio.create_task(gateway.intake.handle("me", "application/json", body, None))
    await asyncio.sleep(0)  # It has judged as many as it judges in one go.
    assert not under_way.done()
    gateway.intake.attend({"smoke": KINDS["smoke"]})
    assert (await under_way).status == 202
    assert len(gateway.sink.kept) == 1_000
    assert (await gateway.post(doors[0])).status_code == 422


async def test_a_judgement_has_one_table_from_first_to_last() -> None:
    """Whoever judges many gives way to others meanwhile, and all are judged by the table that was handed in."""
    candidates = [Candidate(b"", {**GAS, "value": number % 2 == 0}, "<request>") for number in range(450)]
    verdicts = await judge_all(candidates, MORE, NOON)
    assert all(isinstance(verdict, Observation) for verdict in verdicts)


def test_a_message_of_a_new_kind_is_read_by_the_city_of_now() -> None:
    """A device of our own scheme speaks of a kind: it is read by the table that the city has at that moment."""
    message, devices = Message(topic="cityloop/sensor/lab/gas", payload=b"true"), devices_by_address(DEVICES)
    before, after = (read(message, City(devices=devices, kinds=kinds), NOON) for kinds in (KINDS, MORE))
    assert before.problems[0].what == "kind: 'gas' is not in the kinds table."
    assert [(seen.source, seen.kind) for seen in after.observations] == [("sensor/lab", "gas")]


async def test_the_gateway_tells_whether_the_kinds_are_others() -> None:
    """A kind more, or one that means something else, is a change; the same table again is none, not even before the log answers."""
    gateway = Gateway(read_settings({}), KINDS, DEVICES, FakeKeyRing(), metrics=Metrics(CollectorRegistry()), health=Health())
    feeds = FeedTable((), DEVICES.keys())
    assert not gateway.attend(feeds, DEVICES, dict(KINDS))
    assert gateway.attend(feeds, DEVICES, MORE)
    assert not gateway.attend(feeds, DEVICES, dict(MORE))
    assert gateway.attend(feeds, DEVICES, {**MORE, "gas": msgspec.structs.replace(MORE["gas"], life_safety=False)})
