"""Which connections the code in this context has taken and not given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import asyncpg

from nakamise.db.shares import Turn


class Holding:
    """A connection in use, and its tenant's turn at it."""

    __slots__ = ("_connection", "_turn")

    def __init__(self, connection: asyncpg.Connection, turn: Turn | None) -> None:
        self._connection = connection
        self._turn = turn

    def cut_off(self) -> None:
        """The pool replaces the connection, and the turn is somebody else's."""
        self._connection.terminate()
        if self._turn is not None:
            self._turn.end()


# Whoever runs code of plugins sets a list here, and looks into it afterwards.
holders: Final[ContextVar[list[Holding] | None]] = ContextVar("holders", default=None)


@contextmanager
def held(connection: asyncpg.Connection, turn: Turn | None) -> Iterator[None]:
    """Counts ``connection`` as taken for the time of the block."""
    mine = holders.get()
    if mine is None:
        yield
        return
    holding = Holding(connection, turn)
    mine.append(holding)
    try:
        yield
    finally:
        mine.remove(holding)
