"""Python's cyclic garbage collector kept away from the state: it would walk millions of objects that are there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
    """Look no more at what is there now; reference counts go on freeing it."""
    gc.freeze()


def release() -> None:
    """A state was dropped: look at everything once, since rules and their groups refer to each other."""
    gc.unfreeze()
    gc.collect()
