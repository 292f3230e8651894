"""The first-level packages are ours alone in the environment."""

from importlib.metadata import distribution, packages_distributions

import pytest

from tests.house.tree import PACKAGES


@pytest.mark.parametrize("name", PACKAGES)
def test_a_top_level_name_is_ours_alone(name: str) -> None:
    """No other distribution of the environment owns a package of this name."""
    assert set(packages_distributions().get(name, ())) == {"cityloop"}


def test_no_distribution_owns_the_name_of_our_tests() -> None:
    """No distribution brings a package named ``tests``, which would hide our fakes."""
    assert "tests" not in packages_distributions()


def test_the_public_name_is_cityloop() -> None:
    """The distribution gives one command, and its name is the product's."""
    scripts = [entry.name for entry in distribution("cityloop").entry_points if entry.group == "console_scripts"]
    assert scripts == ["cityloop"]
