"""The decisions of the checkpointed fold, one by one: admission, schedule, and what cannot be read."""

from typing import Any

import msgspec
import pytest

from streams.checkpoint.admission import Admission, Standing, admit
from streams.checkpoint.assemble import farthest, mark_key
from streams.checkpoint.chunks import SCHEMA, ChunkKey, Crash, Part, cut, decode_key, encode_key, encode_value, join
from streams.checkpoint.schedule import LARGE_BYTES, MAX_DELTAS, SMALL_BYTES, History, is_due, is_large, now_written, part_due
from streams.checkpoint.upgrades import ROWS, upgraded
from streams.topics import OBSERVATIONS


@pytest.mark.parametrize(
    ("offset", "generation", "standing", "decision"),
    [
        (5, 1, Standing(2, 4, 4), Admission.STALE),
        (5, 3, Standing(2, 4, 4), Admission.STALE),
        (5, 2, None, Admission.RESTORE),
        (5, 2, Standing(1, 4, 4), Admission.RESTORE),
        (5, 2, Standing(2, 4, 4), Admission.APPLY),
        (0, 2, Standing(2, -1, None), Admission.APPLY),
        (5, 2, Standing(2, 4, None), Admission.APPLY),
        (3, 2, Standing(2, 4, None), Admission.SKIP),
        (4, 2, Standing(2, 4, 3), Admission.SKIP),
        (4, 2, Standing(2, 4, 4), Admission.BACKWARDS),
        (0, 2, Standing(2, 4, 3), Admission.BACKWARDS),
        (6, 2, Standing(2, 4, 4), Admission.GAP),
        (1, 2, Standing(2, -1, None), Admission.GAP),
    ],
)
def test_admission(offset: int, generation: int, standing: Standing | None, decision: Admission) -> None:
    """In generation 2, a record is judged by its generation first, then by its offset."""
    assert admit(offset, generation, 2, standing) is decision


@pytest.mark.parametrize(("now", "waiting", "due"), [(11.9, 1, False), (12.0, 1, True), (99.0, 0, False)])
def test_a_checkpoint_is_due_when_records_wait(now: float, waiting: int, due: bool) -> None:
    """Nothing is written before its time, and nothing when no record waits for it."""
    assert is_due(History(10.0), now, 2.0, waiting) is due


@pytest.mark.parametrize(
    ("history", "part"),
    [
        (History(0.0), Part.FULL),
        (History(0.0, 1, 0, 1_000_000, 0), Part.DELTA),
        (History(0.0, 1, 9, 1_000_000, 1_000_000), Part.DELTA),
        (History(0.0, 1, 9, 1_000_000, 1_000_001), Part.FULL),
        (History(0.0, 1, 9, 10, SMALL_BYTES), Part.DELTA),
        (History(0.0, 1, MAX_DELTAS, 10, 10), Part.FULL),
    ],
)
def test_full_checkpoints_are_written_now_and_then(history: History, part: Part) -> None:
    """The first is full; later ones are full when the deltas outweigh the state or are many."""
    assert part_due(history) is part


def test_history_counts() -> None:
    """A delta adds to its full checkpoint's history; a full one begins a new epoch."""
    history = History(0.0).after(Part.FULL, 100, 1.0).after(Part.DELTA, 10, 2.0).after(Part.DELTA, 5, 3.0)
    assert history == History(3.0, 1, 2, 100, 15)
    assert history.after(Part.FULL, 90, 4.0) == History(4.0, 2, 0, 90, 0)


@pytest.mark.parametrize(
    ("history", "large"),
    [
        (History(0), False),
        (History(0, full_bytes=LARGE_BYTES), False),
        (History(0, full_bytes=LARGE_BYTES + 1), True),
        (History(0, 1, 5, LARGE_BYTES * 2, 1), False),
        (History(0, 1, 5, LARGE_BYTES * 2, LARGE_BYTES * 2 + 1), True),
    ],
    ids=["a new state", "a middling one", "a large one that was restored", "a delta of a large one", "a large one again"],
)
def test_a_full_checkpoint_of_much_is_large(history: History, large: bool) -> None:
    """Deltas are not, whatever they are deltas of."""
    assert is_large(history) is large


def test_large_checkpoints_are_written_one_at_a_time() -> None:
    """Of those the one that waited longest; small ones and deltas at once."""
    big = LARGE_BYTES * 2
    due = {
        (OBSERVATIONS, 0): History(3.0, full_bytes=big),
        (OBSERVATIONS, 1): History(1.0, full_bytes=big),
        (OBSERVATIONS, 2): History(2.0),
        (OBSERVATIONS, 3): History(4.0, 1, 1, big, 1),
    }
    assert now_written(due) == [(OBSERVATIONS, 1), (OBSERVATIONS, 2), (OBSERVATIONS, 3)]
    del due[OBSERVATIONS, 1]
    assert now_written(due) == [(OBSERVATIONS, 0), (OBSERVATIONS, 2), (OBSERVATIONS, 3)]
    assert now_written({}) == []


def test_another_schema_is_not_read() -> None:
    """A checkpoint of a later version stops this one, with advice, before it makes a state of it."""
    later = encode_key(ChunkKey(SCHEMA + 1, OBSERVATIONS, 0, Part.FULL, "w", 1))
    with pytest.raises(ValueError, match=r"is of schema 2; this version reads 1\. Run the version that wrote it"):
        decode_key(later)
    with pytest.raises(
        ValueError, match=r"^A checkpoint is of schema 2, of a newer version of cityloop; this version reads 1\. Run the ver"
    ):
        farthest([(later, b"x")], OBSERVATIONS, 0)


def test_an_older_schema_is_read_by_way_of_its_rows() -> None:
    """Key and value are brought up to date one step after another; a schema without a row is refused, with what to do."""

    def row(name: str, letter: str) -> Any:
        return lambda key, value: ([*key, name], [*value, letter])

    rows = {2: row("second", "b"), 3: row("third", "c")}
    raw_key, raw_value = msgspec.msgpack.encode([2, "topic"]), msgspec.msgpack.encode([7])
    key, value = upgraded(raw_key, raw_value, rows, newest=4)
    assert msgspec.msgpack.decode(key) == [4, "topic", "second", "third"]
    assert msgspec.msgpack.decode(value) == [7, "b", "c"]
    assert upgraded(key, value, rows, newest=4) == (key, value)
    with pytest.raises(
        ValueError, match=r"^A checkpoint is of schema 1; this version reads 2 to 4\. Upgrade by way of a version in between"
    ):
        upgraded(msgspec.msgpack.encode([1, "topic"]), raw_value, rows, newest=4)


def test_every_schema_since_the_first_has_a_row() -> None:
    """From schema 1 on, each is read."""
    assert sorted(ROWS) == list(range(1, SCHEMA))


def test_foreign_keys_are_not_read() -> None:
    """Something else in the checkpoint topic is told, not skipped over: a checkpoint may be hidden behind it."""
    with pytest.raises(ValueError, match="A key of the checkpoint topic cannot be read"):
        farthest([(b"hello", b"x")], OBSERVATIONS, 0)


def test_damage_is_noticed() -> None:
    """A flipped byte is found by the checksum."""
    (_, chunk), *_ = cut({"a": b"x" * 200}, 1, ChunkKey(SCHEMA, OBSERVATIONS, 0, Part.FULL, "w", 1))
    broken = bytearray(chunk.payload)
    broken[-1] ^= 1
    with pytest.raises(ValueError, match="A checkpoint is damaged"):
        join([bytes(broken)])


def test_a_mark_counts_while_its_record_is_ahead() -> None:
    """The mark of a crash is told while the farthest checkpoint is before its record, and forgotten behind it."""
    mark = (encode_key(mark_key(OBSERVATIONS, 0)), encode_value(Crash(7, 2, "boom")))
    before = [(encode_key(k), encode_value(c)) for k, c in cut({}, 6, ChunkKey(SCHEMA, OBSERVATIONS, 0, Part.FULL, "w", 1))]
    behind = [(encode_key(k), encode_value(c)) for k, c in cut({}, 7, ChunkKey(SCHEMA, OBSERVATIONS, 0, Part.FULL, "v", 1))]
    assert farthest([mark], OBSERVATIONS, 0).crash == Crash(7, 2, "boom")
    assert farthest([mark, *before], OBSERVATIONS, 0).crash == Crash(7, 2, "boom")
    assert farthest([mark, *before, *behind], OBSERVATIONS, 0).crash is None
    assert farthest([mark], OBSERVATIONS, 1).crash is None
