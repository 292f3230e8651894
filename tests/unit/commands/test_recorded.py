"""Recordings as commands take them: where they come from, what is refused in which words, and the comparison of a shadow."""

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from cityloop.commands.record import NdjsonSink
from cityloop.commands.rulesshadow import Trial, _trial, compare
from cityloop.main import application
from config.problem import ProblemsError
from rules.fold import RuleFold
from rules.life import pack
from rules.life.ledger import Entry
from rules.model import RuleSet
from rules.replay import read_lines
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Record
from streams.topics import ALERTS, OBSERVATIONS, SHADOW
from tests.fakes.rulekit import EPOCH, KINDS, rules_of, seen

SECOND = 1_000_000
RULES = "groups: [{name: g, rules: [{rule: r, kind: door, where: value == true}]}]"
LINE = {"id": "a", "source": "sensor/1", "kind": "door", "at": "2026-03-02T08:00:00Z", "value": True}


@pytest.fixture(name="rules")
def a_rule_file(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return str(path)


def refused(*arguments: str) -> str:
    """What a command of wrong use says."""
    done = CliRunner().invoke(application(), [*arguments])
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("recording", "told"),
    [
        (
            "kafka://127.0.0.1:1/",
            "kafka://127.0.0.1:1/: it names no topic. Write kafka://host:port/observations|urgent, or both with a comma.",
        ),
        (
            "kafka://127.0.0.1:1/alerts",
            "kafka://127.0.0.1:1/alerts: there is no topic of observations 'alerts'. Write observations or urgent.",
        ),
        *(
            (
                f"kafka://{server}/urgent",
                (
                    f"kafka://{server}/urgent: it names no broker: '{server}' has no port from 1 to 65535. "
                    "Write kafka://host:port/observations|urgent, or both with a comma."
                ),
            )
            for server in ("127.0.0.1:99999", "127.0.0.1:abc", "127.0.0.1")
        ),
        ("kafka://[::1/urgent", "kafka://[::1/urgent: it is no address: Invalid IPv6 URL. Check the brackets of the host."),
        ("gone.parquet", "gone.parquet: there is no such file. Name a Parquet file, as cityloop record writes it."),
        ("gone.ndjson", "gone.ndjson: there is no such file. Name a file with one observation a line, or '-' for stdin."),
    ],
)
def test_a_recording_that_cannot_be_read_is_refused(rules: str, recording: str, told: str) -> None:
    """The message names what was written and what to write instead; nothing is on stdout."""
    assert refused("replay", recording, "--rules", rules) == told


def test_a_broker_that_does_not_answer_is_told(rules: str) -> None:
    """Commands that need one say so and end; there is no traceback and no waiting without end."""
    told = refused("replay", "kafka://127.0.0.1:1/observations", "--rules", rules)
    assert told.startswith("kafka://127.0.0.1:1/observations: the broker does not answer: ")
    for command in (("rules", "apply"), ("rules", "shadow")):
        assert refused(*command, "--broker", "kafka://127.0.0.1:1").startswith("kafka://127.0.0.1:1: no broker answers: ")
        assert refused(*command) == "CITYLOOP_BROKER: no broker is named. Name the one that the engine uses: --broker kafka://host:port"


def test_times_are_for_topics(rules: str, tmp_path: Path) -> None:
    """A file is read as a whole; a time that is none is told with its option."""
    path = tmp_path / "obs.ndjson"
    path.write_text(json.dumps(LINE))
    given = ("replay", str(path), "--rules", rules)
    assert (
        refused(*given, "--from", "2026-03-02T08:00:00Z") == "--from, --to: they are for topics. Leave them out; a file is read as a whole."
    )
    assert refused(*given, "--to", "yesterday").startswith("--to: ")
    assert (
        refused("record", "out.ndjson", "--topic", "alerts")
        == "--topic: there is no topic of observations 'alerts'. Write observations or urgent."
    )


def test_policies_and_contradictions_are_refused_before_anything_is_read() -> None:
    """The words of a switch are checked first."""
    assert refused("rules", "apply", "--state", "x") == "--state: 'x' is no policy. Write RULE=keep or RULE=reset."
    told = refused("rules", "apply", "--shadow", "f.yaml", "--no-shadow")
    assert told == "--shadow: it contradicts --no-shadow. Leave one of the two out."


def test_parquet_is_replayed_as_ndjson_is(rules: str, tmp_path: Path) -> None:
    """The same observations in either form give the same bytes; kinds are inferred from either."""
    parquet = pytest.importorskip("streams.parquetform", reason="pyarrow is not installed (extra [parquet])")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra [parquet])")
    lines = [LINE, LINE | {"id": "b", "at": "2026-03-02T08:01:00Z", "value": False}]
    raw = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "obs.ndjson").write_text(raw)
    writer = parquet.ParquetWriter(tmp_path / "obs.parquet")
    writer.write(line.observation for line in read_lines(raw.encode().splitlines(), KINDS) if line.observation)
    writer.close()
    for more in ((), ("--infer-kinds",)):
        first, second = (
            CliRunner().invoke(application(), ["replay", str(tmp_path / f"obs.{form}"), "--rules", rules, *more])
            for form in ("ndjson", "parquet")
        )
        assert first.stdout == second.stdout != ""
        assert (first.exit_code, second.exit_code) == (0, 0)


def test_ndjson_is_written_in_the_public_form() -> None:
    """What was written is read again as it was."""
    file = io.BytesIO()
    sink = NdjsonSink(file, owned=False)
    sink.write([seen(0, 9, zone="z", received_at=EPOCH)])
    sink.close()
    (line,) = read_lines(file.getvalue().splitlines(), KINDS)
    assert line.observation == seen(0, 9, zone="z", received_at=EPOCH)


OVER: dict[str, Any] = {"rule": "over", "where": "value > 5"}


def said(rules: RuleSet, *samples: tuple[float, float]) -> list[Record]:
    """What the fold says of some samples, as records of both topics."""
    state = RuleFold(rules).restore(OBSERVATIONS, 0, {})
    found = []
    for at, value in (*samples, (600, 0), (601, 0)):
        envelope = Envelope(sent_at=EPOCH + round(at * SECOND), writer="g", observations=(seen(at, value),))
        outputs = state.step(Record(OBSERVATIONS, 0, 0, EPOCH, None, encode_envelope(envelope), ENVELOPE_HEADERS))
        found += [Record(output.topic, 0, 0, EPOCH, output.key, output.value, {}) for output in outputs]
    return found


def test_a_shadow_is_compared_with_the_live_rule_of_its_name() -> None:
    """What both raise is the same, what one alone raises is added or gone; only alerts that begin in the period count."""
    rules = rules_of(OVER, OVER | {"where": "value > 7", "shadow": True}, {"rule": "other"})
    records = said(rules, (0, 6), (5, 1), (10, 9), (15, 1), (20, 6), (25, 1))
    assert {record.topic for record in records} == {ALERTS, SHADOW}
    trial = Trial(rules=("over",), since=EPOCH)
    diff = compare([*records, Record(ALERTS, 0, 0, 0, None, b"{}", {})], trial, None, None)
    assert (diff.old, diff.new, diff.same, len(diff.gone), diff.added) == (3, 1, 1, 2, ())
    later = compare(records, trial, EPOCH + 8 * SECOND, EPOCH + 15 * SECOND)
    assert (later.old, later.new, later.same) == (1, 1, 1)


def entry(at: int, *rules: dict[str, Any]) -> Entry:
    ruleset = rules_of(*rules)
    return Entry(version=ruleset.version, at=at, writer="w", rules=pack(ruleset))


def test_a_trial_counts_since_the_rules_run_as_they_are() -> None:
    """Entries of the ledger that change other rules do not begin it anew; another wording does."""
    old, new = OVER | {"shadow": True}, OVER | {"shadow": True, "for": "5s"}
    other = {"rule": "other", "shadow": True}
    entries = [
        entry(1, OVER),
        entry(2, OVER, old),
        entry(3, OVER, new),
        entry(4, OVER, new, other),
        entry(5, OVER | {"for": "1s"}, new, other),
    ]
    assert _trial(entries, "over") == Trial(rules=("over",), since=3)
    assert _trial(entries, None) == Trial(rules=("other", "over"), since=4)
    with pytest.raises(ProblemsError, match=r"^overr: it does not run in shadow. Did you mean 'over'\?$"):
        _trial(entries, "overr")
    for nothing in ([], entries[:1]):
        with pytest.raises(ProblemsError, match=r"^cityloop.rules: no rule runs in shadow. Start one: "):
            _trial(nothing, None)


def test_an_alert_that_cannot_be_read_is_no_alert() -> None:
    """Somebody else's record on the topic is passed over."""
    assert compare([Record(SHADOW, 0, 0, 0, None, msgspec.json.encode([1]), {})], Trial(rules=("r",), since=0), None, None).new == 0
