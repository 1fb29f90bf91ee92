"""aiortc as a guest: seen by viewers beside the host, heard by the host before the start, cut when removed."""

from __future__ import annotations

import asyncio

import pytest

from nakamise.plugin import TenantCtx
from nakamise.testing.fixtures import ClientFor
from nakamise.testing.people import Person
from nakamise_livestream.stage import guests
from tests.plugins.livestream.guests.test_rules import address, invited, path_of
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.stage import Stage, act, id_of, ok, on_air, planned, read
from tests.plugins.livestream.whip.rtc import SDP, post, send, watch
from tests.plugins.livestream.whip.waiting import until

pytestmark = pytest.mark.req("GL-10", "GA-49")


async def _seats(ctx: TenantCtx, broadcast_id: str) -> list[int]:
    async with ctx.read() as tx:
        return [one.seat for one in await guests.on_stage(tx, id_of({"id": broadcast_id}))]


async def test_a_guest_is_seen_and_heard_and_cut(stage: Stage, presenter: Person, client: ClientFor) -> None:
    broadcast = await on_air(presenter)
    guest = await invited(presenter, broadcast)
    visitor = client(stage.tenant)
    seat = f"/livestream/{broadcast['id']}/stage/1/whep"
    async with publisher("H264", EncodedTrack()) as sender, viewer() as seer, viewer() as late:
        await send(visitor, f"{path_of(guest)}/whip", sender)

        async def is_there() -> bool:
            return await _seats(stage.ctx, broadcast["id"]) == [1]

        async def is_gone() -> bool:
            return await _seats(stage.ctx, broadcast["id"]) == []

        await until(is_there)
        # A guest does not make the broadcast send.
        assert not await stage.value(
            "SELECT publishing FROM livestream_broadcast WHERE id = $1", id_of(broadcast)
        )
        await watch(visitor, seat, seer)
        await seer.sees(10)
        muted = f"{address(broadcast)}/{guest['id']}/muted"
        found = await ok(await presenter.client.put(muted, json={"on": True}))
        assert [one["is_muted"] for one in found] == [True]
        await ok(await presenter.client.delete(f"{address(broadcast)}/{guest['id']}"))
        async with asyncio.timeout(5):
            while {sender.connection.connectionState, seer.connection.connectionState} != {"closed"}:  # noqa: ASYNC110 - aiortc has no awaitable for it
                await asyncio.sleep(0.05)
        await until(is_gone)
        assert (await post(visitor, f"{path_of(guest)}/whip", "v=0")).status_code == 404
        assert (await post(visitor, seat, await late.offer())).status_code == 409
    assert (await read(presenter, broadcast))["state"] == "live"


async def test_before_the_start_only_host_and_guests_see_each_other(
    stage: Stage, presenter: Person, client: ClientFor
) -> None:
    broadcast = await planned(presenter)
    guest = await invited(presenter, broadcast)
    visitor = client(stage.tenant)
    seat = f"/livestream/{broadcast['id']}/stage/1/whep"
    async with publisher("H264", EncodedTrack()) as sender, viewer() as host, viewer() as other:
        await send(visitor, f"{path_of(guest)}/whip", sender)
        await watch(presenter.client, seat, host)
        await host.sees(5)
        await watch(visitor, f"{path_of(guest)}/1/whep", other)
        await other.sees(5)
        for url in (seat, f"{path_of(guest)}/4/whep", "/livestream/stage/wrong/0/whep"):
            assert (await visitor.post(url, content="v=0", headers=SDP)).status_code == 404
    await ok(await act(presenter, broadcast, "cancel"))
    assert (await visitor.post(f"{path_of(guest)}/whip", content="v=0", headers=SDP)).status_code == 409
