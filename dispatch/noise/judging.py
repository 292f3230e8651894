"""The judgement on one alert: everything that keeps it quiet now, whether it flaps, and when to look again."""

import msgspec

from config.moment import Micros
from dispatch.alertcase import AlertCase, AlertState
from dispatch.noise import flapping, inhibition, silence, window
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.silence import Silence
from dispatch.noise.subject import Subject
from dispatch.verdict import Flapping, Suppressor


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is judged in.

    Attributes:
        policy: what the city decided.
        silences: those that are not over.
        firing: alerts that fire and may inhibit others.
        starts: when episodes of the alert's rule and group began, the alert's own included.
    """

    policy: NoisePolicy = NoisePolicy()
    silences: tuple[Silence, ...] = ()
    firing: tuple[Subject, ...] = ()
    starts: tuple[Micros, ...] = ()


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        suppressed_by: every reason that holds now; always empty for life safety.
        flapping: whether its rule and group flap.
        judge_at: when time alone may change the judgement; ``None``: never.
    """

    suppressed_by: tuple[Suppressor, ...] = ()
    flapping: Flapping | None = None
    judge_at: Micros | None = None


def judge(subject: Subject, surroundings: Surroundings, now: Micros) -> Judgement:
    """Judge an alert that fires: a function of what is there, not of the order in which it came."""
    policy = surroundings.policy
    flaps = flapping.policy_for(policy.flapping, subject)
    found = None if flaps is None else flapping.flapping_at(flaps, surroundings.starts, now)
    instants = [None if found is None else found.until]
    if subject.life_safety:
        return Judgement(flapping=found, judge_at=instants[0])
    instants += [silence.next_change(surroundings.silences, subject, now), window.next_change(policy.windows, subject, now)]
    return Judgement(
        suppressed_by=(
            *silence.suppressors(surroundings.silences, subject, now),
            *window.suppressors(policy.windows, subject, now),
            *inhibition.suppressors(policy.inhibitions, subject, surroundings.firing),
            *flapping.suppressors(found, subject),
        ),
        flapping=found,
        judge_at=min((instant for instant in instants if instant is not None), default=None),
    )


def with_judgement(alert: AlertCase, judgement: Judgement, now: Micros) -> AlertCase:
    """An alert that shows what was found; the same one when that is nothing new. What is over keeps what it had."""
    if alert.state is not AlertState.FIRING or (alert.suppressed_by, alert.flapping) == (judgement.suppressed_by, judgement.flapping):
        return alert
    return msgspec.structs.replace(alert, suppressed_by=judgement.suppressed_by, flapping=judgement.flapping, changed_at=now)
