"""What an installation sets: defaults, then ``CITYLOOP_*`` variables, then command-line options."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from config.brokeraddress import FORM, bootstrap_of
from config.problem import Problem, ProblemsError

PREFIX = "CITYLOOP_"
EMBEDDED = "embedded"
"""The broker that is started along, and ends with its process."""

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""A TCP port; 0 lets the system choose one, or turns a server off."""
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
"""How many of something that there must be."""
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
"""A length of time: above nothing, a day at most."""
SecondsOrNever = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
"""As above, or 0 for never."""
Days = Annotated[int, msgspec.Meta(ge=0, le=36_525)]
"""Whole days, a century at most; 0 stands for no end."""
Crops = Annotated[int, msgspec.Meta(ge=0, le=400)]
"""Pictures of a zone, fewer than are kept of one in all."""
Level = Annotated[str, msgspec.Meta(pattern="^(?i:debug|info|warning|error)$")]
"""How much is logged."""
Inference = Annotated[str, msgspec.Meta(pattern="^(onnxruntime|int8|opencv|openvino|ultralytics)$")]
"""What runs the detectors' model."""
Packing = Annotated[str, msgspec.Meta(pattern="^(whole|mosaic)$")]
"""Whether the model is shown each camera's whole picture, or the zones of several cameras in one input."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of every process; each field is the variable ``CITYLOOP_<FIELD>``.

    Attributes:
        broker: ``kafka://host:port``; ``embedded`` starts the embedded broker (demo, development, tests).
        city: folder of the catalogue.
        data: folder for what is kept on disk (database, evidence, logs).
        database: SQLAlchemy URL; empty means SQLite in the data folder.
        partitions: partitions of each topic when it is provisioned.
        host: address that servers listen on.
        gateway_port: ingest API; 0 takes a free port.
        console_port: console and staff page; 0 takes a free port.
        metrics_port: Prometheus metrics of this process; 0 turns them off.
        mqtt: ``mqtt://host:port`` of the broker that devices publish to; empty turns the MQTT door off.
        mqtt_user: user name at the MQTT broker; empty for none.
        mqtt_password: its password; never part of an address, never shown in logs or in ``doctor``.
        webhook: default URL of dispatch notices; empty turns them off.
        webhook_secret: signs webhooks; never shown in logs or in ``doctor``.
        checkpoint_seconds: how often state is checkpointed.
        commit_seconds: how often Faust commits acknowledged offsets.
        session_seconds: consumer group session time-out.
        workers: engine worker processes.
        rules_seconds: how often the engine looks whether the city's rules changed, and switches to them, and the gateway whether
            its feeds, devices and kinds did; 0 turns it off, and SIGHUP asks for it.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        topic_suffix: appended to every topic name and consumer group, so that runs and tests share a broker.
        journal: folder in which the cameras note the id of every observation before they send it, for a proof against the
            log (the demo's); empty for none.
        evidence_key: 32 bytes in base64 with which frames are kept encrypted as cameras sent them, beside the blurred evidence;
            empty keeps none. Never shown in logs or in ``doctor``.
        evidence_days: days after which evidence pictures are deleted; 0 keeps them for ever.
        crops: crops of each zone to be taught (docs/teaching.md) that cameras keep until somebody labels them; 0 keeps none.
        packing: ``whole`` shows the model each camera's whole picture, ``mosaic`` the zones of several cameras in one input.
        inference: what runs the model: ``onnxruntime``, ``int8`` (the same with eight-bit convolutions), ``opencv``,
            ``openvino`` or ``ultralytics``.
        model: a model file of one's own; empty for the default model.
        labels: its label map, a text file; empty where the model needs none.
        cameras: feeds (docs/blindness.md) whose cameras this process watches, with commas between them; empty for every camera.
    """

    broker: str = "embedded"
    city: str = ""
    data: str = "data"
    database: str = ""
    partitions: AtLeastOne = 4
    host: str = "127.0.0.1"
    gateway_port: Port = 8090
    console_port: Port = 8080
    metrics_port: Port = 0
    mqtt: str = ""
    mqtt_user: str = ""
    mqtt_password: str = ""
    webhook: str = ""
    webhook_secret: str = ""
    checkpoint_seconds: Seconds = 2.0
    commit_seconds: Seconds = 0.5
    session_seconds: Seconds = 10.0
    workers: AtLeastOne = 1
    rules_seconds: SecondsOrNever = 0.0
    log_level: Level = "info"
    topic_suffix: str = ""
    journal: str = ""
    evidence_days: Days = 90
    evidence_key: str = ""
    crops: Crops = 0
    packing: Packing = "whole"
    inference: Inference = "onnxruntime"
    model: str = ""
    labels: str = ""
    cameras: str = ""

    def __repr__(self) -> str:
        """Where it works, and no secret: representations get into logs and traces, as into the worker's answer to SIGUSR1."""
        return f"Settings(broker={self.broker!r}, topic_suffix={self.topic_suffix!r}, city={self.city!r}, data={self.data!r}, ...)"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL, with the default filled in."""
        return self.database or f"sqlite+aiosqlite:///{Path(self.data) / 'cityloop.db'}"

    @property
    def evidence_folder(self) -> Path:
        """Where evidence pictures are kept."""
        return Path(self.data) / "evidence"

    @property
    def frames_folder(self) -> Path:
        """Where frames that were pushed wait for the process that judges cameras."""
        return Path(self.data) / "frames"

    @property
    def heads_folder(self) -> Path:
        """Where heads that were taught are kept."""
        return Path(self.data) / "heads"

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` as Kafka clients want it."""
        return self.broker.removeprefix("kafka://")


def read_settings(environment: Mapping[str, str], **options: object) -> Settings:
    """Build the settings from an environment and from options that are not ``None``.

    Raises:
        ProblemsError: a variable is not a setting, or its value does not fit; every fault is listed.
    """
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    problems: list[Problem] = []
    values: dict[str, object] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            problems.append(Problem(file=variable, what="is not a setting.", fix=_meant(name, known)))
            continue
        try:
            values[name] = msgspec.convert(text, known[name].type, strict=False)
        except msgspec.ValidationError as error:
            problems.append(
                Problem(file=variable, what=f"{text!r} does not fit: {error}.", fix=f"Write a value like {known[name].default!r}.")
            )
    given = {name: value for name, value in options.items() if value is not None}
    fault = _broker_fault(*(("--broker", given["broker"]) if "broker" in given else (f"{PREFIX}BROKER", values.get("broker", EMBEDDED))))
    if fault is not None:
        problems.append(fault)
    if problems:
        raise ProblemsError(problems)
    values.update(given)
    return msgspec.convert(values, Settings, strict=False)


def _meant(name: str, known: Iterable[str]) -> str:
    """The setting that was probably meant, else all of them; the prefix is left out of account, since it makes every two alike."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"Did you mean {PREFIX}{near[0].upper()}?"
    return f"Known: {', '.join(PREFIX + key.upper() for key in known)}."


def _broker_fault(name: str, address: object) -> Problem | None:
    """What is wrong with a broker's address; else a client would find out much later, in words of its own."""
    if address == EMBEDDED:
        return None
    try:
        bootstrap_of(str(address))
    except ValueError as error:
        return Problem(file=name, what=f"{address!r} is no broker: {error}.", fix=f"Write {FORM}.")
    return None
