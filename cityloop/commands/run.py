"""``cityloop run``: one role, or all of them under supervision."""

import os
from enum import StrEnum
from typing import Annotated

import typer

from cityloop.bootstrap import Role, run_role
from cityloop.terminal import refuse, talk
from config.problem import Problem, ProblemsError
from config.settings import Settings, read_settings

ALL = "all"
Played = StrEnum("Played", {**{role.name: role.value for role in Role}, "ALL": ALL})  # type: ignore[misc]  # Typer wants one enum of all words.


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(
    role: Annotated[Played, typer.Argument(help="gateway, cameras, engine, dispatch, console, or all.")],
    *,
    city: Annotated[str | None, typer.Option(metavar="DIR", help="The city's folder; left out, CITYLOOP_CITY or the demo city.")] = None,
    broker: Annotated[str | None, typer.Option(metavar="kafka://H:P", help="The Kafka broker (CITYLOOP_BROKER).")] = None,
    data: Annotated[str | None, typer.Option(metavar="DIR", help="Where data is kept (CITYLOOP_DATA).")] = None,
) -> None:
    """Play a role until SIGTERM or Ctrl-C. Every setting is a variable CITYLOOP_...; the options here win over them."""
    try:
        settings = read_settings(os.environ, city=city, broker=broker, data=data)
        if role.value == ALL:
            from cityloop.installation import run_all  # noqa: PLC0415  # Brokers and supervision, which a single role does without.

            run_all(settings, lambda line: talk.print(line, markup=False))
        else:
            run_role(Role(role.value), with_broker(settings))
    except ProblemsError as error:
        raise refuse(error) from error


def with_broker(settings: Settings) -> Settings:
    """The settings, if they name a broker that another process can reach.

    Raises:
        ProblemsError: they say ``embedded``: a single role would start a broker that no other role sees.
    """
    if settings.broker != "embedded":
        return settings
    fix = "Set it to kafka://host:port (make kafka starts one here), or run all roles together: cityloop run all"
    raise ProblemsError(
        [Problem(file="CITYLOOP_BROKER", what="no broker is named, and a single role cannot share an embedded one.", fix=fix)]
    )
