"""SQLAlchemy Core as a language: statements to text and parameters for asyncpg."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from nakamise.db.fence import check_statement

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


def compiled(query: str | Executable, args: tuple[object, ...]) -> tuple[str, tuple[Any, ...]]:
    """Text and positional values; SQL text passes through untouched. Raises TransactionControl."""
    if isinstance(query, str):
        return check_statement(query), args
    if args:
        raise TypeError("a Core statement carries its own parameters")
    result = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    params = result.construct_params()
    processors = result._bind_processors
    values = []
    for name in result.positiontup or ():
        process = processors.get(name)
        values.append(process(params[name]) if process else params[name])
    return str(result), tuple(values)
