"""Words of the server that the console shows have a text in its tables, so that no page is half in another language."""

import ast
import re
from collections.abc import Iterable
from enum import StrEnum

import pytest

from dispatch.alertcase import AlertState
from dispatch.clocks.lights import Light
from dispatch.lifecycle import Fact, Move, State
from dispatch.noise.history import SilenceFact
from dispatch.noise.silence import SilenceKind, SilenceState
from dispatch.verdict import MergeOutcome, MergeReason, SuppressionKind
from streams.alert import Severity
from tests.house.tree import ROOT

TEXTS = ROOT / "console/web/src/text/en.ts"
"""Its sister in Chinese has the same keys: the type of the table says so."""
WHY = (*sorted((ROOT / "rules/conditions").glob("*.py")), ROOT / "rules/engine/announce.py", ROOT / "rules/sight/notice.py")
"""Where the trees are made that say why an alert fired."""
SHOWN_OTHERWISE = {"condition", "values", "is"}
"""Parts of a tree that are its lines themselves, not names of lines."""


def keys() -> set[str]:
    """Every key of the console's texts."""
    return set(re.findall(r"^\s*'([^']+)':", TEXTS.read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("alert.state", AlertState),
        ("clock", Light),
        ("fact", Fact),
        ("merge.outcome", MergeOutcome),
        ("merge.reason", MergeReason),
        ("move", Move),
        ("quiet.kind", SuppressionKind),
        ("severity", Severity),
        ("silence.fact", SilenceFact),
        ("silence.kind", SilenceKind),
        ("silence.state", SilenceState),
        ("ticket.state", State),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_word_of_a_table_has_a_text(prefix: str, words: type[StrEnum]) -> None:
    """A state, a move or a reason that is added on the server is added to the texts, too."""
    assert {f"{prefix}.{word.value}" for word in words} - keys() == set()


def told(functions: Iterable[ast.AST]) -> set[str]:
    """Names that functions give to parts of a tree: keys of dictionaries, and those that are set one by one."""
    found = set()
    for node in (node for function in functions for node in ast.walk(function)):
        if isinstance(node, ast.Dict):
            found |= {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.slice, ast.Constant):
            found.add(str(node.slice.value))
    return found


def test_every_part_of_a_reason_has_a_text() -> None:
    """What a rule's form says of why it fired is shown in the reader's language, whichever form it is."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in WHY]
    names = {"why", "_why", "told_of"}
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in names]
    found = told(functions) | {"above", "below"}
    assert {"table", "second", "radius_m", "feed", "row", "stale_after"} <= found, "the search itself has lost its way"
    assert {f"why.part.{name}" for name in found - SHOWN_OTHERWISE} - keys() == set()
