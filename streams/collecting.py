"""Python's cyclic garbage collector kept away from the state: it would walk millions of objects that are there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 20_000
"""So many new containers make the collector look at them. An envelope of a hundred observations brings as many, nearly all of
which are dropped, or stay: by Python's own 700 the collector looks after every few envelopes, in vain."""


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing while a state is built: every object that is made stays."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle() -> None:
    """Look no more at what is there now, and less often at what is new; reference counts go on freeing both."""
    gc.freeze()
    if gc.get_threshold()[0]:  # Nothing: somebody does without the collector.
        gc.set_threshold(YOUNG)


def release() -> None:
    """A state was dropped: look at everything once, since rules and their groups refer to each other."""
    gc.unfreeze()
    gc.collect()
