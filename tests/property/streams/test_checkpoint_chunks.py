"""Laws of checkpoints on the compacted topic: what is complete is found, the farthest wins, and compaction changes nothing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.checkpoint.assemble import Entry, farthest
from streams.checkpoint.chunks import SCHEMA, ChunkKey, Part, cut, decode_key, encode_key, encode_value, join
from streams.topics import OBSERVATIONS, URGENT

names = st.text(min_size=1, max_size=5)
states = st.dictionaries(names, st.binary(max_size=60), max_size=6)
deltas = st.dictionaries(names, st.none() | st.binary(max_size=60), max_size=6)


def records(sections: dict[str, bytes | None], offset: int, key: ChunkKey, most: int) -> list[Entry]:
    return [(encode_key(name), encode_value(chunk)) for name, chunk in cut(sections, offset, key, most=most)]


def key(writer: str, epoch: int, sequence: int, topic: str = OBSERVATIONS) -> ChunkKey:
    return ChunkKey(SCHEMA, topic, 0, Part.DELTA if sequence else Part.FULL, writer, epoch, sequence)


@given(deltas, st.integers(1, 50))
def test_joining_inverts_cutting(sections: dict[str, bytes | None], most: int) -> None:
    """Whatever the size of a chunk, the chunks together are the sections, and none is longer than allowed."""
    chunks = [chunk for _, chunk in cut(sections, 7, key("w", 1, 0), most=most)]
    assert join([chunk.payload for chunk in chunks]) == sections
    assert all(len(chunk.payload) <= most and chunk.chunks == len(chunks) for chunk in chunks)


@given(st.builds(key, names, st.integers(1, 9), st.integers(0, 9)))
def test_keys_round_trip(name: ChunkKey) -> None:
    """A key is read as it was written."""
    assert decode_key(encode_key(name)) == name


@st.composite
def chains(draw: st.DrawFn, writer: str) -> tuple[list[Entry], list[tuple[int, dict[str, bytes]]]]:
    """The records of one writer's full checkpoint and deltas, and offset and state after each of them."""
    state: dict[str, bytes] = dict(draw(states))
    offset = draw(st.integers(-1, 30))
    most = draw(st.integers(5, 80))
    found = [(offset, dict(state))]
    entries = records(dict(state), offset, key(writer, 1, 0), most)
    for sequence in range(1, draw(st.integers(1, 4))):
        delta, offset = draw(deltas), offset + draw(st.integers(1, 9))
        for name, section in delta.items():
            if section is None:
                state.pop(name, None)
            else:
                state[name] = section
        found.append((offset, dict(state)))
        entries += records(delta, offset, key(writer, 1, sequence), most)
    return entries, found


@given(st.data(), chains("a"))
def test_a_writer_may_die_after_any_record(data: st.DataObject, chain: tuple[list[Entry], list[tuple[int, dict[str, bytes]]]]) -> None:
    """However many of its records were written, what is found is one of its checkpoints whole, and never less than those that were complete."""
    entries, found = chain
    written = data.draw(st.integers(0, len(entries)))
    got = farthest(entries[:written], OBSERVATIONS, 0)
    if got.offset is None:
        assert not got.sections
    else:
        assert (got.offset, dict(got.sections)) in found
    if written == len(entries):
        assert (got.offset, got.sections) == found[-1]


@given(st.data(), chains("a"), chains("b"))
def test_the_farthest_wins_in_any_order(
    data: st.DataObject,
    one: tuple[list[Entry], list[tuple[int, dict[str, bytes]]]],
    two: tuple[list[Entry], list[tuple[int, dict[str, bytes]]]],
) -> None:
    """Records of two writers in any interleaving give the state that has seen the most."""
    mixed = data.draw(st.permutations(one[0] + two[0]))
    got = farthest(mixed, OBSERVATIONS, 0)
    assert (got.offset, dict(got.sections)) in [last for last in (one[1][-1], two[1][-1]) if last[0] == max(one[1][-1][0], two[1][-1][0])]


@given(chains("a"), chains("b"))
def test_compaction_changes_nothing(
    one: tuple[list[Entry], list[tuple[int, dict[str, bytes]]]], two: tuple[list[Entry], list[tuple[int, dict[str, bytes]]]]
) -> None:
    """The topic may keep the last record of each key only: what is found stays the same."""
    entries = one[0] + [(name, None) for name, _ in one[0]] + two[0]
    assert farthest(dict(entries).items(), OBSERVATIONS, 0) == farthest(entries, OBSERVATIONS, 0)
    assert farthest(entries, OBSERVATIONS, 0).offset == two[1][-1][0]


@given(chains("a"))
def test_other_topics_and_partitions_are_not_looked_at(one: tuple[list[Entry], list[tuple[int, dict[str, bytes]]]]) -> None:
    """The checkpoints of another topic or partition in the same partition of the checkpoint topic do not count."""
    assert farthest(one[0], URGENT, 0).offset is None
    assert farthest(one[0], OBSERVATIONS, 1).superseded == ()


@given(states)
def test_a_link_that_is_missing_ends_the_chain(state: dict[str, bytes]) -> None:
    """Deltas behind a missing one are not applied: their base is not known."""
    entries = records(dict(state), 5, key("w", 1, 0), 900)
    beyond = records({"late": b"x"}, 9, key("w", 1, 2), 900)
    got = farthest(entries + beyond, OBSERVATIONS, 0)
    assert (got.offset, got.sections) == (5, state)


def test_sizes_of_real_checkpoints() -> None:
    """A state of 3 MB that does not compress is cut into chunks that a broker takes by default."""
    import random  # noqa: PLC0415  # Only here.

    noise = random.Random(1).randbytes(3_000_000)  # noqa: S311  # Incompressible bytes are wanted, not secret ones.
    chunks = list(cut({"noise": noise}, 1, key("w", 1, 0)))
    assert [len(chunk.payload) for _, chunk in chunks][:-1] == [900_000] * 3
    assert len({encode_key(name) for name, _ in chunks}) == len(chunks) == 4
    assert msgspec.msgpack.decode(encode_value(chunks[0][1]))[:2] == [1, 4]
