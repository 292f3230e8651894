"""What a receiver of notices may answer, and what a sender may claim, without breaking us."""

import base64
import hashlib
import hmac

import pytest

from cityloop.demo.hooks import signature as demo
from config.moment import SECOND, parse
from dispatch.notify import signature
from dispatch.notify.judge import FIRST_WAIT, LONGEST_RETRY_AFTER, LONGEST_WAIT, MOST_ATTEMPTS, read_retry_after, wait_after
from dispatch.notify.signature import sign
from dispatch.notify.webhook import objection_to

NOW = parse("2026-03-04T12:00:00Z")
SECRET, MESSAGE, AT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330
BODY, SIGNATURE = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""The worked example of the Standard Webhooks reference libraries."""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Wed, 04 Mar 2026 12:01:00 GMT", 60),
        ("Wed, 04 Mar 2026 20:01:00 +0800", 60),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0),
        ("Wednesday, 04-Mar-26 12:01:00 GMT", 60),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("١٢", None),
        ("9" * 5_000, None),
        ("Wed, 04 Mar 2026 12:00:00 +99999999999999999999", None),
        ("Wed, 04 Mar 99999999999999999999 12:00:00 GMT", None),
        ("Wed, 32 Mar 2026 12:00:00 GMT", None),
    ],
    ids=lambda value: str(value)[:32],
)
def test_retry_after_is_read_or_counts_as_not_said(text: str | None, seconds: int | None) -> None:
    """Seconds and dates are read, also those of other zones and of the past; whatever else a receiver writes breaks nothing."""
    assert read_retry_after(text, NOW) == (None if seconds is None else seconds * SECOND)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64), (8, 128), (9, 256), (10, 512), (11, 900), (40, 900)],
)
def test_each_wait_has_its_length(attempts: int, seconds: int) -> None:
    """The waits double from one second to a quarter of an hour; chance takes up to a half of each away."""
    assert wait_after(attempts, 1.0) == seconds * SECOND
    assert wait_after(attempts, 0.0) == seconds * SECOND // 2
    assert wait_after(attempts, 0.5) == seconds * SECOND * 3 // 4


def test_a_notice_is_tried_for_a_quarter_to_half_an_hour() -> None:
    """All waits together are what the table of attempts promises."""
    longest = sum(wait_after(attempts, 1.0) for attempts in range(1, MOST_ATTEMPTS))
    assert (longest, MOST_ATTEMPTS, FIRST_WAIT, LONGEST_WAIT, LONGEST_RETRY_AFTER) == (
        1923 * SECOND, 12, SECOND, 900 * SECOND, 3600 * SECOND,
    )  # fmt: skip


def test_the_reference_vector_is_made_and_believed() -> None:
    """Our headers are those of the reference, and both of our readers believe them."""
    headers = sign(SECRET, MESSAGE, AT * SECOND, BODY)
    assert headers == {"webhook-id": MESSAGE, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}
    assert signature.objection(SECRET, headers, BODY, AT * SECOND) is None
    assert demo.objection(SECRET, headers, BODY, AT) is None


@pytest.mark.parametrize(
    ("key", "message", "at", "body"),
    [
        (b"k" * 24, "msg_1", 1_700_000_000, b"{}"),
        (bytes(range(64)), "msg_ü", 1, '{"a":"中"}'.encode()),
        (b"\0", "a.b.c", 9_999_999_999, b""),
        (b"k" * 24, "m", 1_700_000_000, b"\xff.\n."),
    ],
    ids=["plain", "unicode", "empty-body", "bytes"],
)
def test_the_signature_is_the_specification_s_formula(key: bytes, message: str, at: int, body: bytes) -> None:
    """HMAC-SHA256 by the secret's bytes over ``id.timestamp.body``, base64, worked out here once more."""
    secret = "whsec_" + base64.b64encode(key).decode()
    wanted = base64.b64encode(hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    assert sign(secret, message, at * SECOND + 999_999, body)["webhook-signature"] == f"v1,{wanted}"


@pytest.mark.parametrize(
    ("changes", "body", "late", "believed"),
    [
        ({}, BODY, 0, True),
        ({}, BODY, 300, True),
        ({}, BODY, -300, True),
        ({}, BODY, 301, False),
        ({}, BODY, -301, False),
        ({}, BODY + b" ", 0, False),
        ({}, b'{"test":2432232314}', 0, False),
        ({"webhook-id": "msg_other"}, BODY, 0, False),
        ({"webhook-id": ""}, BODY, 0, False),
        ({"webhook-timestamp": str(AT + 1)}, BODY, 0, False),
        ({"webhook-timestamp": ""}, BODY, 0, False),
        ({"webhook-timestamp": f"+{AT}"}, BODY, 0, False),
        ({"webhook-timestamp": f"{AT}.0"}, BODY, 0, False),
        ({"webhook-timestamp": "²"}, BODY, 0, False),
        ({"webhook-timestamp": "9" * 5_000}, BODY, 0, False),
        ({"webhook-signature": ""}, BODY, 0, False),
        ({"webhook-signature": SIGNATURE.removeprefix("v1,")}, BODY, 0, False),
        ({"webhook-signature": SIGNATURE.replace("v1", "v2")}, BODY, 0, False),
        ({"webhook-signature": SIGNATURE[:-2]}, BODY, 0, False),
        ({"webhook-signature": "v1,ü"}, BODY, 0, False),
        ({"webhook-signature": f"v1,AAAA {SIGNATURE}"}, BODY, 0, True),
        ({"webhook-signature": f"{SIGNATURE} v1a,AAAA"}, BODY, 0, True),
    ],
)  # fmt: skip
def test_both_readers_judge_alike(changes: dict[str, str], body: bytes, late: int, believed: bool) -> None:
    """The product's check and the demo's independent one believe and refuse the same messages, and neither ever raises."""
    headers = {"webhook-id": MESSAGE, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE} | changes
    assert (signature.objection(SECRET, headers, body, (AT + late) * SECOND) is None) is believed
    assert (demo.objection(SECRET, headers, body, AT + late) is None) is believed


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://hooks.example/a?b=c", None),
        ("http://127.0.0.1:8000", None),
        ("http://[::1]:8000/x", None),
        ("ftp://hooks.example/", "the address is not an http or https URL"),
        ("file:///etc/passwd", "the address is not an http or https URL"),
        ("hooks.example/a", "the address is not an http or https URL"),
        ("http://", "the address is not an http or https URL"),
        ("", "the address is not an http or https URL"),
        ("http://[::1/", "the address is not a URL"),
        ("http://hooks.example:port/", "the address is not a URL"),
        ("http://hooks.example:70000/", "the address is not a URL"),
        ("http://me@hooks.example/", "the address holds a user name or a password, which would be logged; sign instead"),
        ("http://:hush@hooks.example/", "the address holds a user name or a password, which would be logged; sign instead"),
    ],
)
def test_each_address_is_judged(url: str, said: str | None) -> None:
    """Notices go to the web's addresses without credentials, and to nothing else; the reason never repeats the address."""
    assert objection_to(url) == said
