"""Supervised roles as real processes."""

from pathlib import Path

import pytest

from cityloop.bootstrap import Role
from cityloop.installation import Installation, InstallationError
from config.settings import Settings


async def test_a_role_that_cannot_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    """A city that does not exist ends the role each time; after a few tries nobody waits any longer."""
    settings = Settings(broker="kafka://127.0.0.1:9", city=str(tmp_path / "nowhere"), data=str(tmp_path))
    installation = Installation(settings, tmp_path, roles=[Role.CONSOLE])
    installation.start()
    try:
        with pytest.raises(InstallationError) as refused:
            await installation.ready([Role.CONSOLE], 60)
    finally:
        await installation.stop([Role.CONSOLE])
    assert "The role console" in str(refused.value)
    assert "ended with 2" in str(refused.value)
    assert f"{tmp_path / 'nowhere'}: there is no such folder." in str(refused.value)
    assert installation.restarts()[Role.CONSOLE] >= 2


async def test_a_role_becomes_ready_and_stops_in_good_order(tmp_path: Path) -> None:
    """The console needs no broker: it gets ready, serves its metrics, and is gone after a stop; a second stop is no error."""
    installation = Installation(Settings(broker="kafka://127.0.0.1:9", data=str(tmp_path), console_port=0), tmp_path, roles=[Role.CONSOLE])
    installation.start()
    try:
        await installation.ready([Role.CONSOLE], 60)
        assert installation.restarts() == {Role.CONSOLE: 0}
    finally:
        await installation.stop([Role.CONSOLE])
        await installation.stop([Role.CONSOLE])
    assert "console listens" in (tmp_path / "console.log").read_text(encoding="utf-8")
