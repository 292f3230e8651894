"""Every module of the product has its place in the import contracts."""

import pytest

from tests.house.contracts import OUTSIDE, SHELL, contracts, cores, covering, shells
from tests.house.tree import PACKAGES, modules

MODULES = tuple(name for name, path in modules() if path.name != "__init__.py")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_lists_its_modules_in_layers(package: str) -> None:
    """Each package has a layers contract that a new module breaks until it is given its place."""
    contract = contracts().get(package)
    assert contract is not None, f"add [importlinter:contract:{package}] with the package's layers"
    assert contract["type"] == "layers"
    assert contract["containers"].split() == [package]
    assert contract["exhaustive"] == "true"


def test_the_house_has_one_direction() -> None:
    """The contract above all others orders every package."""
    layers = contracts()["house"]["layers"].split("\n")
    named = {name.strip() for layer in layers for name in layer.split("|") if name.strip()}
    assert named == set(PACKAGES)


ARITHMETIC = {"detectors-core": ["detectors.scenes.likeness -> cv2"]}
"""Imports that a core may have all the same: of OpenCV where it is arithmetic on arrays, and touches no camera, file or window."""


@pytest.mark.parametrize("key", [key for key in contracts() if key.endswith("-core")])
def test_a_core_contract_forbids_the_whole_outside(key: str) -> None:
    """Each core contract forbids brokers, databases, frameworks, pictures, event loop and environment; an exception is named here."""
    contract = contracts()[key]
    assert contract["type"] == "forbidden"
    assert set(contract["forbidden_modules"].split()) >= OUTSIDE
    assert contract.get("ignore_imports", "").strip().splitlines() == ARITHMETIC.get(key, [])


def test_every_module_is_core_or_shell() -> None:
    """Each module is listed among the cores or among the shells, by itself or with its package."""
    neither = [name for name in MODULES if covering(name, cores() | shells()) is None]
    assert neither == [], f"list each in a -core contract or in [{SHELL}] of .importlinter"


def test_no_module_is_listed_as_both() -> None:
    """A name stands in one of the two lists."""
    assert cores() & shells() == set()


def test_the_lists_name_modules_that_exist() -> None:
    """A name that stands for nothing is taken off the lists."""
    known = {".".join(name.split(".")[:length]) for name in MODULES for length in range(1, name.count(".") + 2)}
    assert [name for name in sorted(cores() | shells()) if name not in known] == []
