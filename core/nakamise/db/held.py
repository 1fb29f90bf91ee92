"""Which connections the code in this context has taken and not given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import asyncpg

# Whoever runs code of plugins sets a list here, and looks into it afterwards.
holders: Final[ContextVar[list[asyncpg.Connection] | None]] = ContextVar("holders", default=None)


@contextmanager
def held(connection: asyncpg.Connection) -> Iterator[None]:
    """Counts ``connection`` as taken for the time of the block."""
    mine = holders.get()
    if mine is None:
        yield
        return
    mine.append(connection)
    try:
        yield
    finally:
        mine.remove(connection)
