"""A file or folder that this process may not look into, also where the tests are run by root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65_534


@contextmanager
def shut(path: Path) -> Iterator[None]:
    """Take every right away while the block runs. Root has none to lose, so it is nobody meanwhile."""
    before, root = path.stat().st_mode, os.geteuid() == 0
    path.chmod(0)
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        path.chmod(before)
