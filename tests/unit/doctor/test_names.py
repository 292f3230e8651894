"""Nothing else in the environment may own the names of our packages."""

from importlib.metadata import packages_distributions

from cityloop.doctor.finding import State
from cityloop.doctor.names import NAMES, examine_names, foreign_owners


def test_this_environment_is_ours() -> None:
    """In the environment of these tests no other distribution brings a package of one of our names."""
    assert foreign_owners(packages_distributions()) == {}


def test_a_foreign_owner_is_named() -> None:
    """A distribution that brings a package ``config`` is told with what to do."""
    finding = examine_names({"config": ["cityloop", "config"], "rules": ["cityloop"], "numpy": ["numpy"]})
    assert finding.state is State.BAD
    assert finding.what == "config is also brought by config."
    assert "environment of its own" in finding.fix


def test_alone_is_good() -> None:
    """Our own distribution as the only owner is no problem, however often it is named."""
    assert examine_names({name: ["cityloop", "cityloop"] for name in NAMES}).state is State.GOOD
