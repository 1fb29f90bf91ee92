"""What is raised when the database cannot answer now: the request was in order, and may be tried again."""

from __future__ import annotations

from typing import Final

import asyncpg

# After kill -9 of PostgreSQL asyncpg also raises InternalClientError, which is no PostgresError (seen).
DATABASE_AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    ConnectionError,
)
