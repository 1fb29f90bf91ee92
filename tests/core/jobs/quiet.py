from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture(autouse=True)
async def quiet(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """What other tests left in the queue they share waits until after this one, and the other way round."""
    later = "UPDATE nakamise.job SET run_at = now() + interval '1 day'"
    await owner.execute(later)
    yield
    await owner.execute(later)
