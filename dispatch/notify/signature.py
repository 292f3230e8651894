"""Signed webhooks as the Standard Webhooks specification 1.0 has them: who receives one can tell that we sent it, and when."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

from config.moment import SECOND, Micros

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE: Micros = 300 * SECOND
"""How far a notice's timestamp may be from the receiver's clock: an old one that was caught on its way cannot be played again."""
_PREFIX = "whsec_"
_STAMP = re.compile(r"[0-9]{1,18}")  # Seconds; Python refuses to read very many digits.


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 after ``whsec_``, any other text as it is.

    Raises:
        ValueError: what follows ``whsec_`` is not base64.
    """
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        msg = f"a secret that begins with {_PREFIX} goes on in base64"
        raise ValueError(msg) from error


def sign(secret: str, message: str, sent_at: Micros, body: bytes) -> dict[str, str]:
    """The three headers of a notice.

    Args:
        secret: shared with the receiver.
        message: the notice's id; a repeat carries the same one.
        sent_at: the present try.
        body: exactly the bytes that are sent.
    """
    timestamp = str(sent_at // SECOND)
    return {ID: message, TIMESTAMP: timestamp, SIGNATURE: f"v1,{_digest(secret, message, timestamp, body)}"}


def objection(secret: str, headers: Mapping[str, str], body: bytes, now: Micros) -> str | None:
    """Why a receiver should refuse a notice, or ``None``: for the demo's receiver, tests and users' own code.

    Args:
        secret: shared with the sender.
        headers: of the request, names in lower case.
        body: of the request, before any decoding.
        now: the receiver's clock.
    """
    message, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message or _STAMP.fullmatch(timestamp) is None:
        return f"{ID} or {TIMESTAMP} is missing or no number"
    if abs(now - int(timestamp) * SECOND) > TOLERANCE:
        return f"{TIMESTAMP} is more than {TOLERANCE // SECOND} seconds from the present"
    wanted = f"v1,{_digest(secret, message, timestamp, body)}"
    given = headers.get(SIGNATURE, "").split()
    return None if any(hmac.compare_digest(wanted.encode(), found.encode()) for found in given) else f"{SIGNATURE} does not fit"


def _digest(secret: str, message: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()
