"""What operators call what they see, and which of it is the thing that a scene reports."""

from collections.abc import Mapping

import msgspec

UNLABELLED = "unlabelled"
"""The label of kept crops that nobody has labelled yet; they teach nothing."""


MOST_CROPS = 500
"""Crops that are kept of a zone: thirty of a label are plenty, and more would teach it nothing."""


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one scene.

    Attributes:
        there: words for "it is so"; the first is the one that is told.
        absent: words for "it is not".
    """

    there: tuple[str, ...]
    absent: tuple[str, ...]

    def meaning(self, word: str) -> bool | None:
        """Whether a word says that it is so; ``None`` for a word of another scene."""
        if word in self.there:
            return True
        return False if word in self.absent else None


TAUGHT: Mapping[str, Labels] = {
    "bin_overflow": Labels(there=("full", "overflow", "overflowing"), absent=("ok", "empty", "clear")),
    "street_drying": Labels(there=("drying", "laundry"), absent=("ok", "clear", "empty")),
    "exposed_rubbish": Labels(there=("rubbish", "litter"), absent=("ok", "clear", "clean")),
}
"""Scenes that must be taught, with their words."""
