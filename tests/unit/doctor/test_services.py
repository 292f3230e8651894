"""Brokers, database, city, model and secrets of the installation."""

import asyncio
import socket
from pathlib import Path

from cityloop.doctor.finding import State, bad, diagnosis, good, optional
from cityloop.doctor.services import (
    examine_broker,
    examine_city,
    examine_database,
    examine_key,
    examine_model,
    examine_mqtt,
    examine_secrets,
    examine_weights,
    topics_found,
)
from config.problem import Problem
from config.settings import Settings
from dispatch.store import migrate
from dispatch.store.engine import open_engine
from streams.provision import Looked
from tests.fakes.shut import shut

DATA = Path(__file__).parents[2] / "data" / "config"


def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_silent_broker_is_bad() -> None:
    """A Kafka broker that does not answer is told with its address, within seconds."""
    address = f"127.0.0.1:{unused_port()}"
    (finding,) = examine_broker(Settings(broker=f"kafka://{address}"))
    assert finding.state is State.BAD
    assert finding.what.startswith(f"{address} does not answer")


def test_topics_that_do_not_fit_are_told_one_by_one() -> None:
    """Each with what to do; those that are missing besides are no fault, and where all is well it says with how many partitions."""
    problem = Problem(file="cityloop.alerts", what="has 3 partitions where the settings say 4.", fix="Set CITYLOOP_PARTITIONS=3.")
    odd = Looked(partitions={"cityloop.alerts": 3}, missing=("cityloop.rules",), problems=(problem,))
    assert topics_found(odd, Settings()) == [
        bad("topics", "cityloop.alerts has 3 partitions where the settings say 4.", "Set CITYLOOP_PARTITIONS=3."),
        optional("topics", "Not there yet: cityloop.rules.", "The gateway makes them when it starts."),
    ]
    fine = Looked(partitions={"cityloop.alerts": 7}, missing=(), problems=())
    assert topics_found(fine, Settings(partitions=7)) == [good("topics", "All 1 are there, with 7 partitions each.")]


def test_a_silent_mqtt_broker_is_bad() -> None:
    """An MQTT broker is examined only where one is set."""
    assert examine_mqtt(Settings()).state is State.OPTIONAL
    assert examine_mqtt(Settings(mqtt=f"mqtt://127.0.0.1:{unused_port()}")).state is State.BAD


def test_a_database_goes_from_missing_over_old_to_good(tmp_path: Path) -> None:
    """No file yet is no fault, a database without our schema is, and after the upgrade all is well."""
    settings = Settings(data=str(tmp_path))
    assert examine_database(settings).state is State.OPTIONAL
    (tmp_path / "cityloop.db").touch()
    assert examine_database(settings).fix == "Run: cityloop db upgrade"

    async def upgrade() -> None:
        engine = open_engine(settings.database_url)
        await migrate.upgrade(engine)
        await engine.dispose()

    asyncio.run(upgrade())
    assert examine_database(settings).state is State.GOOD


def test_a_database_that_may_not_be_looked_at_is_bad(tmp_path: Path) -> None:
    """A folder without rights ends no examination; it is a finding like any other."""
    with shut(tmp_path):
        finding = examine_database(Settings(data=str(tmp_path)))
    assert finding == bad("database", f"{tmp_path}/cityloop.db cannot be used: Permission denied.", "Check the permissions of its folder.")


def test_a_password_in_the_databases_address_is_not_shown() -> None:
    """A server that does not answer is told without the password."""
    finding = examine_database(Settings(database=f"postgresql://city:hush-hush@127.0.0.1:{unused_port()}/x"))
    assert finding.state is State.BAD
    assert "hush-hush" not in finding.what + finding.fix
    assert "***" in finding.what


def test_a_bad_city_is_told_with_its_first_problem() -> None:
    """The number of problems and the first of them are enough to go on."""
    finding = examine_city(Settings(city=str(DATA / "bad" / "unknown-zone")))
    assert finding.state is State.BAD
    assert finding.fix == f"Run: cityloop check-config {DATA / 'bad' / 'unknown-zone'}", "without the folder it would check another city"
    assert examine_city(Settings()).state is State.GOOD


def test_missing_weights_are_bad(tmp_path: Path) -> None:
    """Without a model the cameras see nothing."""
    assert examine_weights(tmp_path).fix == "Run: cityloop weights"


def test_unsigned_notices_are_bad_and_secrets_stay_secret() -> None:
    """An address without a secret is a fault; a secret never appears in what is said."""
    assert examine_secrets(Settings()).state is State.GOOD
    assert examine_secrets(Settings(webhook="http://127.0.0.1/x")).state is State.BAD
    signed = examine_secrets(Settings(webhook="http://127.0.0.1/x", webhook_secret="whsec_c2VjcmV0"))
    assert signed.state is State.GOOD
    assert "c2VjcmV0" not in signed.what


def test_settings_that_no_role_could_use_are_bad() -> None:
    """An address, a URL, a key or a secret of the wrong form is told here and not when the role starts; secrets stay secret."""
    found = {
        "CITYLOOP_MQTT: 'foo' is no MQTT address.": examine_mqtt(Settings(mqtt="foo")),
        "CITYLOOP_MQTT: is no MQTT address.": examine_mqtt(Settings(mqtt="mqtt://h:99999")),
        "CITYLOOP_DATABASE is no database's URL.": examine_database(Settings(database="foo")),
        "oracle://x:***@y/z cannot be used: No module named 'oracledb'.": examine_database(Settings(database="oracle://x:hush@y/z")),
        "CITYLOOP_WEBHOOK: the address is not an http or https URL.": examine_secrets(Settings(webhook="foo", webhook_secret="x")),
        "CITYLOOP_WEBHOOK_SECRET: a secret that begins with whsec_ goes on in base64.": examine_secrets(
            Settings(webhook="http://h/x", webhook_secret="whsec_hush!")
        ),
        "CITYLOOP_EVIDENCE_KEY: this is not 32 bytes in base64.": examine_key(Settings(evidence_key="hush")),
    }
    assert {finding.what for finding in found.values()} == set(found)
    assert {finding.state for finding in found.values()} == {State.BAD}
    assert not any("hush" in finding.what + finding.fix for finding in found.values())
    assert all(finding.fix for finding in found.values())


def test_a_key_of_the_right_form_is_good() -> None:
    """So is none at all; neither makes a folder."""
    assert examine_key(Settings()).state is State.GOOD
    assert (
        examine_key(Settings(data="/nowhere", evidence_key="A" * 43 + "=")).what
        == "Frames are kept encrypted beside their blurred pictures."
    )


def test_the_model_that_is_set_is_opened() -> None:
    """The default is told as such; a file that is not there, or weights that are missing, are bad with what to do."""
    assert examine_model(Settings()).state is State.GOOD
    missing = examine_model(Settings(model="nowhere.onnx"))
    assert (missing.state, missing.what) == (State.BAD, "nowhere.onnx: there is no such model file.")
    assert examine_model(Settings(inference="ultralytics")).what == "CITYLOOP_MODEL: ultralytics needs weights of your own."


def test_one_bad_finding_makes_the_whole_bad() -> None:
    """What is optional may be missing."""
    assert diagnosis([good("a", "x"), optional("b", "y", "z")]).ok
    assert not diagnosis([good("a", "x"), bad("b", "y", "z")]).ok
