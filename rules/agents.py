"""The shell of the engine: a Faust application that folds the observations with "checkpoint, then commit"."""

import faust

from config.settings import Settings
from rules.fold import RuleFold
from rules.watch import blindness, watch_ticks
from streams.app import attach, build_app
from streams.telemetry import Health
from streams.topics import MATCHES, OBSERVATIONS, URGENT

TOPICS = (OBSERVATIONS, URGENT, MATCHES)
"""What an engine process folds; each partition of each of them has a state of its own."""


def build_engine(settings: Settings, fold: RuleFold, health: Health | None = None) -> faust.App:
    """The application of an engine process; run it with :mod:`streams.worker`. Its readiness is told to ``health``."""
    app = build_app(settings, "engine")
    runner = attach(app, settings, fold, TOPICS, health=health)
    fold.holds = runner.holds
    if health is not None:
        health.add("ticks", lambda: blindness(fold))
    watch_ticks(app, settings, fold, runner.holds)
    return app
