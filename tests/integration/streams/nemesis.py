"""Faults over two workers and a broker: one row each."""

import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from config.settings import Settings
from streams.broker.process import BrokerProcess
from tests.integration.streams.workers import Workers


class Scene(NamedTuple):
    """Where faults happen.

    Attributes:
        workers: the engine.
        broker: what it reads from and writes to.
        chance: decides who and how long.
        settings: say after how long the broker gives somebody up.
    """

    workers: Workers
    broker: BrokerProcess
    chance: random.Random
    settings: Settings


def _kill(scene: Scene, name: str) -> None:
    """SIGKILL."""
    scene.workers.signal(name, signal.SIGKILL)
    scene.workers.restart(name)


def _burst(scene: Scene, name: str) -> None:
    """Three SIGKILLs so quickly that it is hit while it starts, while it joins and while it restores."""
    for _ in range(3):
        _kill(scene, name)
        time.sleep(scene.chance.uniform(0.1, 2))


def _term(scene: Scene, name: str) -> None:
    """SIGTERM, and started again."""
    scene.workers.signal(name, signal.SIGTERM)
    scene.workers.restart(name)


def _stop(scene: Scene, name: str) -> None:
    """SIGSTOP for longer than the session time-out: the other one takes over, then this one wakes up and still believes."""
    scene.workers.signal(name, signal.SIGSTOP)
    time.sleep(scene.settings.session_seconds + scene.chance.uniform(0.5, 2))
    scene.workers.signal(name, signal.SIGCONT)


def _leave(scene: Scene, name: str) -> None:
    """One leaves the group for some seconds and joins it again."""
    scene.workers.signal(name, signal.SIGTERM)
    scene.workers.leave(name)
    time.sleep(scene.chance.uniform(0.5, 2))
    scene.workers.join(name)


def _broker(scene: Scene, _name: str) -> None:
    """SIGKILL of the broker, which comes back with what it had acknowledged."""
    scene.broker.kill()
    scene.broker.restart()


FAULTS: Mapping[str, Callable[[Scene, str], None]] = {
    "kill": _kill,
    "burst": _burst,
    "term": _term,
    "stop": _stop,
    "leave": _leave,
    "broker": _broker,
}


def torment(scene: Scene, faults: Sequence[str], pause: tuple[float, float] = (2, 4)) -> list[str]:
    """Do faults one after the other, some seconds apart; returns what was done to whom."""
    done = []
    for fault in faults:
        time.sleep(scene.chance.uniform(*pause))
        scene.workers.revive()
        name = scene.chance.choice("ab")
        done.append(f"{fault} {name}")
        FAULTS[fault](scene, name)
    return done
