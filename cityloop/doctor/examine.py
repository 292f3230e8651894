"""The whole examination, in the order in which things build on each other."""

import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from cityloop.doctor.finding import Finding
from cityloop.doctor.machine import examine_disk, examine_port, examine_programs, examine_python
from cityloop.doctor.names import examine_names
from cityloop.doctor.services import (
    examine_broker,
    examine_city,
    examine_database,
    examine_key,
    examine_model,
    examine_mqtt,
    examine_secrets,
    examine_weights,
)
from config.settings import Settings


def examine(settings: Settings) -> Iterator[Finding]:
    """Examine everything; nothing is changed."""
    yield examine_python(sys.version_info[:3])
    yield examine_names(packages_distributions())
    yield examine_city(settings)
    yield from examine_broker(settings)
    yield examine_mqtt(settings)
    yield examine_database(settings)
    yield examine_weights()
    yield examine_model(settings)
    yield examine_key(settings)
    yield examine_secrets(settings)
    yield examine_disk(Path(settings.data))
    yield examine_port("cityloop_console_port", settings.host, settings.console_port)
    yield examine_port("cityloop_gateway_port", settings.host, settings.gateway_port)
    yield from examine_programs()
