"""The pack on Quix Streams: state in its State API (RocksDB and a changelog topic), alerts by ``to_topic``.

Two ways. The documented one re-keys the observations by their source with ``group_by``, which sends each through a topic
of its own. The other keeps the state of all sources of a partition together, since the records are partitioned by source
already; it saves that way through the broker, and it is what somebody writes who knows how the records were made.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from quixstreams import Application, State
from quixstreams.dataframe import StreamingDataFrame
from quixstreams.models import Deserializer, SerializationContext, Serializer

from bench.peers.pack import Alert, judge_source, judge_symptom, observations_of
from bench.peers.peer import Peer, PeerTask
from bench.peers.stopwatch import Stopwatch
from streams.envelope import Envelope
from streams.observation import Observation
from streams.topics import OBSERVATIONS, URGENT

_QUIET_SECONDS = 5.0
"""Without a record for so long the log is at its end."""


class PackedObservation(Serializer):  # type: ignore[misc]  # The peers' packages are not in this environment.
    """Observations as msgpack on the topics of ``group_by``; its default is JSON, which is slower."""

    def __init__(self) -> None:
        super().__init__()
        self._encode = msgspec.msgpack.Encoder().encode

    def __call__(self, value: Observation, ctx: SerializationContext) -> bytes:
        """The bytes of an observation."""
        return self._encode(value)


class UnpackedObservation(Deserializer):  # type: ignore[misc]  # As above.
    """The other way."""

    def __init__(self) -> None:
        super().__init__()
        self._decode = msgspec.msgpack.Decoder(Observation).decode

    def __call__(self, value: bytes, ctx: SerializationContext) -> Observation:
        """The observation of some bytes."""
        return self._decode(value)


def run(task: PeerTask, watch: Stopwatch) -> None:
    """Read the log to its end."""
    app = Application(
        broker_address=task.broker,
        consumer_group=f"{task.peer}{task.suffix}",
        auto_offset_reset="earliest",
        state_dir=task.place(),
        loglevel="WARNING",
        producer_extra_config={"enable.idempotence": task.idempotent},
    )
    said = app.topic(task.said_topic(), key_serializer="str")
    for name in (OBSERVATIONS, URGENT):
        envelopes = app.dataframe(app.topic(name + task.suffix, value_deserializer="bytes")).apply(_decoder(watch))
        if task.peer is Peer.QUIX:
            _told(envelopes.apply(_judge_envelope(watch), stateful=True, expand=True), said)
        else:
            sources = _grouped(envelopes.apply(_of_sources, expand=True), "source")
            _told(sources.apply(_judge_one(watch), stateful=True, expand=True), said)
        if name == OBSERVATIONS:
            symptoms = _grouped(envelopes.apply(_symptoms, expand=True), "value")
            _told(symptoms.apply(_judge_hospital(watch), stateful=True, expand=True), said)
    app.run(timeout=_QUIET_SECONDS, collect=False)


def _decoder(watch: Stopwatch) -> Callable[[bytes], Envelope]:
    decoded = msgspec.msgpack.Decoder(Envelope).decode

    def decode(value: bytes) -> Envelope:
        watch.meter.begin()
        return decoded(value)

    return decode


def _judge_envelope(watch: Stopwatch) -> Callable[[Envelope, State], list[dict[str, Any]]]:
    def judge(envelope: Envelope, state: State) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        for one in _of_sources(envelope):
            said.extend(_remember(one, state, one.source))
        watch.meter.take(len(envelope.observations) - sum(one.kind == "symptom" for one in envelope.observations))
        return said

    return judge


def _judge_one(watch: Stopwatch) -> Callable[[Observation, State], list[dict[str, Any]]]:
    def judge(one: Observation, state: State) -> list[dict[str, Any]]:
        watch.meter.take()
        return _remember(one, state, "rules")

    return judge


def _remember(one: Observation, state: State, key: str) -> list[dict[str, Any]]:
    held = state.get(key) or {}
    changed, alerts = judge_source(held, one)
    if changed and held:
        state.set(key, held)
    elif changed:
        state.delete(key)
    return _as_json(alerts, one)


def _judge_hospital(watch: Stopwatch) -> Callable[[Observation, State], list[dict[str, Any]]]:
    def judge(one: Observation, state: State) -> list[dict[str, Any]]:
        watch.meter.take()
        held, alerts = judge_symptom(state.get("seen"), one)
        state.set("seen", held)
        return _as_json(alerts, one)

    return judge


def _of_sources(envelope: Envelope) -> Iterator[Observation]:
    return (one for one in observations_of(envelope) if one.kind != "symptom")


def _symptoms(envelope: Envelope) -> list[Observation]:
    return [one for one in observations_of(envelope) if one.kind == "symptom"]


def _grouped(found: StreamingDataFrame, field: str) -> StreamingDataFrame:
    return found.group_by(
        lambda one: getattr(one, field), name=field, value_serializer=PackedObservation(), value_deserializer=UnpackedObservation()
    )


def _as_json(alerts: list[Alert], one: Observation) -> list[dict[str, Any]]:
    return [{"alert": list(alert), "noticed_at": one.at} for alert in alerts]


def _told(alerts: StreamingDataFrame, said: Any) -> None:
    alerts.to_topic(said, key=lambda value: value["alert"][0])
