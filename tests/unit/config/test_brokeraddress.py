"""Addresses of brokers: what is taken, and what is said of what is not."""

import re

import pytest

from config.brokeraddress import bootstrap_of
from config.problem import ProblemsError
from config.settings import read_settings


@pytest.mark.parametrize(
    ("address", "servers"),
    [
        ("kafka://h:9092", "h:9092"),
        ("kafka://a:1,b:65535", "a:1,b:65535"),
        ("kafka://[::1]:9092", "[::1]:9092"),
        ("kafka://h:9092/observations", "h:9092"),
    ],
)
def test_servers_of_an_address(address: str, servers: str) -> None:
    """Host and port of each server, without what stands around them."""
    assert bootstrap_of(address) == servers


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("h:9092", "it does not begin with kafka://"),
        ("http://h:9092", "it does not begin with kafka://"),
        ("kafka://", "it names no host"),
        ("kafka://:9092", "it names no host"),
        ("kafka://h", "'h' has no port from 1 to 65535"),
        ("kafka://h:0", "'h:0' has no port from 1 to 65535"),
        ("kafka://h:65536", "'h:65536' has no port from 1 to 65535"),
        ("kafka://h:abc", "'h:abc' has no port from 1 to 65535"),
        ("kafka://a:1,", "it names no host"),
        ("kafka://[::1:9092", "'[::1:9092' has no port from 1 to 65535"),
        ("kafka://a b:9092", "'a b' is not all that stands before the port"),
        ("kafka://u:hush@h:9092", "'h' is not all that stands before the port"),
    ],
)
def test_what_is_no_address(address: str, told: str) -> None:
    """Each fault has its sentence, and a password is not repeated."""
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        bootstrap_of(address)


def test_a_setting_that_names_no_broker_is_refused() -> None:
    """The variable or the option is named, whichever was given, beside every other fault."""
    with pytest.raises(ProblemsError) as caught:
        read_settings({"CITYLOOP_BROKER": "kafka://h", "CITYLOOP_WORKERS": "0"})
    assert [problem.file for problem in caught.value.problems] == ["CITYLOOP_WORKERS", "CITYLOOP_BROKER"]
    with pytest.raises(ProblemsError) as caught:
        read_settings({"CITYLOOP_BROKER": "kafka://h:1"}, broker="h:1")
    assert str(caught.value) == "--broker: 'h:1' is no broker: it does not begin with kafka://. Write kafka://host:port."
