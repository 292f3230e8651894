"""Up to when each feed was heard: never further than what it brought is in the log."""

import msgspec
import pytest

from config.feeds import Door, Feed, FeedTable
from config.kinds import Text
from config.moment import SECOND
from config.settings import Settings
from streams.gateway.details import Kind, RefusalError
from streams.gateway.hearing import NOT_YET, Hearing, fits
from streams.gateway.keys import Owner, Scope
from streams.gateway.metrics import Metrics
from streams.gateway.mqttecho import DOUBT, EVERY, Echo
from streams.gateway.service import Gateway
from streams.telemetry import Health
from streams.ticker import Ticker
from tests.fakes.gateway import FakeGateway
from tests.fakes.gatewayprocess import DEVICES
from tests.fakes.keyring import FakeKeyRing
from tests.fakes.observations import KINDS, NOON
from tests.fakes.producer import MemoryProducer

HOSPITAL = Owner(id="0123456789ab", name="city hospital", scopes=frozenset({Scope.OBSERVATIONS_WRITE}))
STRANGER = Owner(id="ba9876543210", name="somebody", scopes=frozenset({Scope.OBSERVATIONS_WRITE}))
BRIDGE = "zigbee2mqtt/bridge/health"
CITY = FeedTable(
    [
        Feed(name="hospital", door=Door.HTTP, label=Text("h", "h"), sources=("sensor/h-*",), keys=("city hospital",)),
        Feed(name="homes", door=Door.MQTT, label=Text("b", "b"), sources=("sensor/e-*",), topics=(BRIDGE, "zigbee2mqtt/bridge/state")),
    ]
)


class Ears:
    """The ears of a gateway with a clock that a test turns."""

    def __init__(self, *, mqtt: bool = True) -> None:
        self.now = NOON
        self.hearing = Hearing(CITY, lambda: self.now, mqtt=mqtt)

    def heard(self, name: str) -> int:
        """Up to when a feed was heard."""
        return {state.name: state.heard_at for state in self.hearing.states()}[name]


def test_the_http_door_is_heard_while_it_is_open() -> None:
    """Nobody need send anything: a door that stands open hears whoever comes."""
    ears = Ears()
    ears.now += 5 * SECOND
    assert ears.heard("http") == NOON + 5 * SECOND


def test_what_waits_for_the_log_was_not_heard_yet() -> None:
    """While a request is handled, its door was heard up to the request's beginning, and no further."""
    ears = Ears()
    with ears.hearing.request(STRANGER):
        ears.now += 7 * SECOND
        assert (ears.heard("http"), ears.heard("hospital")) == (NOON, NOT_YET)
    assert ears.heard("http") == NOON + 7 * SECOND


def test_a_key_is_a_sign_of_life_of_its_feed() -> None:
    """A request with the key, by its name, tells that the integrator is there; another key does not."""
    ears = Ears()
    for owner, heard in ((STRANGER, NOT_YET), (HOSPITAL, NOON)):
        with ears.hearing.request(owner):
            pass
        assert ears.heard("hospital") == heard
    ears.now += 60 * SECOND
    assert ears.heard("hospital") == NOON


def test_an_overtaken_request_holds_its_feed_back() -> None:
    """The second request of an integrator is done while the first still waits: the feed was heard up to the first."""
    ears = Ears()
    with ears.hearing.request(HOSPITAL):
        ears.now += SECOND
        with ears.hearing.request(HOSPITAL):
            ears.now += SECOND
        assert ears.heard("hospital") == NOON
    assert ears.heard("hospital") == NOON + SECOND


@pytest.mark.parametrize(
    ("kind", "heard"),
    [(Kind.ALL_REJECTED, NOON), (Kind.MALFORMED, NOON), (Kind.NO_LOG, NOT_YET), (Kind.BUSY, NOT_YET), (Kind.FAULT, NOT_YET)],
)
def test_who_is_refused_is_there_unless_it_was_sent_away(kind: Kind, heard: int) -> None:
    """Nonsense is a sign of life; an observation that could not be taken is one that will come again."""
    ears = Ears()
    with pytest.raises(RefusalError), ears.hearing.request(HOSPITAL):
        raise RefusalError(kind, "no")
    assert ears.heard("hospital") == heard


def test_the_mqtt_door_is_heard_as_far_as_its_echo() -> None:
    """The broker was heard up to the echo that came back last, and never less than before."""
    ears = Ears()
    assert ears.heard("mqtt") == NOT_YET
    for sent, heard in ((NOON, NOON), (NOON - SECOND, NOON), (NOON + SECOND, NOON + SECOND)):
        ears.hearing.broker(sent)
        assert ears.heard("mqtt") == heard


def test_a_bridge_is_heard_by_its_own_messages() -> None:
    """A bridge that has gone is not heard because the broker is; its last will is the broker's word, not its own."""
    ears = Ears()
    ears.hearing.broker(NOON)
    ears.hearing.message("zigbee2mqtt/door-1", b"{}")
    assert ears.heard("homes") == NOT_YET
    ears.hearing.message(BRIDGE, b"{}")
    assert ears.heard("homes") == NOON
    ears.hearing.broker(NOON + SECOND)
    for payload in (b"offline", b'{"state": "offline"}'):
        ears.hearing.message("zigbee2mqtt/bridge/state", payload)
        assert ears.heard("homes") == NOON
    ears.hearing.message("zigbee2mqtt/bridge/state", b'{"state": "online"}')
    assert ears.heard("homes") == NOON + SECOND


def test_a_gateway_without_mqtt_tells_nothing_of_it() -> None:
    """Feeds of a door that is shut are not this gateway's to tell of; those of cameras and ticks never are."""
    assert {state.name for state in Ears(mqtt=False).hearing.states()} == {"http", "hospital"}
    assert {state.name for state in Ears().hearing.states()} == {"http", "hospital", "mqtt", "homes"}
    assert Ears().hearing.topics == (BRIDGE, "zigbee2mqtt/bridge/state")


@pytest.mark.parametrize(
    ("pattern", "topic", "fitting"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("a/b", "a", False),
        ("a", "a/b", False),
    ],
)
def test_topic_filters_are_those_of_mqtt(pattern: str, topic: str, *, fitting: bool) -> None:
    """The wildcards of MQTT 5, section 4.7."""
    assert fits(tuple(pattern.split("/")), topic.split("/")) is fitting


def test_an_echo_is_sent_now_and_then() -> None:
    """One every two seconds, with the time at which it was sent; its topic is the gateway's own."""
    echo = Echo("cityloop-gateway.x/+#")
    assert echo.topic == "cityloop/echo/cityloop-gateway.x---"
    assert echo.due(NOON) == str(NOON).encode()
    assert echo.due(NOON + EVERY - 1) is None
    assert echo.due(NOON + EVERY) is not None
    assert echo.returned(str(NOON).encode(), NOON + 9) == NOON


@pytest.mark.parametrize("payload", [b"", b"hello", b"-1", b"9" * 30, str(NOON + SECOND).encode()])
def test_what_is_no_echo_is_none(payload: bytes) -> None:
    """Anybody may publish to the topic: a text, and a time that is still to come, say nothing."""
    assert Echo("x").returned(payload, NOON) is None


def test_a_broker_that_lets_no_echo_through_is_found_out() -> None:
    """After a minute without any; once one came back, a later silence is the broker's and not a missing permission."""
    echo = Echo("x")
    assert not echo.barred(NOON)
    echo.due(NOON)
    assert not echo.barred(NOON + DOUBT)
    assert echo.barred(NOON + DOUBT + 1)
    echo.returned(str(NOON).encode(), NOON + DOUBT)
    assert not echo.barred(NOON + 10 * DOUBT)


async def test_a_heartbeat_over_http_is_noted() -> None:
    """204 for a key that may write, 401 without one; the feed of the key was heard."""
    gateway = FakeGateway(
        feeds=FeedTable([Feed(name="own", door=Door.HTTP, label=Text("o", "o"), sources=("sensor/o",), keys=("a device",))])
    )
    async with gateway.client() as client:
        refused = await client.post("/v1/heartbeat")
        answer = await client.post("/v1/heartbeat", headers={"authorization": f"Bearer {gateway.key}"})
    assert (refused.status_code, answer.status_code, answer.content) == (401, 204, b"")
    assert {state.name: state.heard_at for state in gateway.hearing.states()}["own"] == NOON
    assert gateway.counted("cityloop_gateway_requests_total", status="204", problem="none") == 1


async def test_ticks_carry_what_was_heard() -> None:
    """Every tick says up to when each feed was heard at that moment."""
    ears, producer = Ears(), MemoryProducer()
    ears.hearing.broker(NOON)
    await Ticker(producer, partitions=1, writer="g", clock=lambda: ears.now, feeds=ears.hearing.states).tick()
    assert {state.name: state.heard_at for state in producer.sent[0].envelope().feeds} == {
        "mqtt": NOON,
        "http": NOON,
        "hospital": NOT_YET,
        "homes": NOT_YET,
    }


def test_feeds_can_become_others_without_forgetting_what_was_heard() -> None:
    """A feed that is still there was heard up to where it was; a new one not yet; one that is gone is told no more, and back it is new."""
    ears = Ears()
    ears.hearing.broker(NOON)
    ears.hearing.message(BRIDGE, b"{}")
    with ears.hearing.request(HOSPITAL):
        pass
    school = Feed(name="school", door=Door.HTTP, label=Text("s", "s"), keys=("city hospital",))
    homes = msgspec.structs.replace(CITY.rows[-1], topics=("other/health",))
    ears.hearing.attend(FeedTable([homes, school]))
    assert [state.name for state in ears.hearing.states()] == ["mqtt", "http", "homes", "school"]
    assert (ears.heard("homes"), ears.heard("school"), ears.hearing.topics) == (NOON, NOT_YET, ("other/health",))
    ears.now += SECOND
    with ears.hearing.request(HOSPITAL):
        pass
    assert ears.heard("school") == NOON + SECOND
    ears.hearing.broker(NOON + SECOND)
    ears.hearing.message(BRIDGE, b"{}")
    assert ears.heard("homes") == NOON, "its topic is another one now"
    ears.hearing.attend(CITY)
    assert ears.heard("hospital") == NOT_YET


def test_a_request_that_is_under_way_while_feeds_change_holds_the_new_feed_back() -> None:
    """What it brings is not in the log yet, whichever feed it belongs to when it is answered."""
    ears = Ears()
    with ears.hearing.request(HOSPITAL):
        ears.now += SECOND
        ears.hearing.attend(FeedTable([Feed(name="school", door=Door.HTTP, label=Text("s", "s"), keys=("city hospital",))]))
        assert ears.heard("school") == NOT_YET
        assert ears.heard("http") == NOON
    assert ears.heard("school") == NOON


async def test_a_gateway_says_whether_feeds_or_devices_are_others() -> None:
    """Equal ones change nothing; another feed, another device or another kind is a change."""
    gateway = Gateway(Settings(), KINDS, DEVICES, FakeKeyRing(), metrics=Metrics(), health=Health())
    plain = FeedTable((), DEVICES.keys())
    assert not gateway.attend(plain, DEVICES, KINDS)
    assert gateway.attend(FeedTable(CITY.rows, DEVICES.keys()), DEVICES, KINDS)
    one = DEVICES["sensor/lab"]
    more = DEVICES | {"sensor/new": msgspec.structs.replace(one, id="sensor/new", address="new")}
    assert gateway.attend(FeedTable(CITY.rows, more.keys()), more, KINDS)
    radon = msgspec.structs.replace(KINDS["battery"], name="radon")
    assert gateway.attend(FeedTable(CITY.rows, more.keys()), more, {**KINDS, "radon": radon})
