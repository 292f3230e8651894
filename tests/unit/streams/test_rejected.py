"""Dead letters: what was refused is kept with its origin, and a replay writes the same letter again."""

import msgspec

from config.problem import Problem
from streams.fold import Output
from streams.rejected import (
    MAX_RAW_BYTES,
    MAX_RECORD_BYTES,
    Reason,
    decode_rejected,
    encode_rejected,
    reject_observation,
    reject_record,
    rejected,
)
from streams.topics import REJECTED, URGENT
from tests.fakes.observations import NOON, observation, record

PROBLEMS = (Problem(file="<record>", what="It is no envelope.", fix="Write one."),)


def test_letter_keeps_bytes_and_origin() -> None:
    """A refused record is kept whole: value, key, headers, where it lay, when, and why."""
    came = record(b"\xffpoison", 41, topic=URGENT, partition=3, key=b"sensor/1", headers={"content-type": b"text/html"})
    letter = reject_record(came, PROBLEMS)
    assert letter == Output(REJECTED, b"sensor/1", letter.value, {"content-type": b"application/msgpack"}, 3)
    read = decode_rejected(letter.value)
    assert (read.raw, read.size, read.key, read.headers) == (b"\xffpoison", 7, b"sensor/1", {"content-type": b"text/html"})
    assert (read.origin, read.at, read.reason, read.problems) == ("kafka:cityloop.urgent/3/41", NOON, Reason.UNDECODABLE, PROBLEMS)


def test_letter_is_the_same_in_every_run() -> None:
    """Rejecting the same record again gives the same bytes."""
    assert reject_record(record(b"x", 5), PROBLEMS) == reject_record(record(b"x", 5), PROBLEMS)


def test_letter_of_one_observation() -> None:
    """Of an envelope only the refused observation is kept, under its id."""
    seen = observation(id="o-1")
    read = decode_rejected(reject_observation(record(b"a whole envelope"), seen, PROBLEMS, Reason.AHEAD).value)
    assert (read.observation, read.reason) == ("o-1", Reason.AHEAD)
    assert msgspec.msgpack.decode(read.raw, type=type(seen)) == seen


def test_letters_fit_into_a_record() -> None:
    """What is longer than a record may be is cut, and the letter says how long it was."""
    read = decode_rejected(reject_record(record(b"x" * 1_048_576), PROBLEMS).value)
    assert (len(read.raw), read.size) == (MAX_RECORD_BYTES, 1_048_576)
    upload = decode_rejected(encode_rejected(rejected(b"x" * 300_000, PROBLEMS, "http:clk_a", NOON)))
    assert (len(upload.raw), upload.size, upload.origin) == (MAX_RAW_BYTES, 300_000, "http:clk_a")
