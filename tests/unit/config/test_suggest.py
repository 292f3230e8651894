"""The nearest known name, or the known names."""

from config.suggest import did_you_mean


def test_the_nearest_name_is_offered() -> None:
    """A slip of one letter leads to the name meant."""
    assert did_you_mean("smok", ["smoke", "door"]) == "Did you mean 'smoke'?"


def test_a_strange_name_gets_the_list() -> None:
    """When nothing is near, the few known names are listed in order."""
    assert did_you_mean("zzz", ["door", "battery"]) == "Known: battery, door."


def test_a_long_list_is_counted() -> None:
    """Nobody reads two hundred names in an error."""
    assert did_you_mean("zzz", [f"n{index:02}" for index in range(13)]) == "13 are known, such as n00, n01, n02."


def test_nothing_known_is_said() -> None:
    """An empty table is no reason for an empty sentence."""
    assert did_you_mean("zzz", []) == "None is known here."
