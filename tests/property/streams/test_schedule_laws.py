"""Laws of the checkpoint's schedule and of admission: what is written stays bounded, and no record is folded twice or left out."""

from hypothesis import given
from hypothesis import strategies as st

from streams.checkpoint.admission import Admission, Standing, admit
from streams.checkpoint.chunks import Part
from streams.checkpoint.schedule import MAX_DELTAS, SMALL_BYTES, History, is_due, part_due

sizes = st.lists(st.tuples(st.integers(1, 400_000), st.integers(1, 200_000)), min_size=1, max_size=60)
"""For each checkpoint: what the whole state and what the change since the last one would take."""


@given(sizes)
def test_restoring_reads_at_most_about_twice_the_state(story: list[tuple[int, int]]) -> None:
    """The deltas after a full checkpoint never outweigh it by more than the one that made a new one due."""
    history, largest = History(0.0), 0
    for number, (full, delta) in enumerate(story):
        part = part_due(history)
        history = history.after(part, full if part is Part.FULL else delta, float(number))
        largest = 0 if part is Part.FULL else max(largest, delta)
        assert history.delta_bytes <= max(history.full_bytes, SMALL_BYTES) + largest


@given(st.integers(1, 100), st.integers(1, 2 * MAX_DELTAS))
def test_small_deltas_are_not_collected_for_ever(size: int, number: int) -> None:
    """However little changes, after so many deltas a full checkpoint comes, so that restoring stays short."""
    history, parts = History(0.0), []
    for second in range(number + MAX_DELTAS):
        parts.append(part_due(history))
        history = history.after(parts[-1], 1 if parts[-1] is Part.DELTA else size, float(second))
        assert history.sequence <= MAX_DELTAS
    assert parts[0] is Part.FULL
    assert parts.count(Part.FULL) == 1 + (len(parts) - 1) // (MAX_DELTAS + 1)


@given(st.floats(0, 1e6), st.floats(0, 1e3), st.floats(0.01, 60), st.integers(0, 1_000))
def test_a_checkpoint_is_never_due_for_nothing(written: float, passed: float, every: float, waiting: int) -> None:
    """It is due exactly when records wait and the interval is over."""
    due = is_due(History(written), written + passed, every, waiting)
    assert due is (waiting > 0 and (written + passed) - written >= every)


@given(st.data())
def test_admission_folds_each_offset_once_and_in_order(data: st.DataObject) -> None:
    """Through redeliveries, stale buffers and rebalances, what is applied after a restore is one contiguous run, or the process ends."""
    applied: list[int] = []
    checkpoint, generation = -1, 1
    standing: Standing | None = None
    offset = 0
    for _ in range(data.draw(st.integers(1, 40), label="steps")):
        event = data.draw(st.sampled_from(["next", "next", "next", "again", "jump", "stale", "rebalance", "checkpoint"]))
        if event == "rebalance":
            generation += 1
            offset = data.draw(st.integers(0, checkpoint + 1), label="committed")
            continue
        if event == "checkpoint":
            checkpoint = applied[-1] if applied else checkpoint
            continue
        fetched = generation - 1 if event == "stale" else generation
        asked = {"again": max(offset - 1, 0), "jump": offset + 2}.get(event, offset)
        decision = admit(asked, fetched, generation, standing)
        if decision is Admission.RESTORE:
            standing = Standing(generation, checkpoint, None)
            applied = list(range(checkpoint + 1))
            decision = admit(asked, fetched, generation, standing)
            assert decision not in (Admission.RESTORE, Admission.BACKWARDS, Admission.STALE)
        if decision is Admission.STALE:
            assert event == "stale"
            continue
        assert standing is not None
        if decision in (Admission.GAP, Admission.BACKWARDS):
            assert asked > standing.applied + 1 or (standing.delivered is not None and asked <= standing.delivered)
            return
        if decision is Admission.APPLY:
            applied.append(asked)
        standing = Standing(generation, max(standing.applied, asked), asked)
        offset = asked + 1
        assert applied == list(range(len(applied)))


@given(
    st.integers(0, 9),
    st.integers(1, 3),
    st.integers(1, 3),
    st.none() | st.builds(Standing, st.integers(1, 3), st.integers(-1, 9), st.none() | st.integers(0, 9)),
)
def test_every_record_has_one_decision(offset: int, generation: int, current: int, standing: Standing | None) -> None:
    """The rules in their order, told once more: generation, state, direction, and then the offset."""
    rules = [
        (generation != current, Admission.STALE),
        (standing is None or standing.generation != current, Admission.RESTORE),
        (standing is not None and standing.delivered is not None and standing.delivered >= offset, Admission.BACKWARDS),
        (standing is not None and standing.applied >= offset, Admission.SKIP),
        (standing is not None and standing.applied == offset - 1, Admission.APPLY),
        (True, Admission.GAP),
    ]
    assert admit(offset, generation, current, standing) is next(decision for holds, decision in rules if holds)
