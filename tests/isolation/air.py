"""Somebody who really sends into a house's broadcast, and somebody who watches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor
from nakamise_livestream.whip.companion import MediaHost
from tests.isolation.house import House
from tests.isolation.stage import PRESENTER
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.whip.rtc import send, watch
from tests.plugins.livestream.whip.waiting import until


@asynccontextmanager
async def on_the_air(house: House, clients: ClientFor, runtime: Runtime) -> AsyncIterator[dict[str, str]]:
    """What stands for the sessions of WHIP and WHEP in a path, while they run.

    Afterwards the engine is closed: nothing is recorded and metered any more.
    """
    await _engine_is_up(runtime)
    host = clients(house.stall.tenant)
    host.headers.update(await house.sign_in(PRESENTER, is_api=False))
    path = f"/livestream/{house.things['broadcast_id']}"
    async with publisher() as sender, viewer() as seer:
        sent = await send(host, f"{path}/whip", sender)
        watched = await watch(clients(house.stall.tenant), f"{path}/whep", seer)
        yield {"whip/sealed": _sealed(sent), "whep/sealed": _sealed(watched)}
    await runtime.companions.close()


async def _engine_is_up(runtime: Runtime) -> None:
    host = await runtime.companions.get(runtime, MediaHost)

    async def is_up() -> bool:
        return bool(getattr(host.engine, "connected", False))

    await until(is_up, within=30.0)


def _sealed(answer: httpx.Response) -> str:
    return answer.headers["location"].rpartition("/")[2]
