"""The receiver of webhooks believes only what is signed."""

import base64
import hashlib
import hmac
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from cityloop.demo.hooks.receiver import Receiver
from cityloop.demo.hooks.signature import key_of, objection

# The example of the Standard Webhooks specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
IDENTITY, STAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": IDENTITY, "webhook-timestamp": STAMP, "webhook-signature": SIGNATURE}
THEN = float(STAMP)


def test_the_published_example_is_genuine() -> None:
    """The specification's own message with its own signature is believed."""
    assert objection(SECRET, HEADERS, BODY, THEN) is None


def test_one_of_several_signatures_is_enough() -> None:
    """While a secret is being changed, a message carries two signatures."""
    assert objection(SECRET, HEADERS | {"webhook-signature": f"v1,{'A' * 43}= {SIGNATURE}"}, BODY, THEN) is None


@pytest.mark.parametrize(
    ("change", "body", "why"),
    [
        ({}, b'{"test": 0}', "signature does not fit"),
        ({"webhook-id": "msg_other"}, BODY, "signature does not fit"),
        ({"webhook-signature": SIGNATURE.replace("v1,", "v2,")}, BODY, "signature does not fit"),
        ({"webhook-timestamp": "1614265000"}, BODY, "timestamp 1614265000 is not within 300 s of now"),
        ({"webhook-timestamp": "soon"}, BODY, "timestamp soon is not within 300 s of now"),
        ({"webhook-signature": ""}, BODY, "without webhook-signature"),
    ],
)
def test_a_changed_message_is_refused(change: dict[str, str], body: bytes, why: str) -> None:
    """Another body, id, version or time is told apart."""
    assert objection(SECRET, HEADERS | change, body, THEN) == why


def test_a_secret_may_be_any_text() -> None:
    """Without the prefix, or with what is no base64 behind it, the text's bytes are the key."""
    assert key_of("plain secret") == b"plain secret"
    assert key_of("whsec_not base64!") == b"whsec_not base64!"


def signed(identity: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Headers of a message signed now."""
    stamp = str(int(time.time()))
    mac = hmac.new(key_of(secret), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": identity, "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.b64encode(mac).decode()}


def test_the_receiver_keeps_ids_tickets_and_times() -> None:
    """A genuine call is answered with 204 and kept with its ticket; a forged one with 401, and kept with the reason."""
    body = b'{"type": "ticket.dispatched", "data": {"ticket": "t-1"}}'
    with Receiver(SECRET, clock=lambda: 42) as receiver:
        first = httpx.post(receiver.url, content=body, headers=signed("m-1", body))
        forged = httpx.post(receiver.url, content=body, headers=signed("m-2", body, "whsec_AAAA"))
        calls = receiver.calls
    assert (first.status_code, forged.status_code) == (204, 401)
    assert [(call.id, call.at, call.ticket, call.objection) for call in calls] == [
        ("m-1", 42, "t-1", None),
        ("m-2", 42, "t-1", "signature does not fit"),
    ]


def test_a_body_that_is_no_json_is_kept_without_a_ticket() -> None:
    """A signed message of another sender does no harm."""
    with Receiver(SECRET) as receiver:
        assert httpx.post(receiver.url, content=b"hello", headers=signed("m-1", b"hello")).status_code == 204
        assert receiver.calls[0].ticket is None


def test_a_body_without_bounds_is_refused() -> None:
    """More than a megabyte is not even read."""
    with Receiver(SECRET) as receiver:
        address = urlsplit(receiver.url)
        with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
            connection.sendall(b"POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 413")
        assert receiver.calls == ()
