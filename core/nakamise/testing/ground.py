"""An installation for the moment, outside of pytest: a PostgreSQL, a data folder, everything wired."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nakamise.asgi import built
from nakamise.building import close_runtime
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.testing.server import free_port, throwaway_postgres


@asynccontextmanager
async def ground() -> AsyncIterator[tuple[Runtime, App]]:
    """With every installed plugin; gone at the end."""
    with throwaway_postgres() as postgres, tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            secret_key=secrets.token_urlsafe(32).encode(),
            port=free_port(),
            data_dir=Path(folder),
            database_url=postgres.start(),
            pool_size=4,
        )
        await prepare_database(settings)
        runtime, app = await built(settings)
        try:
            yield runtime, app
        finally:
            await close_runtime(runtime)
