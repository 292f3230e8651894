"""An MQTT broker for the demo and for tests: Debian's mosquitto where it is installed, else amqtt from PyPI.

amqtt forgets a message in flight when the connection ends (0.12, ``_handle_qos1_message_flow``), so that what was being
delivered to a gateway that is killed is lost there: good for a demo, and the tests of that promise need mosquitto.
Either listens on loopback and lets everybody in. In production the city runs its own; what matters there is in
docs/integrator.md (a queue without a low bound, and persistence).
"""

import argparse
import getpass
import importlib.util
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from streams.broker.process import HOST, BrokerError, BrokerProcess, free_port

_TRIES = 3
_START_SECONDS = 15.0
_CONNECT = bytes.fromhex("100e00044d515454040200050002706b")
"""CONNECT of MQTT 3.1.1: clean session, keep-alive 5 s, client ``pk``."""

_MOSQUITTO = """\
listener {port} {host}
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 5
# By default mosquitto throws messages away when 1000 wait for a client: that is how outages lose alarms.
max_queued_messages 0
max_inflight_messages 500
log_dest stderr
log_type error
log_type warning
log_type notice
"""


class MqttBroker(BrokerProcess):
    """A running MQTT broker; stop, kill and restart are those of every broker here.

    Args:
        program: ``mosquitto`` or ``amqtt``.
        argv: its command.
        port: the port that it listens on.
        log: file for its output.
    """

    def __init__(self, program: str, argv: Sequence[str], port: int, log: Path) -> None:
        self.program = program
        super().__init__(f"The MQTT broker {program}", argv, port, log, start_seconds=_START_SECONDS, answers=answers)

    @property
    def url(self) -> str:
        """``mqtt://host:port``, as the setting ``CITYLOOP_MQTT`` wants it."""
        return f"mqtt://{self.address}"


def mosquitto() -> str | None:
    """Where mosquitto is installed, if it is; Debian puts it where only root's path leads."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


def start_mqtt_broker(port: int = 0, *, folder: Path | None = None, program: str | None = None) -> MqttBroker:
    """Start a broker and return it once it answers.

    Args:
        port: where to listen on loopback; 0 takes a free port.
        folder: where its configuration, its messages and its log are kept; default a new temporary folder.
        program: ``mosquitto`` or ``amqtt``; default is the first that is installed.

    Raises:
        BrokerError: neither is installed, or it did not start.
    """
    chosen = program or ("mosquitto" if mosquitto() else "amqtt")
    if chosen not in _COMMANDS:
        raise BrokerError(f"{chosen!r} is not a broker that is known here. Known: {', '.join(_COMMANDS)}.")
    place = folder or Path(tempfile.mkdtemp(prefix="cityloop-mqtt-"))
    place.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, _TRIES + 1):
        listen = port or free_port()
        argv = _COMMANDS[chosen](listen, place)
        try:
            return MqttBroker(chosen, argv, listen, place / "broker.log")
        except BrokerError:
            # Between finding a free port and listening on it, somebody else may have taken it.
            if port or attempt == _TRIES:
                raise
    raise AssertionError("The loop returns or raises.")


def answers(port: int) -> bool:
    """Whether an MQTT broker accepts a connection on the port: CONNECT is answered by CONNACK."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(_CONNECT)
            answer = connection.recv(4)
            connection.sendall(b"\xe0\x00")
    except OSError:
        return False
    return answer == b"\x20\x02\x00\x00"


def _mosquitto_command(port: int, folder: Path) -> tuple[str, ...]:
    program = mosquitto()
    if program is None:
        raise BrokerError(
            "mosquitto is not installed. Install it with apt-get install mosquitto, or use amqtt: pip install 'cityloop[embedded]'."
        )
    path = folder / "mosquitto.conf"
    path.write_text(_MOSQUITTO.format(port=port, host=HOST, user=getpass.getuser(), folder=folder), encoding="utf-8")
    return (program, "-c", str(path))


def _amqtt_command(port: int, folder: Path) -> tuple[str, ...]:
    if importlib.util.find_spec("amqtt") is None:
        raise BrokerError("No MQTT broker is installed. Install one with apt-get install mosquitto, or pip install 'cityloop[embedded]'.")
    path = folder / "amqtt.json"
    # amqtt reads YAML, and JSON is YAML.
    plugins: dict[str, dict[str, str]] = {"streams.gateway.amqttopen.LetIn": {}}
    path.write_bytes(msgspec.json.encode({"listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}}, "plugins": plugins}))
    return (sys.executable, "-m", "amqtt.scripts.broker_script", "-c", str(path))


_COMMANDS: Mapping[str, Callable[[int, Path], tuple[str, ...]]] = {"mosquitto": _mosquitto_command, "amqtt": _amqtt_command}


def main() -> None:
    """Run a broker until SIGTERM or Ctrl-C, for trying devices out: ``python -m streams.gateway.mqttbroker --port 1883``."""
    parser = argparse.ArgumentParser(
        prog="python -m streams.gateway.mqttbroker", description="An MQTT broker on loopback that lets everybody in."
    )
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--folder", type=Path, help="where messages are kept; default a new temporary folder")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with start_mqtt_broker(chosen.port, folder=chosen.folder) as broker:
            sys.stderr.write(f"{broker.program} on {broker.url}\n")
            broker.wait()
    except KeyboardInterrupt:
        return
    except BrokerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
