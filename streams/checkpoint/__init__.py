"""Checkpoint, then commit: exact state over a log, whatever dies.

Outputs are acknowledged by the broker, then the state with the last applied offset is, and only then are the records
acknowledged to the consumer group. A state is a pure fold of its partition's log up to an offset, so the farthest
checkpoint is right, whoever wrote it.
"""
