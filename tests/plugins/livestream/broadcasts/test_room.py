"""The room of a broadcast: who comes in, and what is heard there."""

from __future__ import annotations

import asyncio
import uuid

import msgspec
import pytest

from nakamise.rooms.address import RoomKey
from nakamise.rooms.event import View
from nakamise.rooms.hub import Visitor
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts.admission import admit
from nakamise_livestream.broadcasts.room import KIND
from tests.core.rooms.ears import Ears
from tests.plugins.livestream.stage import API, Stage, act, in_, ok, on_air, planned


async def test_who_may_see_it_may_come_in(
    stage: Stage, presenter: Person, viewer: Person, admin: Person
) -> None:
    hidden, public = await planned(presenter), await on_air(presenter)
    for room_id in (hidden["id"], str(uuid.uuid4()), "strange"):
        assert await admit(viewer.ctx, room_id) is None
    for person, staff, counted in ((viewer, False, True), (admin, True, True), (presenter, True, False)):
        found = await admit(person.ctx, public["id"])
        assert found is not None
        assert (found.staff, found.counted) == (staff, counted), person.actor.display_name


@pytest.mark.req("LC-7.4.5", "LC-9.6.2")
async def test_everybody_in_it_hears_its_states_at_once(stage: Stage, presenter: Person) -> None:
    made = await planned(presenter, scheduled_for=in_(stage.ctx, hours=1))
    runtime = stage.ctx.runtime
    declared = runtime.host.room_kind(KIND, stage.tenant.plugins)
    assert declared is not None
    key = RoomKey(stage.tenant.id, KIND, made["id"])
    visitor = Visitor(View("ja"), "192.0.2.1", b"somebody")
    async with runtime.rooms.listening(key, declared.kind, visitor, None) as (listener, first):
        ears = Ears(listener, first)
        story = (("start", "live"), ("pause", "paused"), ("resume", "live"), ("end", "ended"))
        for number, (verb, state) in enumerate(story, 1):
            await ok(await act(presenter, made, verb))
            heard = (await ears.of("state", number))[-1]
            assert (heard.data["broadcast_id"], heard.data["state"]) == (made["id"], state)


@pytest.mark.req("LC-2.1.3")
async def test_lists_follow_who_comes_and_goes(stage: Stage, presenter: Person, viewer: Person) -> None:
    """Within five seconds, and who waited for the start counts from the start on."""
    made = await planned(presenter, scheduled_for=in_(stage.ctx, hours=1))
    runtime = stage.ctx.runtime
    declared = runtime.host.room_kind(KIND, stage.tenant.plugins)
    assert declared is not None
    key = RoomKey(stage.tenant.id, KIND, made["id"])
    assert await admit(viewer.ctx, made["id"]) is not None
    async with runtime.live.listening(stage.tenant.id, ["livestream.numbers"], None) as page:
        visitor = Visitor(View("ja"), "192.0.2.1", b"somebody")
        async with runtime.rooms.listening(key, declared.kind, visitor, None):
            await ok(await act(presenter, made, "start"))
            came = await asyncio.wait_for(page.next(), 5)
            assert msgspec.json.decode(came.data) == {"broadcast_id": made["id"], "viewers": 1}
        went = await asyncio.wait_for(page.next(), 5)
        assert msgspec.json.decode(went.data) == {"broadcast_id": made["id"], "viewers": 0}
    card = (await ok(await viewer.client.get(f"{API}/broadcasts")))["items"][0]
    assert (card["viewers_now"], card["viewers_total"]) == (0, 1)
