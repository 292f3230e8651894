"""Puts a process together: which module plays which role, and which settings its children get."""

import importlib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import msgspec

from config.catalogue import Catalogue
from config.loader import DEMO_CITY, load_city
from config.settings import PREFIX, Settings


class Role(StrEnum):
    """What a process does in the installation."""

    GATEWAY = "gateway"
    CAMERAS = "cameras"
    ENGINE = "engine"
    DISPATCH = "dispatch"
    CONSOLE = "console"


MODULES: Mapping[Role, str] = MappingProxyType({role: f"cityloop.roles.{role.value}" for role in Role})
"""Where each role's ``run(settings, catalogue)`` is; a module is imported only by the process that plays the role."""


def run_role(role: Role, settings: Settings) -> None:
    """Play a role until SIGTERM or SIGINT.

    Raises:
        ProblemsError: the city cannot be read, or the settings do not fit the role.
    """
    importlib.import_module(MODULES[role]).run(settings, load_catalogue(settings))


def load_catalogue(settings: Settings) -> Catalogue:
    """The city that the settings name; the demo city where they name none.

    Raises:
        ProblemsError: it has problems, each with file and line.
    """
    return load_city(city_folder(settings))


def city_folder(settings: Settings) -> Path:
    """The folder of the city that the settings name."""
    return Path(settings.city) if settings.city else DEMO_CITY


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that give a child process these settings; :func:`config.settings.read_settings` is the inverse."""
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in msgspec.structs.asdict(settings).items()}
