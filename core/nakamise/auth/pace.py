"""Answers that take the same time whether an address is known or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

# Longer than the slowest honest path under load; the mail itself goes out later, by a job.
FLOOR_S: Final = 0.3


@asynccontextmanager
async def even_pace(floor_s: float = FLOOR_S) -> AsyncIterator[None]:
    """The block ends no sooner than ``floor_s`` seconds after it began, also when it raises."""
    began = time.monotonic()
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, floor_s - (time.monotonic() - began)))
