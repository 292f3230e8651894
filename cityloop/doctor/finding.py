"""What one examination found."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class State(StrEnum):
    """How bad it is."""

    GOOD = "good"
    OPTIONAL = "optional"
    """Not there, and only some uses need it."""
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One examination.

    Attributes:
        name: what was examined.
        state: how bad it is.
        what: what was found.
        fix: what to do, where something is to be done.
    """

    name: str
    state: State
    what: str
    fix: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop doctor --json`` prints.

    Attributes:
        ok: nothing is bad.
        findings: every examination in its order.
    """

    ok: bool
    findings: tuple[Finding, ...]


def diagnosis(findings: Iterable[Finding]) -> Diagnosis:
    """Sum up."""
    found = tuple(findings)
    return Diagnosis(ok=all(finding.state is not State.BAD for finding in found), findings=found)


def good(name: str, what: str) -> Finding:
    """All is well."""
    return Finding(name=name, state=State.GOOD, what=what)


def bad(name: str, what: str, fix: str) -> Finding:
    """Something must be done before it works."""
    return Finding(name=name, state=State.BAD, what=what, fix=fix)


def optional(name: str, what: str, fix: str) -> Finding:
    """Something is missing that only some uses need."""
    return Finding(name=name, state=State.OPTIONAL, what=what, fix=fix)
