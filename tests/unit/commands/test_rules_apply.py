"""What ``cityloop rules apply`` tells of a switch."""

import msgspec
import pytest
from typer.testing import CliRunner

from cityloop.commands.rulesapply import Told, tell
from cityloop.main import application
from rules.life import Change, Fate
from rules.life.feeds import FeedChange


def told(*feeds: FeedChange, switched: bool = True) -> Told:
    live = (Change(rule="a", fate=Fate.UNCHANGED), Change(rule="b", fate=Fate.KEPT, fields=("for",)))
    return Told(version="2", was="1", switched=switched, dry_run=not switched, live=live, shadow=(), feeds=feeds)


def test_feeds_are_told_after_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its fate and its fields; an unchanged rule or feed says nothing."""
    tell(told(FeedChange(feed="mqtt", fate=Fate.KEPT, fields=("heartbeat", "devices")), FeedChange(feed="clinic", fate=Fate.REMOVED)))
    assert capsys.readouterr().out.splitlines() == ["~ b kept: for", "~ feed mqtt kept: heartbeat, devices", "- feed clinic removed"]


@pytest.mark.parametrize(
    ("feed", "hint"),
    [
        (FeedChange(feed="clinic", fate=Fate.ADDED), True),
        (FeedChange(feed="clinic", fate=Fate.KEPT, fields=("keys",)), True),
        (FeedChange(feed="mqtt", fate=Fate.KEPT, fields=("heartbeat",)), False),
    ],
)
def test_how_the_gateway_comes_to_mind_the_feeds_is_told(
    feed: FeedChange, hint: bool, capsys: pytest.CaptureFixture[str]
) -> None:  # A column of the table.
    """The gateway tells of the feeds that it knows; a bound that only the engine minds needs nothing."""
    tell(told(feed))
    said = " ".join(capsys.readouterr().err.split())
    assert ("The gateway minds these feeds after SIGHUP, or by itself where CITYLOOP_RULES_SECONDS is set." in said) is hint
    tell(told(feed, switched=False))
    assert "gateway" not in capsys.readouterr().err


def test_a_switch_that_is_written_again_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """Rules that held already are told so, and whether every partition was given them once more."""
    held = Told(version="2", was="2", switched=True, dry_run=False, live=(), shadow=())
    tell(held)
    assert "These rules held already: version 2. Every partition was given the switch again." in capsys.readouterr().err
    tell(msgspec.structs.replace(held, switched=False))
    assert "These rules hold already: version 2." in capsys.readouterr().err


def test_contradictions_are_told_together() -> None:
    """Two pairs of options that contradict each other are two problems, told before any broker is asked."""
    told = CliRunner().invoke(application(), ["rules", "apply", "--shadow", "x.yaml", "--no-shadow", "--again", "--dry-run"])
    assert told.exit_code == 2
    assert "--shadow: it contradicts --no-shadow." in told.stderr
    assert "--again: it contradicts --dry-run." in told.stderr
