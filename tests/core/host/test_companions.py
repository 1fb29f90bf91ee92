"""What plugins keep running: opening one holds up nobody who wants another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from nakamise.host.companions import Companions
from nakamise.plugin.companions import Installation
from nakamise.runtime import Runtime


class Slow:
    pass


class Quick:
    pass


async def test_a_slow_start_keeps_nobody_from_what_is_open(runtime: Runtime) -> None:
    may_open = asyncio.Event()
    closed: list[type] = []

    @asynccontextmanager
    async def open_slow(_installation: Installation) -> AsyncIterator[Slow]:
        await may_open.wait()
        yield Slow()
        closed.append(Slow)

    @asynccontextmanager
    async def open_quick(_installation: Installation) -> AsyncIterator[Quick]:
        yield Quick()
        closed.append(Quick)

    companions = Companions({Slow: open_slow, Quick: open_quick})
    first = await companions.get(runtime, Quick)
    slow = [asyncio.create_task(companions.get(runtime, Slow)) for _ in range(2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        assert await companions.get(runtime, Quick) is first
    may_open.set()
    one, same = await asyncio.gather(*slow)
    assert one is same
    await companions.close()
    assert closed == [Slow, Quick]
    with pytest.raises(KeyError):
        await companions.get(runtime, int)
