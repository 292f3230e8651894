"""What a supervisor does about a child process: decided from what it sees, without processes or clocks of its own."""

from enum import StrEnum

import msgspec


class Phase(StrEnum):
    """Where a child is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"


class Action(StrEnum):
    """What is to be done about a child now."""

    NONE = "none"
    START = "start"
    TERMINATE = "terminate"
    KILL = "kill"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How patient a supervisor is. All in seconds.

    Attributes:
        first_wait: before the first restart; doubled with each failure in a row.
        longest_wait: the most that is waited.
        stable: a child that has run this long has failed no time in a row when it ends.
        ready: how long a child may take until it is ready.
        grace: how long a child may take to end after SIGTERM before SIGKILL.
    """

    first_wait: float = 0.5
    longest_wait: float = 30.0
    stable: float = 60.0
    ready: float = 60.0
    grace: float = 15.0


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one child.

    Attributes:
        phase: where it is.
        since: when it came there.
        failures: ends in a row that nobody asked for.
        wait: how long the present waiting lasts.
        reason: why it was restarted last, for people.
    """

    phase: Phase = Phase.WAITING
    since: float = 0.0
    failures: int = 0
    wait: float = 0.0
    reason: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to see of a child.

    Attributes:
        exit_code: of a process that has ended; ``None`` while it runs.
        ready: whether it says that it is ready.
        stuck: why it makes no progress, or ``None``.
        stop: the supervisor itself is to end.
    """

    exit_code: int | None = None
    ready: bool = False
    stuck: str | None = None
    stop: bool = False


def decide(life: Life, seen: Seen, now: float, policy: Policy) -> tuple[Life, Action]:
    """The next state of a child and what to do.

    A child that ends, with whatever code, is started again after a wait that doubles with each failure in a row. One
    that does not get ready, or makes no progress, is asked to end first. Once the supervisor stops, children that run
    are asked to end, insisted on after the grace, and not started again.
    """
    decisions = {Phase.WAITING: _waiting, Phase.STARTING: _alive, Phase.RUNNING: _alive, Phase.STOPPING: _stopping, Phase.ENDED: _ended}
    return decisions[life.phase](life, seen, now, policy)


def _waiting(life: Life, seen: Seen, now: float, policy: Policy) -> tuple[Life, Action]:
    if seen.stop:
        return _moved(life, Phase.ENDED, now), Action.NONE
    if now - life.since < life.wait:
        return life, Action.NONE
    return _moved(life, Phase.STARTING, now), Action.START


def _alive(life: Life, seen: Seen, now: float, policy: Policy) -> tuple[Life, Action]:
    if seen.exit_code is not None:
        return _failed(life, seen, now, policy, f"ended with {seen.exit_code}"), Action.NONE
    if seen.stop:
        return _moved(life, Phase.STOPPING, now), Action.TERMINATE
    if life.phase is Phase.STARTING and seen.ready:
        return _moved(life, Phase.RUNNING, now), Action.NONE
    if life.phase is Phase.STARTING and now - life.since > policy.ready:
        return _moved(life, Phase.STOPPING, now, f"was not ready within {policy.ready:g} s"), Action.TERMINATE
    if life.phase is Phase.RUNNING and seen.stuck is not None:
        return _moved(life, Phase.STOPPING, now, seen.stuck), Action.TERMINATE
    return life, Action.NONE


def _stopping(life: Life, seen: Seen, now: float, policy: Policy) -> tuple[Life, Action]:
    if seen.exit_code is not None:
        return _failed(life, seen, now, policy, life.reason), Action.NONE
    if now - life.since > policy.grace:
        return life, Action.KILL
    return life, Action.NONE


def _ended(life: Life, seen: Seen, now: float, policy: Policy) -> tuple[Life, Action]:
    return life, Action.NONE


def _failed(life: Life, seen: Seen, now: float, policy: Policy, reason: str) -> Life:
    if seen.stop:
        return _moved(life, Phase.ENDED, now)
    failures = 0 if life.phase is Phase.RUNNING and now - life.since >= policy.stable else life.failures
    wait = min(policy.first_wait * 2.0 ** min(failures, 30), policy.longest_wait)
    return Life(phase=Phase.WAITING, since=now, failures=failures + 1, wait=wait, reason=reason)


def _moved(life: Life, phase: Phase, now: float, reason: str | None = None) -> Life:
    return msgspec.structs.replace(life, phase=phase, since=now, reason=life.reason if reason is None else reason)
