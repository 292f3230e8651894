"""Checks the signature of a webhook by the specification alone, without any code of the sender.

Source: Standard Webhooks specification 1.0.0, "Verifying webhook authenticity": HMAC-SHA256 over
``id.timestamp.body`` with the secret's bytes, base64, after the prefix ``v1,``; several signatures are parted by blanks.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

TOLERANCE_SECONDS = 300
"""How far the sender's clock may be off; older messages may be replays."""
STAMP = re.compile(r"[0-9]{1,18}")
"""Seconds since the epoch; other digits than these ten, and very many of them, are no number to Python."""
SECRET_PREFIX = "whsec_"  # noqa: S105  # The mark of a secret, not one.


def objection(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str | None:
    """Say why a webhook is not genuine; ``None`` when it is.

    Args:
        secret: ``whsec_`` and base64, or any text, whose bytes are the key then.
        headers: of the request, names in lower case.
        body: as it came.
        now: seconds since the epoch.
    """
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not headers.get(name)]
    if missing:
        return f"without {', '.join(missing)}"
    stamp = headers["webhook-timestamp"]
    if STAMP.fullmatch(stamp) is None or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return f"timestamp {stamp} is not within {TOLERANCE_SECONDS} s of now"
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()
    if any(hmac.compare_digest(expected.encode(), given.encode()) for given in headers["webhook-signature"].split()):
        return None
    return "signature does not fit"


def key_of(secret: str) -> bytes:
    """The bytes that sign."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()
