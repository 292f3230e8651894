"""The pack on Bytewax: a keyed stream, a ``stateful_batch`` step whose logic is built for each key, recovery to SQLite.

Each key is a group: a source, or a symptom. Bytewax's own timers (``notify_at``) go by the wall clock and its event-time
windows by the wall clock since the last event, so neither can tell what is due on a log that is read faster than it was
written; what is due is run at the next observation of the key.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import bytewax.operators as op
import msgspec
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from bench.peers.pack import Alert, Said, judge_source, judge_symptom, observations_of
from bench.peers.peer import PeerTask
from bench.peers.stopwatch import Stopwatch
from streams.envelope import Envelope
from streams.observation import Observation
from streams.topics import OBSERVATIONS, URGENT

_decode = msgspec.msgpack.Decoder(Envelope).decode
_encode = msgspec.json.Encoder().encode
_SYMPTOM = "symptom/"


class SourceLogic(StatefulBatchLogic[Observation, Said, Any]):  # type: ignore[misc]  # The peers' packages are not in this environment.
    """The rules whose groups have one source."""

    def __init__(self, watch: Stopwatch, state: dict[str, Any] | None) -> None:
        self._watch = watch
        self._state = state or {}

    def on_batch(self, values: list[Observation]) -> tuple[Iterable[Said], bool]:
        """Judge what came for this source, in order."""
        said: list[Said] = []
        for one in values:
            _, alerts = judge_source(self._state, one)
            if alerts:
                said.extend(_told(alerts, one))
        self._watch.meter.take(len(values))
        return said, StatefulBatchLogic.RETAIN if self._state else StatefulBatchLogic.DISCARD

    def snapshot(self) -> Any:
        """A copy that later observations do not change."""
        return {key: list(held) if isinstance(held, list) else held for key, held in self._state.items()}


class SymptomLogic(StatefulBatchLogic[Observation, Said, Any]):  # type: ignore[misc]  # As above.
    """The rule whose groups are symptoms."""

    def __init__(self, watch: Stopwatch, state: dict[str, Any] | None) -> None:
        self._watch = watch
        self._state = state

    def on_batch(self, values: list[Observation]) -> tuple[Iterable[Said], bool]:
        """Judge what hospitals said of this symptom."""
        said: list[Said] = []
        for one in values:
            self._state, alerts = judge_symptom(self._state, one)
            said.extend(_told(alerts, one))
        self._watch.meter.take(len(values))
        return said, StatefulBatchLogic.RETAIN

    def snapshot(self) -> Any:
        """A copy that later observations do not change."""
        return None if self._state is None else {**self._state, "seen": dict(self._state["seen"])}


def build(task: PeerTask, watch: Stopwatch) -> Dataflow:
    """Kafka to rules to Kafka."""

    def keyed(message: KafkaSourceMessage[bytes, bytes]) -> Iterator[tuple[str, Observation]]:
        watch.meter.begin()
        for one in observations_of(_decode(message.value)):
            yield (_SYMPTOM + one.value if one.kind == "symptom" else one.source), one

    flow = Dataflow("pack")
    topics = [OBSERVATIONS + task.suffix, URGENT + task.suffix]
    envelopes = kop.input("envelopes", flow, brokers=[task.broker], topics=topics, tail=False)
    groups = op.flat_map("groups", envelopes.oks, keyed)
    kinds = op.branch("kinds", groups, lambda pair: pair[0].startswith(_SYMPTOM))
    symptoms = op.stateful_batch("symptoms", kinds.trues, lambda state: SymptomLogic(watch, state))
    sources = op.stateful_batch("sources", kinds.falses, lambda state: SourceLogic(watch, state))
    said = op.map("said", op.merge("all", sources, symptoms), _message)
    kop.output("alerts", said, brokers=[task.broker], topic=task.said_topic())
    return flow


def run(task: PeerTask, watch: Stopwatch) -> None:
    """Read the log to its end, with snapshots of the state every ten seconds, as is the default."""
    place = task.place()
    init_db_dir(place, 1)
    cli_main(build(task, watch), recovery_config=RecoveryConfig(str(place)))


def _told(alerts: list[Alert], one: Observation) -> list[Said]:
    return [Said(alert=alert, noticed_at=one.at) for alert in alerts]


def _message(pair: tuple[str, Said]) -> KafkaSinkMessage[bytes, bytes]:
    return KafkaSinkMessage(pair[1].alert.rule.encode(), _encode(pair[1]))
