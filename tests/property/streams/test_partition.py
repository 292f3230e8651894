"""The partition of a key, against another implementation of Kafka's default partitioner."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as murmur2_of_another_client

from streams.partition import murmur2, partition_of, partition_of_key
from tests.fakes.observations import sources


@given(st.binary(max_size=64))
def test_murmur2_equals_that_of_another_client(key: bytes) -> None:
    """Every key hashes as it does in kafka-python, whose results are checked against the Java client's."""
    assert murmur2(key) == murmur2_of_another_client(key) & 0xFFFFFFFF


@given(sources, st.integers(1, 200))
def test_partition_is_that_of_the_default_partitioner(source: str, partitions: int) -> None:
    """The partition is the hash without its sign bit, modulo the partitions: always one of those that exist."""
    expected = (murmur2_of_another_client(source.encode()) & 0x7FFFFFFF) % partitions
    assert partition_of(source, partitions) == partition_of_key(source.encode(), partitions) == expected < partitions
