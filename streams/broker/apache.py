"""Apache Kafka on loopback: one node, KRaft, formatted and started from its jars. ``python -m streams.broker.apache`` runs one."""

import argparse
import base64
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from streams.broker.jars import jars, java
from streams.broker.process import HOST, BrokerError, BrokerProcess, free_port

_START_SECONDS = 60.0
_PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=4000
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""
"""One broker that is its own controller; the internal topics cannot have more copies than there are brokers. A broker that was killed is waited for until its session has expired.
"""


def start_kafka(port: int = 0, *, folder: Path | None = None) -> BrokerProcess:
    """Start Apache Kafka on loopback and return it once it answers (about 4 s).

    Args:
        port: where to listen; 0 takes a free port.
        folder: where records, configuration and the log are kept, so that a later start finds the records again;
            default a new folder among the temporary ones.

    Raises:
        BrokerError: there is no Java or no Maven, or the broker did not start.
    """
    program, classpath = java(), f"{jars()}/*"
    place = folder or Path(tempfile.mkdtemp(prefix="cityloop-kafka-"))
    place.mkdir(parents=True, exist_ok=True)
    chosen = port or free_port()
    properties = place / "server.properties"
    records = place / "records"
    properties.write_text(_PROPERTIES.format(host=HOST, port=chosen, controller=free_port(), logs=records))
    base = (program, "-cp", classpath)
    if not (records / "meta.properties").exists():
        _format((*base, "kafka.tools.StorageTool", "format", "--cluster-id", _cluster_id(), "--config", str(properties)))
    argv = (program, "-Xmx512m", "-cp", classpath, "kafka.Kafka", str(properties))
    return BrokerProcess("Apache Kafka", argv, chosen, place / "broker.log", start_seconds=_START_SECONDS)


def _cluster_id() -> str:
    """22 characters of URL-safe base64 that do not begin with a hyphen, as Kafka's own generator makes them."""
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def _format(argv: tuple[str, ...]) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=_START_SECONDS, check=False)  # noqa: S603  # Our own fixed command.
    if done.returncode != 0:
        raise BrokerError(f"Apache Kafka's folder could not be formatted:\n{(done.stdout + done.stderr)[-2000:]}")


def main() -> int:
    """Run a broker in the foreground; its address goes to stdout, SIGINT and SIGTERM end it."""
    parser = argparse.ArgumentParser(prog="python -m streams.broker.apache", description="Apache Kafka on loopback.")
    parser.add_argument("--port", type=int, default=9092, help="where to listen; 0 takes a free port")
    parser.add_argument("--folder", type=Path, help="where records are kept (default: a temporary folder)")
    options = parser.parse_args()
    try:
        broker = start_kafka(options.port, folder=options.folder)
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.write(f"kafka://{broker.address}\n")
    sys.stdout.flush()
    try:
        return broker.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        broker.stop()


if __name__ == "__main__":
    sys.exit(main())
