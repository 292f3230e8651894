"""What ``cityloop rules apply`` tells of a switch."""

import pytest

from cityloop.commands.rulesapply import Told, tell
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
def test_who_must_start_the_gateway_again_is_told(
    feed: FeedChange, hint: bool, capsys: pytest.CaptureFixture[str]
) -> None:  # A column of the table.
    """The gateway tells of the feeds that it knows; a bound that only the engine minds needs nothing."""
    tell(told(feed))
    assert ("The gateway listens to its feeds as they were" in capsys.readouterr().err) is hint
    tell(told(feed, switched=False))
    assert "gateway" not in capsys.readouterr().err
