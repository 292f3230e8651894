"""The first-level folders are import packages with everyday names: nothing else in the environment may own them."""

from collections.abc import Mapping, Sequence

from cityloop.doctor.finding import Finding, bad, good

DISTRIBUTION = "cityloop"
NAMES = ("bench", "config", "streams", "detectors", "rules", "dispatch", "console", "cityloop")
"""The house's packages."""

NAME = "package names"


def foreign_owners(owners: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Which other distributions bring a package of one of our names, by name."""
    found = {name: sorted({owner for owner in owners.get(name, ()) if owner.lower() != DISTRIBUTION}) for name in NAMES}
    return {name: others for name, others in found.items() if others}


def examine_names(owners: Mapping[str, Sequence[str]]) -> Finding:
    """Judge who owns our names.

    Args:
        owners: distributions by top-level name, as :func:`importlib.metadata.packages_distributions` tells them.
    """
    foreign = foreign_owners(owners)
    if not foreign:
        return good(NAME, f"{', '.join(NAMES)} belong to {DISTRIBUTION} alone.")
    told = "; ".join(f"{name} is also brought by {', '.join(others)}" for name, others in foreign.items())
    return bad(NAME, f"{told}.", "Install cityloop into an environment of its own: python -m venv .venv")
