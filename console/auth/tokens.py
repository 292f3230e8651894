"""Session tokens: made once, kept only as their SHA-256 (API keys: :mod:`streams.gateway.keys`)."""

import hashlib
import secrets


def new_session_token() -> str:
    """256 random bits for the session cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the store keeps of a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
