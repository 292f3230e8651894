"""The shell of the engine."""

from config.settings import Settings
from rules.agents import build_engine
from rules.fold import RuleFold
from tests.fakes.rulekit import rules_of


def test_the_application_folds_observations_and_what_was_sent_on() -> None:
    """The engine's one agent reads observations, urgent ones and matches, under the names of this installation, as raw bytes."""
    app = build_engine(Settings(broker="kafka://127.0.0.1:1", topic_suffix="-t1"), RuleFold(rules_of({"where": "value > 5"})))
    (agent,) = [agent for agent in app.agents.values() if agent.channel.topics[0].startswith("cityloop.")]
    assert sorted(agent.channel.topics) == ["cityloop.matches-t1", "cityloop.observations-t1", "cityloop.urgent-t1"]
    assert agent.channel.value_type is bytes
