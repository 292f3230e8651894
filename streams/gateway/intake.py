"""What ``POST /v1/observations`` does, apart from HTTP itself: from the bytes of a request to the answer."""

import hashlib
from collections.abc import Mapping

import msgspec

from config.kinds import Kind
from streams.clock import Clock
from streams.gateway.body import FORMS, Form, form_of, read_items
from streams.gateway.details import RETRY_SECONDS, RefusalError, Result
from streams.gateway.details import Kind as Refused
from streams.gateway.idempotency import Answer, Answers, Clash
from streams.gateway.ingest import ACKNOWLEDGE_SECONDS, Door, Ingest, LogSilentError, judge_all
from streams.gateway.jsontext import BadJsonError
from streams.gateway.judgement import candidate_of
from streams.observation import Observation
from streams.rejected import Rejected, rejected

MAX_KEY = 255
"""The longest ``Idempotency-Key``."""

_CLASHES = {
    Clash.IN_PROGRESS: (Refused.IN_PROGRESS, "A request with this Idempotency-Key is being handled; ask again in a moment."),
    Clash.OTHER_BODY: (Refused.KEY_REUSED, "This Idempotency-Key came with another body; use a new key for each request."),
}


class Accepted(msgspec.Struct, frozen=True):
    """The body of a 202: the log has every accepted observation, and the dead letters have every rejected one."""

    results: tuple[Result, ...]


class Intake:
    """Handles the bodies of requests whose sender is known.

    Args:
        ingest: the core.
        kinds: the kinds table.
        clock: the present.
        seconds: how long the log may take.
    """

    def __init__(self, ingest: Ingest, kinds: Mapping[str, Kind], clock: Clock, *, seconds: float = ACKNOWLEDGE_SECONDS) -> None:
        self._ingest = ingest
        self._kinds = kinds
        self._clock = clock
        self._seconds = seconds
        self._answers = Answers()

    def attend(self, kinds: Mapping[str, Kind]) -> None:
        """Judge requests by these kinds from now on; one that is being judged ends by those that it began with."""
        self._kinds = kinds

    async def handle(self, owner: str, content_type: str, body: bytes, key: str | None) -> Answer:
        """Answer one request, once per ``Idempotency-Key``.

        Raises:
            RefusalError: the request as a whole cannot be taken.
        """
        form = form_of(content_type)
        if form is None:
            raise RefusalError(Refused.WRONG_TYPE, f"{content_type or 'No content type'} is not taken. Send one of: {', '.join(FORMS)}.")
        if key is None:
            return await self._answer(owner, form, body)
        if not 0 < len(key) <= MAX_KEY:
            raise RefusalError(Refused.MALFORMED, f"Idempotency-Key has {len(key)} characters. Send 1 to {MAX_KEY}.")
        fingerprint = hashlib.sha256(form.encode() + b"\0" + body).digest()
        found = self._answers.begin(owner, key, fingerprint, self._clock())
        if isinstance(found, Clash):
            kind, detail = _CLASHES[found]
            raise RefusalError(kind, detail, retry_after=RETRY_SECONDS if found is Clash.IN_PROGRESS else None)
        if found is not None:
            return found
        try:
            answer = await self._answer(owner, form, body)
        except BaseException:
            self._answers.forget(owner, key)
            raise
        self._answers.finish(owner, key, answer)
        return answer

    async def _answer(self, owner: str, form: Form, body: bytes) -> Answer:
        if self._ingest.full:
            detail = f"{self._ingest.pending} observations wait to be stored. Send the same request again after the pause."
            raise RefusalError(Refused.BUSY, detail, retry_after=RETRY_SECONDS)
        origin, now = f"http:{owner}", self._clock()
        try:
            items = read_items(body, form)
        except BadJsonError as error:
            await self._keep([], [rejected(body, (error.problem,), origin, now)])
            raise RefusalError(Refused.MALFORMED, str(error.problem), problems=(error.problem,)) from None
        verdicts = await judge_all([candidate_of(item, form) for item in items], self._kinds, now)
        taken: list[Observation] = []
        refused: list[Rejected] = []
        results: list[Result] = []
        for item, verdict in zip(items, verdicts, strict=True):
            if isinstance(verdict, Observation):
                taken.append(verdict)
                results.append(Result(item.index, "accepted", verdict.id))
            else:
                refused.append(rejected(item.raw, verdict, origin, now))
                results.append(Result(item.index, "rejected", None, verdict))
        await self._keep(taken, refused)
        if refused and not taken:
            detail = f"None of {len(refused)} could be taken; each is kept with its reason. See 'results' for what to write instead."
            raise RefusalError(Refused.ALL_REJECTED, detail, results=tuple(results))
        return Answer(202, msgspec.json.encode(Accepted(tuple(results))), "application/json")

    async def _keep(self, taken: list[Observation], refused: list[Rejected]) -> None:
        try:
            receipt = await self._ingest.hand_over(Door.HTTP, taken, refused, self._seconds)
            await receipt.kept(self._seconds)
        except LogSilentError as error:
            detail = f"Nothing is promised: {error}. Send the same request again after the pause; what arrived twice counts once."
            raise RefusalError(Refused.NO_LOG, detail, retry_after=RETRY_SECONDS) from error
