"""Starting in less time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """What is imported and built at a start lives as long as the process: looking for garbage in it again and again
    costs a sixth of the start, and afterwards every collection would walk through it once more."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
