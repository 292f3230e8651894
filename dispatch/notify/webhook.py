"""Posts one notice over HTTP."""

from urllib.parse import urlsplit

import httpx

from config.moment import Micros
from dispatch.delivery import Delivery
from dispatch.notify.judge import Outcome, read_retry_after
from dispatch.notify.signature import sign

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
"""Seconds for an answer, and for a connection."""
SCHEMES = ("http", "https")
_AGENT = "cityloop-dispatch"


def objection_to(url: str) -> str | None:
    """Why notices cannot go to an address; ``None`` when they can.

    Addresses come from the city's configuration only, never from an alert. Still only the web's schemes are followed, and
    no redirects, so that a receiver cannot point us at something else (server-side request forgery).
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "the address is not a URL"
    if parts.scheme not in SCHEMES or not host:
        return "the address is not an http or https URL"
    if parts.username is not None or parts.password is not None:
        return "the address holds a user name or a password, which would be logged; sign instead"
    return None


class Webhook:
    """A client that signs and posts.

    Args:
        secret: shared with the receivers.
        client: to post with; made here when left out.
    """

    def __init__(self, secret: str, client: httpx.AsyncClient | None = None) -> None:
        self._secret = secret
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    async def post(self, delivery: Delivery, now: Micros) -> Outcome:
        """Try to deliver a notice once; never raises for what the receiver or the network does."""
        wrong = objection_to(delivery.url)
        if wrong is not None:
            return Outcome(status=None, error=f"{wrong}.", final=True)
        headers = sign(self._secret, delivery.id, now, delivery.body)
        headers |= {"content-type": "application/json", "user-agent": _AGENT}
        try:
            answer = await self._client.post(delivery.url, content=delivery.body, headers=headers)
        except httpx.HTTPError as error:
            return Outcome(status=None, error=f"no answer: {type(error).__name__} {error}".rstrip())
        if answer.is_success:
            return Outcome(status=answer.status_code, error=None)
        wait = read_retry_after(answer.headers.get("retry-after"), now)
        return Outcome(
            status=answer.status_code, error=f"the receiver answered {answer.status_code} {answer.reason_phrase}", retry_after=wait
        )

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()
