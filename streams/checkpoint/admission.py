"""What to do with a record that came: the rules that keep a state the exact fold of its partition's log."""

from enum import StrEnum

import msgspec


class Admission(StrEnum):
    """The decision about one record."""

    STALE = "stale"
    RESTORE = "restore"
    SKIP = "skip"
    APPLY = "apply"
    GAP = "gap"
    BACKWARDS = "backwards"


class Standing(msgspec.Struct, frozen=True):
    """Where a partition stands in this process.

    Attributes:
        generation: of the consumer group when its state was restored.
        applied: last applied offset; -1 before the first.
        delivered: last offset that came in this generation, or ``None``.
    """

    generation: int
    applied: int
    delivered: int | None


def admit(offset: int, generation: int, current: int, standing: Standing | None) -> Admission:
    """Decide about a record.

    * Of another generation than the group's current one: ``STALE``. It waited in a buffer through a rebalance; it is
      dropped without acknowledgement and will come again to whoever owns the partition now.
    * The first of a generation: ``RESTORE``, then decide again. State belongs to a generation, because somebody else
      may have folded the partition meanwhile.
    * Not beyond the one before it, within a generation: ``BACKWARDS``. The log was cut or replaced; skipping would
      silently drop whatever is written from now on.
    * At or below the applied offset: ``SKIP``; the state has it.
    * The next one: ``APPLY``.
    * Beyond the next one: ``GAP``. The state is not what it should be; the process must die and restore.

    Args:
        offset: of the record.
        generation: of the consumer group when the record was fetched.
        current: the group's generation now.
        standing: of the record's partition, or ``None`` when it has no state here.
    """
    if generation != current:
        return Admission.STALE
    if standing is None or standing.generation != current:
        return Admission.RESTORE
    if standing.delivered is not None and offset <= standing.delivered:
        return Admission.BACKWARDS
    if offset <= standing.applied:
        return Admission.SKIP
    return Admission.APPLY if offset == standing.applied + 1 else Admission.GAP
