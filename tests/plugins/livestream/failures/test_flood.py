"""Rubbish on the open UDP port, by thousands: who watches goes on watching, and who shops goes on shopping."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time

import pytest

from nakamise.testing.fixtures import ClientFor, MakeTenant
from nakamise.testing.people import Person
from nakamise_livestream.whip.companion import MediaHost
from tests.plugins.livestream.failures.watchers import watching
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.whip.rtc import send
from tests.plugins.livestream.whip.test_publish_and_watch import whep, whip
from tests.plugins.livestream.whip.waiting import until

DATAGRAMS = 8_000
RATE = 8_000  # a second
BURST = 40
# STUN, DTLS, TURN, RTP, RTCP and nothing known, of many lengths; each with rubbish behind it.
BEGINNINGS = (
    b"\x00\x01\x00\x58\x21\x12\xa4\x42",
    b"\x01\x01\xff\xff\x21\x12\xa4\x42",
    b"\x16\xfe\xff" + bytes(10),
    b"\x16\xfe\xfd" + b"\xff" * 8,
    b"\x40\x00",
    b"\x80\x60",
    b"\x80\xc8\xff\xff",
    b"\xff",
)


def flood(port: int) -> int:
    """How many were sent."""
    rubbish = [each + secrets.token_bytes(n * 170) for n, each in enumerate(BEGINNINGS)]
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        for number in range(DATAGRAMS):
            sending.sendto(rubbish[number % len(rubbish)], ("127.0.0.1", port))
            if number % BURST == 0:
                time.sleep(max(0.0, began + number / RATE - time.monotonic()))
    return DATAGRAMS


@pytest.mark.req("LC-2.2.2")
async def test_nobody_notices(
    stage: Stage, presenter: Person, client: ClientFor, make_tenant: MakeTenant, media: MediaHost
) -> None:
    broadcast = await on_air(presenter)
    shop = client(await make_tenant(plugins=("shop",)))
    (before,) = await media.engine.health()
    assert before.health
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, whip(broadcast), sender)
        async with watching(client(stage.tenant), whep(broadcast), 3) as watchers:
            flooding = asyncio.create_task(asyncio.to_thread(flood, before.health.udp_port))
            answers = 0
            while not flooding.done():
                assert (await shop.get("/")).status_code == 200
                answers += 1
            assert answers > 1
            assert await flooding == DATAGRAMS
            seen = [one.viewer.datagrams for one in watchers]

            async def see_more() -> bool:
                return all(
                    one.viewer.datagrams > number + 60 for one, number in zip(watchers, seen, strict=True)
                )

            await until(see_more)
            assert [one.sessions for one in watchers] == [1, 1, 1]
    (after,) = await media.engine.health()
    assert after.health
    assert after.health.uptime_s > before.health.uptime_s, "it is the same worker"
