"""Benchmarks: what is measured stands beside its ceiling and beside what a user would write without cityloop."""
