"""A queue of a test's own on the shared database, and waiting for something to come true."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable

from nakamise.jobs.queue import JobQueue
from nakamise.runtime import Runtime


def with_queue(runtime: Runtime, **options: float) -> tuple[Runtime, JobQueue]:
    """Knows the core's handlers too, so that jobs of other tests are not set aside."""
    queue = JobQueue(**{"poll_s": 0.05, **options})  # type: ignore[arg-type]
    queue.core_handlers |= runtime.jobs.core_handlers
    return dataclasses.replace(runtime, jobs=queue), queue


async def until(is_true: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)
