"""Faust's Kafka transport with a fetch that does not linger."""

from typing import Any

from faust.transport.drivers import aiokafka as driver

FETCH_WAIT_MILLISECONDS = 100
"""How long the broker may hold back a fetch that has nothing to give.

Apache Kafka answers as soon as there is a record. The embedded broker looks at the end of the wait, so that Faust's
fixed 1,500 ms would add three quarters of a second to every alert of a quiet stream.
"""


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust has no setting for it. The consumer reads this when it starts, which is after this.
        consumer._fetch_max_wait_ms = FETCH_WAIT_MILLISECONDS  # noqa: SLF001  # See above.
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class Transport(driver.Transport):
    """The transport that :func:`streams.app.build_app` gives its application."""

    Consumer = _Consumer
