"""Which connections the code in this context has taken and not given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import asyncpg

_held: Final[ContextVar[list[asyncpg.Connection] | None]] = ContextVar("held", default=None)


@contextmanager
def holding() -> Iterator[list[asyncpg.Connection]]:
    """A list of the transactions that the block opened and that are open now."""
    mine: list[asyncpg.Connection] = []
    token = _held.set(mine)
    try:
        yield mine
    finally:
        _held.reset(token)


@contextmanager
def held(connection: asyncpg.Connection) -> Iterator[None]:
    """Counts ``connection`` as taken for the time of the block."""
    holders = _held.get()
    if holders is None:
        yield
        return
    holders.append(connection)
    try:
        yield
    finally:
        holders.remove(connection)
