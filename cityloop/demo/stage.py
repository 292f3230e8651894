"""What the demo's roles stand on: brokers, a receiver of notices, and the settings that name them all."""

import base64
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from cityloop.demo.hooks.receiver import Receiver
from cityloop.demo.scenery.city import city_with_scenery
from cityloop.ports import server_port, usual_port
from config.settings import Settings
from detectors.sources.frame import SourceError
from streams.broker.embedded import start_embedded
from streams.gateway.mqttbroker import start_mqtt_broker
from streams.provision import provision

Say = Callable[[str], None]
"""Tells people what is going on, one line at a time."""

CONSOLE_PORT, GATEWAY_PORT = 8080, 8090
"""Taken when they are free, since they are easy to remember; else any free port."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the user of ``cityloop demo`` chose.

    Attributes:
        exit_after: seconds from the start until the demo ends by itself; ``None`` for Ctrl-C.
        port: of the console; ``None`` for the usual one, or a free one where that is taken.
        broker: ``kafka://host:port`` of a real broker; ``None`` starts the embedded one.
        data: folder in which this run's folder is made; ``None`` for a temporary one.
        city: folder of the city; ``None`` for the demo city.
    """

    exit_after: float | None = None
    port: int | None = None
    broker: str | None = None
    data: Path | None = None
    city: Path | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What is up before the roles are.

    Attributes:
        settings: of every role.
        receiver: takes the notices.
        folder: what this run keeps: database, evidence, logs.
        broker: which kind of broker, for the report.
    """

    settings: Settings
    receiver: Receiver
    folder: Path
    broker: str


@contextmanager
def open_stage(options: Options, say: Say) -> Iterator[Stage]:
    """Start what the roles need, and stop it afterwards.

    Raises:
        BrokerError: a broker could not be started.
        KafkaError: the given broker does not answer.
        ProblemsError: its topics do not fit.
    """
    folder = run_folder(options.data)
    logs = folder / "logs"
    logs.mkdir(parents=True)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with ExitStack() as stack:
        # Films are drawn while the brokers start, which is mostly waiting.
        city = stack.enter_context(ThreadPoolExecutor(1)).submit(_city, options, folder, say)
        receiver = stack.enter_context(Receiver(secret))
        mqtt = stack.enter_context(start_mqtt_broker(folder=folder / "mqtt"))
        if options.broker is None:
            say("starting the embedded broker")
            broker = f"kafka://{stack.enter_context(start_embedded(log=logs / 'broker.log')).address}"
        else:
            broker = options.broker
        settings = Settings(
            broker=broker,
            city=city.result(),
            data=str(folder),
            console_port=options.port or usual_port(CONSOLE_PORT),
            # Whoever chose a port runs this beside something else, perhaps another demo: the gateway keeps out of the way too.
            gateway_port=usual_port(GATEWAY_PORT) if options.port is None else server_port(),
            mqtt=mqtt.url,
            webhook=receiver.url,
            webhook_secret=secret,
            checkpoint_seconds=1.0,
            journal=str(folder / "journal"),
            topic_suffix=f".demo-{secrets.token_hex(4)}",
        )
        provision(settings)
        if options.broker is not None:
            stack.callback(remove_topics, settings)
        yield Stage(settings=settings, receiver=receiver, folder=folder, broker="given" if options.broker else "embedded")


def _city(options: Options, folder: Path, say: Say) -> str:
    """The city's folder: the one that was given, or the demo city with its drawn cameras; empty for the demo city without them."""
    if options.city is not None:
        return str(options.city)
    try:
        return str(city_with_scenery(folder))
    except SourceError as error:
        say(f"no bin, laundry or rubbish will be seen: {error}")
        return ""


def run_folder(data: Path | None) -> Path:
    """A new folder of this run's own: two runs never share a database."""
    if data is None:
        return Path(mkdtemp(prefix="cityloop-demo-"))
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    return data.absolute() / f"demo-{stamp}-{secrets.token_hex(2)}"


def remove_topics(settings: Settings) -> None:
    """Leave a broker that was given as it was: the demo's topics go."""
    from kafka.admin import KafkaAdminClient  # noqa: PLC0415  # Only where a broker was given.

    from streams.topics import TOPICS, topic_name  # noqa: PLC0415  # As above.

    admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, client_id="cityloop-demo")
    try:
        admin.delete_topics([topic_name(topic.name, settings.topic_suffix) for topic in TOPICS])
    finally:
        admin.close()
