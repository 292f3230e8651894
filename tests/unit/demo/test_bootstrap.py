"""Which module plays which role, and what its process is given."""

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.bootstrap import MODULES, Role, environment_of, load_catalogue
from config.problem import ProblemsError
from config.settings import Settings, read_settings


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_module(role: Role) -> None:
    """The table names modules that exist."""
    assert importlib.util.find_spec(MODULES[role]) is not None


def test_without_a_city_the_demo_city_is_taken() -> None:
    """Settings that name no folder mean the city that comes with the product."""
    assert load_catalogue(Settings()).name.endswith("Linchuan Demo City")


def test_a_wrong_city_is_a_problem() -> None:
    """A folder that does not exist is told, not traced."""
    with pytest.raises(ProblemsError, match="there is no such folder"):
        load_catalogue(Settings(city="/nowhere"))


@given(
    st.builds(
        Settings,
        broker=st.just("embedded")
        | st.builds("kafka://{}:{}".format, st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True), st.integers(1, 65_535)),
        city=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
        partitions=st.integers(1, 64),
        checkpoint_seconds=st.floats(0.1, 60),
        webhook_secret=st.text(max_size=10),
    )
)
def test_a_child_reads_the_settings_of_its_parent(settings: Settings) -> None:
    """Settings go into the environment and come out the same."""
    assert read_settings(environment_of(settings)) == settings
