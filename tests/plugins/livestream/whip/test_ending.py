"""The end of a broadcast is the end of its media; what was watched is counted; keys may start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from aiortc import RTCPeerConnection

from nakamise.plugin import Span
from nakamise.rooms.address import RoomKey
from nakamise.rooms.event import View
from nakamise.rooms.hub import Visitor
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts.room import KIND
from nakamise_livestream.whip import chores, streams
from nakamise_livestream.whip.companion import MediaHost
from tests.core.rooms.ears import Ears
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.stage import Stage, act, id_of, ok, on_air, planned, read
from tests.plugins.livestream.whip.rtc import post, send, watch
from tests.plugins.livestream.whip.test_publish_and_watch import WHIP, new_key, whep, whip
from tests.plugins.livestream.whip.waiting import until


async def test_staff_end_it_and_the_media_is_cut(
    stage: Stage, presenter: Person, admin: Person, client: ClientFor, drain: Drain, media: MediaHost
) -> None:
    broadcast = await on_air(presenter)
    guest = client(stage.tenant)
    async with publisher() as sender, viewer() as seer:
        await send(presenter.client, whip(broadcast), sender)
        watching = await watch(guest, whep(broadcast), seer)
        await seer.sees(30)
        offers = [one.connection.localDescription.sdp for one in (seer, sender)]
        end = f"/api/livestream/staff/broadcasts/{broadcast['id']}/end"
        await ok(await admin.client.post(end, json={"reason": "規約違反"}))
        await drain(stage.tenant)
        assert await media.engine.stats(streams.name_of(stage.ctx, id_of(broadcast))) is None
        assert (await guest.delete(watching.headers["location"])).status_code == 404
        assert (await post(guest, whep(broadcast), offers[0])).status_code == 404
        assert (await post(presenter.client, whip(broadcast), offers[1])).status_code == 409

        async def is_counted() -> bool:
            sql = "SELECT coalesce(sum(bytes), 0) FROM livestream_watched WHERE broadcast_id = $1"
            return bool(await stage.value(sql, id_of(broadcast)))

        await until(is_counted)
        now = stage.ctx.now()
        month = Span(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0), now)
        async with stage.ctx.read() as tx:
            assert await chores.bytes_sent(stage.ctx, tx, month) > 1000


@pytest.mark.req("LC-9.6.2")
async def test_a_forced_end_is_there_within_two_seconds(
    stage: Stage,
    presenter: Person,
    admin: Person,
    client: ClientFor,
    record_property: Callable[[str, object], None],
) -> None:
    """From the press to the viewers' page and to the last packet; no background work is done meanwhile."""
    broadcast = await on_air(presenter)
    runtime = stage.ctx.runtime
    declared = runtime.host.room_kind(KIND, stage.tenant.plugins)
    assert declared is not None
    key = RoomKey(stage.tenant.id, KIND, broadcast["id"])
    visitor = Visitor(View("ja"), "192.0.2.1", b"somebody")
    async with publisher("H264", EncodedTrack()) as sender, viewer() as seer:
        await send(presenter.client, whip(broadcast), sender)
        await watch(client(stage.tenant), whep(broadcast), seer)
        await seer.sees(5)
        async with runtime.rooms.listening(key, declared.kind, visitor, None) as (listener, first):
            ears = Ears(listener, first)
            began = time.monotonic()
            async with asyncio.timeout(2):
                end = f"/admin/livestream/broadcasts/{broadcast['id']}/end"
                assert (await admin.client.post(end, data={"reason": "規約違反"})).status_code == 303
                heard = (await ears.of("state", 1))[-1]
                for one in (seer, sender):
                    await _is_cut(one.connection)
            record_property("ended_after_s", time.monotonic() - began)
    assert (heard.data["state"], heard.data["end_why"], heard.data["reason"]) == (
        "ended",
        "forced",
        "規約違反",
    )


async def _is_cut(connection: RTCPeerConnection) -> None:
    while connection.connectionState != "closed":  # noqa: ASYNC110 - its event may be over
        await asyncio.sleep(0.01)


async def test_a_programme_starts_it_where_that_is_wished(
    stage: Stage, presenter: Person, client: ClientFor, runtime: Runtime, ctx_for: CtxFor
) -> None:
    await switches.configure(runtime, stage.tenant.id, "livestream", {"auto_start": True}, actor="test")
    broadcast = await planned(presenter)
    async with publisher() as sender:
        await send(client(stage.tenant), WHIP, sender, await new_key(presenter, broadcast))
        assert (await read(presenter, broadcast))["state"] == "live"


async def test_who_was_missed_by_nobody_is_missed_later(stage: Stage, presenter: Person) -> None:
    """The engine was started anew while nobody listened."""
    broadcast = await on_air(presenter)
    async with stage.ctx.begin() as tx:
        sql = "UPDATE livestream_broadcast SET publishing = true, lost_at = NULL WHERE id = $1"
        await tx.execute(sql, id_of(broadcast))
    await chores.check_sending(stage.ctx)
    sql = "SELECT publishing OR lost_at IS NULL FROM livestream_broadcast WHERE id = $1"
    assert await stage.value(sql, id_of(broadcast)) is False


async def test_a_line_that_drops_is_taken_up_again(
    stage: Stage, presenter: Person, client: ClientFor
) -> None:
    broadcast = await on_air(presenter)
    missing = "SELECT lost_at IS NOT NULL FROM livestream_broadcast WHERE id = $1"

    async def is_missing() -> bool:
        return bool(await stage.value(missing, id_of(broadcast)))

    async def is_back() -> bool:
        return not await is_missing()

    async with publisher() as sender, viewer() as seer:
        await send(presenter.client, whip(broadcast), sender)
        await watch(client(stage.tenant), whep(broadcast), seer)
        await seer.sees(5)
        await asyncio.gather(sender.connection.close(), until(is_missing))
        async with publisher() as again:
            await send(presenter.client, whip(broadcast), again)
            await seer.sees(10)
            await until(is_back)
            assert (await read(presenter, broadcast))["state"] == "live"
    await ok(await act(presenter, broadcast, "end"))
