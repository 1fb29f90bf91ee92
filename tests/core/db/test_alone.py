"""Work that one process does at a time, on PostgreSQL's lock: kept apart, taken over, given up with the connection."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg
import pytest

from nakamise.db.alone import alone
from nakamise.settings import Settings
from nakamise.tenancy.owner import app_url

HOLDS = (
    "SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted"
    " AND (l.classid::bigint << 32) + l.objid::bigint = hashtextextended($1, 0)"
)
PROCESS = """
import asyncio, sys
from nakamise.db.alone import alone

async def work():
    print("at work", flush=True)
    await asyncio.Event().wait()

asyncio.run(alone(sys.argv[1], sys.argv[2], work))
"""


@dataclass
class Hand:
    """Notes when it begins and when it is stopped."""

    told: list[str]
    name: str
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        self.told.append(f"{self.name} begins")
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.told.append(f"{self.name} ends")


def start(url: str, purpose: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    return asyncio.create_task(alone(url, purpose, work))


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def purpose() -> str:
    return f"test/{secrets.token_hex(8)}"


async def soon(event: asyncio.Event) -> None:
    async with asyncio.timeout(20):
        await event.wait()


async def test_one_at_a_time_and_the_next_when_it_ends(settings: Settings, purpose: str) -> None:
    url, told = app_url(settings), list[str]()
    first, second, other = Hand(told, "first"), Hand(told, "second"), Hand(told, "other")
    tasks = [start(url, purpose, first.work)]
    await soon(first.begun)
    tasks += [start(url, purpose, second.work), start(url, f"{purpose}/other", other.work)]
    await soon(other.begun)
    assert not second.begun.is_set(), "only another purpose is free"
    await stop(tasks[0])
    await soon(second.begun)
    assert told == ["first begins", "other begins", "first ends", "second begins"]
    await stop(*tasks)


async def test_without_its_connection_the_work_stops_before_somebody_else_begins(
    settings: Settings, purpose: str, owner: asyncpg.Connection
) -> None:
    url, told = app_url(settings), list[str]()
    hand = Hand(told, "hand")
    task = start(url, purpose, hand.work)
    await soon(hand.begun)
    hand.begun.clear()
    await owner.execute("SELECT pg_terminate_backend($1)", await owner.fetchval(HOLDS, purpose))
    await soon(hand.begun)
    assert told == ["hand begins", "hand ends", "hand begins"]
    await stop(task)


async def test_a_killed_process_is_followed(settings: Settings, purpose: str) -> None:
    url = app_url(settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROCESS, url, purpose, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    assert await process.stdout.readline() == b"at work\n"
    hand = Hand([], "next")
    task = start(url, purpose, hand.work)
    await asyncio.sleep(0.2)
    assert not hand.begun.is_set()
    process.kill()
    await process.wait()
    await soon(hand.begun)
    await stop(task)


async def test_work_that_fails_is_not_hidden(settings: Settings, purpose: str) -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await alone(app_url(settings), purpose, fails)
