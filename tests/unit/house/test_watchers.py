"""Prometheus and Grafana watch what the product really measures."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cityloop.export.metrics import metrics
from tests.house.tree import ROOT

DOCKER = ROOT / "docker"
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}
SELECTOR = re.compile(r"(cityloop_\w+)(?:\{([^}]*)\})?")
ALERTS: list[dict[str, Any]] = [
    rule for group in YAML(typ="safe").load(DOCKER / "prometheus" / "alerts.yaml")["groups"] for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((DOCKER / "grafana" / "dashboards" / "cityloop.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


@cache
def series() -> dict[str, frozenset[str]]:
    """Every series that the product exposes, with its labels."""
    return {row.name + suffix: frozenset(row.labels) for row in metrics() for suffix in SUFFIXES[row.kind]}


def unknown(expression: str) -> Iterator[str]:
    """Series and labels of an expression that the product does not have."""
    for name, selector in SELECTOR.findall(expression):
        if name not in series():
            yield name
            continue
        labels = set(re.findall(r"(\w+) *(?:=|!|=~)", selector)) | _grouped(expression, name)
        yield from (f"{name}{{{label}}}" for label in labels - series()[name] - {"instance", "job", "role", "le"})


def _grouped(expression: str, name: str) -> set[str]:
    """Labels that the series is grouped by."""
    found = re.findall(rf"by \(([^)]*)\) \((?:\w+\()?{name}\b", expression)
    return {label.strip() for labels in found for label in labels.split(",")}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_rule_asks_for_series_that_exist(rule: dict[str, Any]) -> None:
    """Each alert rule names series and labels that the product exposes."""
    assert list(unknown(rule["expr"])) == []


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_rule_says_what_and_what_to_do(rule: dict[str, Any]) -> None:
    """Each alert rule has a severity, a sentence on what is the matter and one on what to do."""
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["action"].endswith(".")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_asks_for_series_that_exist(panel: dict[str, Any]) -> None:
    """Each panel of the dashboard names series and labels that the product exposes."""
    assert [name for target in panel["targets"] for name in unknown(target["expr"])] == []


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    """Each panel has a unit, a description and the provisioned data source."""
    source = YAML(typ="safe").load(DOCKER / "grafana" / "provisioning" / "datasources" / "prometheus.yaml")["datasources"][0]
    assert panel["datasource"]["uid"] == source["uid"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_names_its_lines_by_labels_that_are_left(panel: dict[str, Any]) -> None:
    """A legend's placeholders are labels that the expression keeps; each line of a panel has a name of its own."""
    for target in panel["targets"]:
        kept = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", target["expr"]) for label in labels.split(",")}
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= kept
    assert len({target["legendFormat"] for target in panel["targets"]}) == len({target["refId"] for target in panel["targets"]})


def test_panels_have_numbers_of_their_own() -> None:
    """Grafana tells panels apart by their number."""
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)


WATCHED = re.compile(
    r"cityloop_(rule_|rules_|feed_|shadow_rule_(fired|resolved|undecided)|crossing_(?!unknown)|dispatch_(?!take_seconds|relayed))"
)


def test_what_is_measured_of_rules_sight_and_noise_is_seen() -> None:
    """Every metric of a rule, a feed, several sources, noise and dispatch is on the dashboard or in an alert rule."""
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in ALERTS]
    seen = {name for expression in asked for name, _ in SELECTOR.findall(expression)}
    unseen = [row.name for row in metrics() if WATCHED.match(row.name) and not {row.name + end for end in SUFFIXES[row.kind]} & seen]
    assert unseen == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: page.stem)
def test_a_page_names_metrics_that_exist(page: Path) -> None:
    """A metric that a page writes as code is one that the product exposes, with its labels; ``..._*`` stands for a family."""
    known = series() | {row.name: frozenset(row.labels) for row in metrics() if row.kind == "histogram"}
    for code in re.findall(r"`(cityloop_[a-z_]+\*?(?:\{[^}`]*\})?)", page.read_text(encoding="utf-8")):
        name, _, labels = code.partition("{")
        if name.endswith("*"):
            assert any(one.startswith(name[:-1]) for one in known), code
            continue
        assert name in known, code
        assert {label.strip() for label in labels.rstrip("}").split(",") if label} <= known[name], code


def test_every_metric_stands_on_the_page_of_metrics() -> None:
    """With its labels, kind and meaning, once and under its process; and nothing stands there that the product does not have."""
    wanted = []
    for row in metrics():
        name = row.name + (SUFFIXES[row.kind][0] if row.kind == "counter" else "")
        labels = f"{{{','.join(row.labels)}}}" if row.labels else ""
        wanted.append((row.role, f"| `{name}{labels}` | {row.kind} | {row.help} |"))
    found, role = [], ""
    for line in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            role = line.removeprefix("## ").lower()
        elif role in {row.role for row in metrics()} and line.startswith("| `"):
            found.append((role, line))
    assert found == wanted


WHAT_IS_ASKED = {
    "evaluated": "cityloop_rule_evaluated_total",
    "matched": "cityloop_rule_matched_total",
    "fired": "cityloop_rule_fired_total",
    "undecided": "cityloop_rule_undecided_total",
    "errors": "cityloop_rule_crashed_total",
    "state keys": "cityloop_rule_groups",
    "late": "cityloop_rule_late_total",
    "last fired": "cityloop_rule_fired_timestamp_seconds",
    "seconds": "cityloop_rule_seconds_total",
    "lag": "cityloop_engine_lag_records",
    "watermark age": "cityloop_stream_clock_age_seconds",
    "checkpoint age": "cityloop_checkpoint_timestamp_seconds",
    "held absences": "cityloop_rule_held",
}
"""What is measured of every rule and of the engine, by the words of who asks."""


@pytest.mark.parametrize("name", WHAT_IS_ASKED.values(), ids=WHAT_IS_ASKED)
def test_what_is_asked_of_the_engine_is_measured_and_shown(name: str) -> None:
    """The product has it, by rule where it is a rule's, and the dashboard shows it."""
    assert name in series()
    assert ("rule" in series()[name]) is name.startswith("cityloop_rule_")
    assert any(name in target["expr"] for panel in PANELS for target in panel["targets"])


def test_panels_do_not_overlap() -> None:
    """No two panels of the dashboard lie on one another, and all fit its 24 columns."""
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_the_check_sees_an_unknown_series_and_an_unknown_label() -> None:
    """A series or a label that nothing exposes is found."""
    assert list(unknown("rate(cityloop_gone_total[5m])")) == ["cityloop_gone_total"]
    assert list(unknown('cityloop_engine_lag_records{colour="red"}')) == ["cityloop_engine_lag_records{colour}"]
    assert list(unknown("sum by (colour) (cityloop_engine_lag_records)")) == ["cityloop_engine_lag_records{colour}"]
    assert list(unknown("sum by (topic) (cityloop_engine_lag_records)")) == []


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run promtool, or skip the test where there is none."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not on this machine (Debian: apt-get install prometheus)")
    return subprocess.run([found, *arguments], cwd=DOCKER / "prometheus", capture_output=True, text=True, check=False)


def test_prometheus_accepts_its_files() -> None:
    """Prometheus' own tool finds no fault in the configuration and the alert rules."""
    done = promtool("check", "config", "prometheus.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


RULE_TEST = """
rule_files: [{rules}]
evaluation_interval: 5s
tests:
  - interval: 5s
    input_series:
      - {{series: 'up{{job="cityloop", role="engine", instance="a:9464"}}', values: '1 1 0 0 0 0 0 0 0 0 0 0 0 0'}}
      - {{series: 'cityloop_rule_crashed_total{{rule="smoke-alarm"}}', values: '0 0 0 1 1 1 1 1 1 1 1 1 1 1'}}
    alert_rule_test:
      - {{eval_time: 30s, alertname: ProcessDown, exp_alerts: []}}
      - eval_time: 60s
        alertname: ProcessDown
        exp_alerts:
          - exp_labels: {{severity: critical, job: cityloop, role: engine, instance: "a:9464"}}
            exp_annotations:
              summary: engine on a:9464 does not answer.
              action: See its log; `cityloop doctor` says what is missing.
  - interval: 5s
    input_series:
      - {{series: 'cityloop_engine_applied_timestamp_seconds{{topic="cityloop.urgent", partition="1"}}', values: '0x40'}}
    alert_rule_test:
      - {{eval_time: 25s, alertname: EngineBehind, exp_alerts: []}}
      - eval_time: 90s
        alertname: EngineBehind
        exp_alerts:
          - exp_labels: {{severity: critical, topic: cityloop.urgent, partition: "1"}}
            exp_annotations:
              summary: Partition 1 of cityloop.urgent was last applied 1m 30s ago.
              action: "Ticks come every second: either the gateway writes none, or no engine has the partition."
      - {{eval_time: 90s, alertname: CrossingClockStands, exp_alerts: []}}
  - interval: 5s
    input_series:
      - {{series: 'cityloop_engine_applied_timestamp_seconds{{topic="cityloop.matches", partition="1"}}', values: '0x40'}}
      - {{series: 'cityloop_crossing_clock_seconds{{topic="cityloop.urgent", partition="1"}}', values: '0x40'}}
      - {{series: 'cityloop_crossing_records_total{{outcome="lost"}}', values: '0 0 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2'}}
      - {{series: 'cityloop_crossing_records_total{{outcome="repeated"}}', values: '0 0 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9'}}
    alert_rule_test:
      - {{eval_time: 120s, alertname: EngineBehind, exp_alerts: []}}
      - eval_time: 120s
        alertname: CrossingClockStands
        exp_alerts:
          - exp_labels: {{severity: critical, topic: cityloop.urgent, partition: "1"}}
            exp_annotations:
              summary: Rules over several sources wait for a partition of cityloop.urgent that is 2m 0s behind.
              action: EngineBehind names it; what the other partitions send is held until it has caught up.
      - eval_time: 60s
        alertname: CrossingRecordsLost
        exp_alerts:
          - exp_labels: {{severity: critical, outcome: lost}}
            exp_annotations:
              summary: 2 records for rules over several sources never came.
              action: cityloop.rejected says which; replay their observations to see what the rules would have said.
  - interval: 30s
    input_series:
      - {{series: 'cityloop_rules_in_force{{topic="cityloop.urgent", partition="0", version="a1"}}', values: '1x2 stale'}}
      - {{series: 'cityloop_rules_in_force{{topic="cityloop.urgent", partition="0", version="b2"}}', values: '_x3 1x20'}}
      - {{series: 'cityloop_rules_in_force{{topic="cityloop.urgent", partition="1", version="a1"}}', values: '1x9 stale'}}
      - {{series: 'cityloop_rules_refused_total{{instance="a:9464"}}', values: '0 0 1x10'}}
    alert_rule_test:
      - {{eval_time: 60s, alertname: RulesDiffer, exp_alerts: []}}
      - {{eval_time: 600s, alertname: RulesDiffer, exp_alerts: []}}
      - eval_time: 240s
        alertname: RulesDiffer
        exp_alerts:
          - exp_labels: {{severity: warning}}
            exp_annotations:
              summary: 2 versions of the rules are in force at once.
              action: "A switch broke off, or an engine refused it: see `cityloop_rules_in_force` and the engines' logs, then repeat `cityloop rules apply --again`."
      - eval_time: 120s
        alertname: RulesRefused
        exp_alerts:
          - exp_labels: {{severity: warning, instance: "a:9464"}}
            exp_annotations:
              summary: An engine on a:9464 could not read a rule set of the log; others hold there.
              action: cityloop.rejected says why; run the version of cityloop that wrote it, or switch again with this one.
  - interval: 60s
    input_series:
      - {{series: 'cityloop_rule_evaluated_total{{rule="bin-full"}}', values: '0+100x60'}}
      - {{series: 'cityloop_rule_undecided_total{{rule="bin-full"}}', values: '0+50x60'}}
      - {{series: 'cityloop_rule_late_total{{rule="bin-full"}}', values: '0+4x60'}}
      - {{series: 'cityloop_rules_bounded{{instance="a:9464"}}', values: '1x60'}}
      - {{series: 'cityloop_gateway_city_reads_total{{instance="g:9464", result="refused"}}', values: '0 0 1x58'}}
      - {{series: 'cityloop_gateway_city_reads_total{{instance="g:9464", result="renewed"}}', values: '0 0 0 0 0 1x55'}}
    alert_rule_test:
      - eval_time: 30m
        alertname: RuleUndecided
        exp_alerts:
          - exp_labels: {{severity: warning, rule: bin-full}}
            exp_annotations:
              summary: Rule bin-full cannot judge 50% of what it looks at.
              action: A field that its condition needs is missing or has another type; `cityloop replay` of a recording says which.
      - {{eval_time: 30m, alertname: RuleLate, exp_alerts: []}}
      - eval_time: 30m
        alertname: RulesBounded
        exp_alerts:
          - exp_labels: {{severity: warning}}
            exp_annotations:
              summary: 1 rules of the log are run otherwise than they are written, since a bound came after them.
              action: "The engine's log names them (rules.bounded): mend their files, then `cityloop rules apply`."
      - eval_time: 4m
        alertname: CityRefused
        exp_alerts:
          - exp_labels: {{severity: warning, instance: "g:9464", result: refused}}
            exp_annotations:
              summary: The city's folder has mistakes; the gateway on g:9464 goes on with the feeds, devices and kinds that it had.
              action: "`cityloop check-config` names each with its place; the gateway's log does too (city.refused)."
      - {{eval_time: 30m, alertname: CityRefused, exp_alerts: []}}
"""


def test_alert_rules_fire_when_they_should(tmp_path: Path) -> None:
    """Prometheus' own rule test: a process that is down for half a minute and an engine that stands still are told."""
    path = tmp_path / "test.yaml"
    path.write_text(RULE_TEST.format(rules=DOCKER / "prometheus" / "alerts.yaml"), encoding="utf-8")
    done = promtool("test", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
