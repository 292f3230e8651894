"""What is checked before the dispatch process starts."""

import msgspec
import pytest

from config.problem import ProblemsError
from config.settings import Settings
from dispatch.office import check_notices
from tests.fakes.town import UNITS, town

QUIET = {unit.id: msgspec.structs.replace(unit, webhook=None) for unit in UNITS.values()}


def problems(settings: Settings, **tables: object) -> list[str]:
    try:
        check_notices(settings, town(**tables))
    except ProblemsError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_city_without_notices_needs_no_secret() -> None:
    """No address, no secret, no problem."""
    assert problems(Settings(), units=QUIET) == []


def test_addresses_need_a_secret_to_sign_with() -> None:
    """An unsigned notice is never sent: the process says so before it starts."""
    told = "CITYLOOP_WEBHOOK_SECRET: There are addresses for notices, but nothing to sign them with. Set a long random text."
    assert problems(Settings(webhook="http://127.0.0.1:1/x"), units=QUIET) == [told]
    assert problems(Settings()) == [told]
    assert problems(Settings(webhook_secret="x")) == []


@pytest.mark.parametrize("address", ["ftp://x/", "nonsense", "http://u:p@x/"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    """Every wrong address is named with where it stands."""
    units = {**QUIET, "fire": msgspec.structs.replace(UNITS["fire"], webhook=address)}
    found = problems(Settings(webhook=address, webhook_secret="whsec_!"), units=units)
    assert [line.split(":")[0] for line in found] == ["CITYLOOP_WEBHOOK", "unit fire", "CITYLOOP_WEBHOOK_SECRET"]
