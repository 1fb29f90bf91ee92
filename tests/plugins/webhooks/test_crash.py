"""A server that is killed while it delivers: the event arrives again, with the same id."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest

from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise.testing.server import free_port
from tests.alone import others_rest
from tests.plugins.webhooks.conftest import Add
from tests.plugins.webhooks.receiver import Receiver
from tests.plugins.webhooks.test_delivery import log, make_due

SECONDS = 40


@pytest.fixture
async def server(
    settings: Settings, shop: Tenant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LiveServer]:
    """Does jobs too, and may call the receiver."""
    monkeypatch.setenv("NAKAMISE_EGRESS_ALLOW", receiver.place)
    async with others_rest(settings, shop.id):
        live = LiveServer(msgspec.structs.replace(settings, port=free_port()))
        await asyncio.to_thread(live.start)
        yield live
        await asyncio.to_thread(live.stop)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + SECONDS
    while not await is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_killed_in_the_middle_it_is_delivered_again(
    add: Add,
    place: Callable[[], Awaitable[None]],
    shop: Tenant,
    receiver: Receiver,
    admin: Person,
    runtime: Runtime,
    server: LiveServer,
) -> None:
    await add()
    receiver.delay_s = 3

    async def has_asked() -> bool:
        return bool(receiver.got)

    async def has_arrived() -> bool:
        return bool(await log(admin, state="delivered"))

    await place()
    await until(has_asked)
    await asyncio.to_thread(server.kill)
    (row,) = await log(admin)
    assert (row["state"], row["tries"]) == ("waiting", 0)

    receiver.delay_s = 0
    # What the dead worker held would be free again when its lease ends, half a minute later.
    await make_due(runtime, shop)
    await asyncio.to_thread(server.start)
    await until(has_arrived)
    assert len(receiver.got) == 2
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]
    assert receiver.got[0].body == receiver.got[1].body
