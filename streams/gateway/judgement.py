"""The judgement on what senders claim to have observed: an observation, or everything that is wrong with it."""

from collections.abc import Mapping

import msgspec

from config.kinds import Kind
from config.moment import Micros
from config.problem import Problem, ProblemsError
from streams.cloudevents import observation_of
from streams.gateway.body import REQUEST, Form, Item
from streams.observation import Observation
from streams.publicform import read_observation


class Candidate(msgspec.Struct, frozen=True):
    """One thing that a sender claims to have observed, decoded but not judged.

    Attributes:
        raw: its bytes as they came, for the dead letters.
        value: the public form.
        file: what problems call the input.
        line: its line, where the input has lines.
        problem: what is wrong already.
        event: whether the value is a CloudEvent around the public form.
    """

    raw: bytes
    value: object
    file: str
    line: int | None = None
    problem: Problem | None = None
    event: bool = False


Verdict = Observation | tuple[Problem, ...]
"""An observation, or everything that is wrong with what was sent."""


def judge(candidate: Candidate, kinds: Mapping[str, Kind] | None, now: Micros) -> Verdict:
    """Read one candidate. An observation from the future passes with its time of receipt: the engine quarantines it.

    Args:
        candidate: what was sent.
        kinds: the kinds table; ``None`` takes every kind with the type that its value has.
        now: the time of receipt.
    """
    if candidate.problem is not None:
        return (candidate.problem,)
    try:
        public = observation_of(candidate.value, file=candidate.file) if candidate.event else candidate.value
        return read_observation(public, now=now, kinds=kinds, file=candidate.file, line=candidate.line)
    except ProblemsError as error:
        return error.problems


def candidate_of(item: Item, form: Form) -> Candidate:
    """The candidate that an item of a request is."""
    file = REQUEST if item.line is not None else f"{REQUEST}[{item.index}]"
    return Candidate(item.raw, item.value, file, item.line, item.problem, form is Form.CLOUDEVENT)
