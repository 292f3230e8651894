"""Settings: each variable, what it takes, what it refuses, and who wins."""

from pathlib import Path

import msgspec
import pytest

from config.problem import ProblemsError
from config.settings import PREFIX, Settings, read_settings

TAKEN: dict[str, tuple[str, object]] = {
    "broker": ("kafka://10.0.0.1:9092", "kafka://10.0.0.1:9092"),
    "city": ("/srv/city", "/srv/city"),
    "data": ("/var/lib/cityloop", "/var/lib/cityloop"),
    "database": ("postgresql+psycopg://h/x", "postgresql+psycopg://h/x"),
    "partitions": ("12", 12),
    "host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104  # A value that is read, not one that is listened on.
    "gateway_port": ("0", 0),
    "console_port": ("65535", 65_535),
    "metrics_port": ("9100", 9_100),
    "mqtt": ("mqtt://h:1883", "mqtt://h:1883"),
    "mqtt_user": ("gate", "gate"),
    "mqtt_password": ("1234", "1234"),
    "webhook": ("https://h/x", "https://h/x"),
    "webhook_secret": ("whsec_AA==", "whsec_AA=="),
    "checkpoint_seconds": ("0.25", 0.25),
    "commit_seconds": ("1", 1.0),
    "session_seconds": ("6e1", 60.0),
    "workers": ("3", 3),
    "rules_seconds": ("30", 30.0),
    "log_level": ("WARNING", "WARNING"),
    "topic_suffix": (".t1", ".t1"),
    "journal": ("/var/journal", "/var/journal"),
    "evidence_days": ("30", 30),
    "crops": ("40", 40),
    "evidence_key": ("AAAA", "AAAA"),
    "packing": ("mosaic", "mosaic"),
    "inference": ("opencv", "opencv"),
    "model": ("/srv/city/own.onnx", "/srv/city/own.onnx"),
    "labels": ("/srv/city/own.txt", "/srv/city/own.txt"),
    "cameras": ("north,south", "north,south"),
}

DEFAULTS = {
    "broker": "embedded", "city": "", "data": "data", "database": "", "partitions": 4, "host": "127.0.0.1", "gateway_port": 8090,
    "console_port": 8080, "metrics_port": 0, "mqtt": "", "mqtt_user": "", "mqtt_password": "", "webhook": "", "webhook_secret": "",
    "checkpoint_seconds": 2.0, "commit_seconds": 0.5, "session_seconds": 10.0, "workers": 1, "rules_seconds": 0.0, "log_level": "info", "topic_suffix": "", "journal": "",
    "evidence_days": 90, "evidence_key": "", "crops": 0,
    "packing": "whole", "inference": "onnxruntime", "model": "", "labels": "", "cameras": "",
}  # fmt: skip


def refused(**environment: str) -> list[str]:
    """The problems of an environment, one text each."""
    with pytest.raises(ProblemsError) as caught:
        read_settings({PREFIX + name: text for name, text in environment.items()})
    return [str(problem) for problem in caught.value.problems]


def test_the_tables_here_know_every_setting() -> None:
    """A setting without a row here would be one that no test notices."""
    assert set(TAKEN) == set(DEFAULTS) == {field.name for field in msgspec.structs.fields(Settings)}


def test_without_variables_the_defaults_hold() -> None:
    """Nothing set is an installation on this machine alone: loopback, embedded broker, no notices."""
    assert msgspec.structs.asdict(read_settings({})) == DEFAULTS


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_each_variable_sets_its_setting_and_no_other(name: str) -> None:
    """The variable is the field in capitals, and its text becomes the field's type."""
    text, value = TAKEN[name]
    read = read_settings({PREFIX + name.upper(): text})
    assert msgspec.structs.asdict(read) == DEFAULTS | {name: value}
    assert type(getattr(read, name)) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PARTITIONS", "four", "'four' does not fit: Expected `int`, got `str`. Write a value like 4."),
        ("PARTITIONS", "4.5", "'4.5' does not fit: Expected `int`, got `str`. Write a value like 4."),
        ("PARTITIONS", "", "'' does not fit: Expected `int`, got `str`. Write a value like 4."),
        ("PARTITIONS", "0", "'0' does not fit: Expected `int` >= 1. Write a value like 4."),
        ("WORKERS", "-1", "'-1' does not fit: Expected `int` >= 1. Write a value like 1."),
        ("GATEWAY_PORT", "65536", "'65536' does not fit: Expected `int` <= 65535. Write a value like 8090."),
        ("CONSOLE_PORT", "-80", "'-80' does not fit: Expected `int` >= 0. Write a value like 8080."),
        ("METRICS_PORT", "http", "'http' does not fit: Expected `int`, got `str`. Write a value like 0."),
        ("CHECKPOINT_SECONDS", "2s", "'2s' does not fit: Expected `float`, got `str`. Write a value like 2.0."),
        ("CHECKPOINT_SECONDS", "0", "'0' does not fit: Expected `float` > 0.0. Write a value like 2.0."),
        ("COMMIT_SECONDS", "nan", "'nan' does not fit: Expected `float` > 0.0. Write a value like 0.5."),
        ("SESSION_SECONDS", "inf", "'inf' does not fit: Expected `float` <= 86400.0. Write a value like 10.0."),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, text: str, said: str) -> None:
    """Text for a number, no value at all and numbers out of bounds are told with the variable and an example."""
    assert refused(**{name: text}) == [f"CITYLOOP_{name}: {said}"]


@pytest.mark.parametrize("level", ["loud", "", "infos", "info "])
def test_a_level_of_logs_is_one_of_four(level: str) -> None:
    """Another word would end each process at its start, so it is told before."""
    (told,) = refused(LOG_LEVEL=level)
    assert told.startswith(f"CITYLOOP_LOG_LEVEL: {level!r} does not fit: ")
    assert told.endswith("Write a value like 'info'.")


def test_a_variable_that_is_no_setting_is_told_with_those_that_are() -> None:
    """A typing error in a name, which would silently keep the default, is told with the name that was meant, or with all."""
    assert refused(BROKRE="x") == ["CITYLOOP_BROKRE: is not a setting. Did you mean CITYLOOP_BROKER?"]
    (told,) = refused(XYZ="x")
    assert told.startswith("CITYLOOP_XYZ: is not a setting. Known: CITYLOOP_BROKER, CITYLOOP_CITY, ")
    assert all(PREFIX + name.upper() in told for name in DEFAULTS)


def test_every_fault_is_told_at_once() -> None:
    """Three faults are three problems, in the order of the environment."""
    told = refused(BROKR="x", WORKERS="many", LOG_LEVEL="loud")
    assert [line.split(":")[0] for line in told] == ["CITYLOOP_BROKR", "CITYLOOP_WORKERS", "CITYLOOP_LOG_LEVEL"]


def test_variables_of_others_do_not_matter() -> None:
    """What does not begin with the prefix is not looked at, and the bare prefix is no setting."""
    assert read_settings({"PATH": "/bin", "PARTITIONS": "0", "MY_CITYLOOP_BROKER": "x"}) == Settings()
    assert refused(**{"": "x"})[0].startswith("CITYLOOP_: is not a setting.")


def test_options_win_over_variables_and_variables_over_defaults() -> None:
    """What stands on the command line holds; an option that was not given (``None``) leaves the variable."""
    environment = {"CITYLOOP_BROKER": "kafka://env:1", "CITYLOOP_DATA": "env", "CITYLOOP_WORKERS": "2"}
    read = read_settings(environment, broker="kafka://option:1", data=None, city=None, console_port=0)
    assert (read.broker, read.data, read.workers, read.city, read.console_port) == ("kafka://option:1", "env", 2, "", 0)


def test_an_option_does_not_excuse_a_wrong_variable() -> None:
    """A variable that does not fit is told even where an option would win over it."""
    with pytest.raises(ProblemsError, match="CITYLOOP_WORKERS"):
        read_settings({"CITYLOOP_WORKERS": "x"}, workers=1)


def test_what_follows_from_settings() -> None:
    """Database, evidence and broker address follow from their settings."""
    assert Settings(data="/d").database_url == "sqlite+aiosqlite:////d/cityloop.db"
    assert Settings(data="d").database_url == "sqlite+aiosqlite:///d/cityloop.db"
    assert Settings(data="/d", database="postgresql://h/x").database_url == "postgresql://h/x"
    assert Settings(data="/d").evidence_folder == Path("/d/evidence")
    assert Settings(broker="kafka://a:1,b:2").bootstrap_servers == "a:1,b:2"
    assert Settings(broker="a:1").bootstrap_servers == "a:1"


def test_no_secret_is_in_the_representation() -> None:
    """Whatever prints settings, a trace with its variables included, prints no password, secret or key."""
    secret = "it-is-a-secret"  # It is none.
    settings = Settings(
        mqtt_password=secret,
        webhook_secret=secret,
        evidence_key=secret,
        database=f"postgresql://u:{secret}@h/d",
        webhook=f"https://h/{secret}",
    )
    assert repr(settings).startswith("Settings(broker='embedded', ")
    assert secret not in repr(settings) + str(settings) + f"{settings}"
