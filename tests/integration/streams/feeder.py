"""Writes a workload to the broker at a pace, whatever happens to the broker meanwhile."""

import random
import threading
import time
from collections import Counter
from typing import Self

from kafka import KafkaProducer

from config.settings import Settings
from streams.topics import MATCHES, topic_name
from tests.fakes.storm import Made
from tests.integration.streams.workloads import Course

Written = Counter[tuple[str, int, bytes]]
"""How often each value was written to a topic and partition."""


class Feeder(threading.Thread):
    """Writes the records of a course; ``written`` counts what was acknowledged, ``ends`` has the last offset of each place.

    Args:
        settings: the broker and the topics.
        course: what to write.
        seed: of the course.
        rate: steps of the course in a second.
        idempotent: whether the broker knows idempotent producers; one that does not gets one request at a time, so
            that a repetition changes no order.
    """

    def __init__(self, settings: Settings, course: Course, seed: int, rate: float, *, idempotent: bool) -> None:
        super().__init__(daemon=True)
        self._settings, self._course, self.rate = settings, course, rate
        self._steps = course.steps(random.Random(seed), settings.partitions)  # noqa: S311  # A seeded workload is wanted.
        self._producer = KafkaProducer(
            bootstrap_servers=settings.bootstrap_servers,
            acks="all",
            enable_idempotence=idempotent,
            max_in_flight_requests_per_connection=5 if idempotent else 1,
            linger_ms=5,
            delivery_timeout_ms=120_000,
        )
        self.written: Written = Counter()
        self.ends: dict[tuple[str, int], int] = {}
        self.failed: list[str] = []
        self._calm, self._calmed, self._halt = threading.Event(), threading.Event(), threading.Event()

    def run(self) -> None:
        """Feed until the course ends or it is told to be calm; then tick until told to end."""
        began = time.monotonic()
        for done, step in enumerate(self._steps, start=1):
            for made in step:
                self._send(made)
                if made[0] == MATCHES:
                    self._producer.flush()  # Where sources meet a switch is known before anything is sent under it.
            if self._calm.is_set() or self._halt.is_set():
                break
            if (ahead := done / self.rate - (time.monotonic() - began)) > 0:
                time.sleep(ahead)
        self._calmed.set()
        while not self._halt.is_set():
            for made in self._course.last(self._settings.partitions):
                self._send(made)
            self._halt.wait(1.0)
        self._producer.flush()
        self._producer.close()

    @property
    def is_calm(self) -> bool:
        """Whether nothing but ticks is written any more."""
        return self._calmed.is_set()

    def calm(self, *, hurry: bool = False) -> dict[tuple[str, int], int]:
        """Write nothing but ticks from now on; returns the last offset of each place, when all before is acknowledged.

        Args:
            hurry: the rest of the course is written first, as fast as it goes.
        """
        if hurry:
            self.rate = float("inf")
        else:
            self._calm.set()
        self._calmed.wait()
        self._producer.flush()
        return dict(self.ends)

    def finish(self) -> None:
        """End, when all that was written is acknowledged or given up."""
        self._halt.set()
        self.join(60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._halt.set()

    def _send(self, made: Made) -> None:
        topic, partition, value, headers = made
        name = topic_name(topic, self._settings.topic_suffix)
        sent = self._producer.send(name, value=value, partition=partition, headers=list(headers.items()))
        sent.add_callback(lambda metadata: self._note(topic, partition, value, metadata.offset))
        sent.add_errback(lambda error: self.failed.append(str(error)))

    def _note(self, topic: str, partition: int, value: bytes, offset: int) -> None:
        self.written[topic, partition, value] += 1
        self.ends[topic, partition] = max(offset, self.ends.get((topic, partition), -1))
