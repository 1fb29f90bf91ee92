"""Viewers that decode nothing and come back by themselves, by the rule of our pages: after a silence they ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.plugins.livestream.sfu import offers
from tests.plugins.livestream.sfu.light import CERTIFICATE, LightViewer
from tests.plugins.livestream.whip.rtc import post

LOOK_S = 0.05
# As whep.js.
DOUBT_S = 0.6
AGAIN_S = 0.25
OFFER = offers.browser("recvonly").replace(offers.FINGERPRINT, CERTIFICATE.sha256)


class Watcher:
    """``sessions`` counts those that brought media."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url
        self.viewer = LightViewer()
        self.location = ""
        self.sessions = 0

    async def stay(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                if await self._begin():
                    await self._until_gone()
                await self.viewer.close()
                await asyncio.sleep(AGAIN_S)
        finally:
            await self.viewer.close()

    async def _begin(self) -> bool:
        self.viewer = LightViewer()
        answer = await post(self._client, self._url, OFFER)
        if answer.status_code != 201:
            assert answer.status_code in (409, 503), answer.text
            return False
        self.location = answer.headers["location"]
        await self.viewer.connect(answer.text)
        return True

    async def _until_gone(self) -> None:
        seen, since, doubt = 0, time.monotonic(), DOUBT_S
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            if self.viewer.datagrams > seen:
                self.sessions += seen == 0
                seen, since, doubt = self.viewer.datagrams, now, DOUBT_S
            elif now - since > doubt:
                doubt *= 2
                if (await self._client.get(self.location)).status_code == 404:
                    return


@asynccontextmanager
async def watching(client: httpx.AsyncClient, url: str, number: int) -> AsyncIterator[list[Watcher]]:
    """All of them see something."""
    watchers = [Watcher(client, url) for _ in range(number)]
    staying = [asyncio.create_task(one.stay()) for one in watchers]
    try:
        await have_seen(watchers, 1)
        yield watchers
    finally:
        for task in staying:
            task.cancel()
        for ended in await asyncio.gather(*staying, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), ended


async def have_seen(watchers: list[Watcher], sessions: int, *, within: float = 30.0) -> None:
    """Media of so many sessions."""
    async with asyncio.timeout(within):
        while any(one.sessions < sessions for one in watchers):  # noqa: ASYNC110 - of other tasks
            await asyncio.sleep(LOOK_S)
