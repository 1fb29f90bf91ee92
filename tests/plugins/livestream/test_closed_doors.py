"""What is not for everybody: no door of a draft, a rehearsal, a suspended host's or another tenant's broadcast opens,
and none tells that there is one.
"""

from __future__ import annotations

import uuid

import httpx
import pytest

from nakamise.ids import uuid7
from nakamise.media import put_object
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from nakamise_livestream.broadcasters import decide
from tests.plugins.livestream.stage import API, Json, Stage, act, id_of, in_, ok, on_air, planned
from tests.plugins.shop.stall import insert

pytestmark = pytest.mark.req("LC-0.14", "LC-0.30", "LC-2.3.5")
DOORS = (
    "GET /rooms/livestream.broadcast/{id}",
    "GET /api/core/rooms/livestream.broadcast/{id}",
    "GET /livestream/{id}",
    "GET /livestream/{id}/event.ics",
    "POST /livestream/{id}/whep",
    "GET /livestream/{id}/hls/index.m3u8",
    "GET /livestream/{id}/hls/1.m4s",
    "GET /livestream/{id}/hls/1.mp4",
    "GET {api}/broadcasts/{id}",
    "GET {api}/broadcasts/{id}/archive",
    "POST {api}/broadcasts/{id}/archive/views",
    "GET {api}/broadcasts/{id}/chat",
    "GET {api}/broadcasts/{id}/chat/lines?before={random}",
    "GET {api}/broadcasts/{id}/chat/replay?from=2026-01-01T00:00:00Z&to=2126-01-01T00:00:00Z",
    "POST {api}/broadcasts/{id}/reactions",
    "POST {api}/broadcasts/{id}/chat/lines",
)
BODIES: dict[str, Json] = {"reactions": {"n": 1}, "lines": {"text": "x", "key": str(uuid.uuid4())}}


async def knock(person: Person, door: str, id_: object) -> httpx.Response:
    method, _, url = door.partition(" ")
    url = url.format(api=API, id=id_, random=uuid.uuid4())
    body = BODIES.get(url.rpartition("/")[2])
    if url.endswith("/whep"):
        headers = {"Content-Type": "application/sdp"}
        return await person.client.post(url, content="v=0", headers=headers)
    return await person.client.request(method, url, json=body)


async def recorded(stage: Stage, broadcast: Json) -> None:
    """One segment, not published."""
    now, id_ = stage.ctx.now(), id_of(broadcast)
    keys = [await put_object(stage.ctx, "recording", ext, b"piece") for ext in ("m4s", "mp4")]
    segment = {"number": 1, "key": keys[0], "init_key": keys[1], "begins_at": now, "starts_us": 0}
    size = {"duration_us": 2_000_000, "bytes": 5, "is_discontinuous": False}
    async with stage.ctx.begin() as tx:
        recording = {"broadcast_id": id_, "created_at": now, "is_published": False}
        await insert(tx, "livestream_recording", recording)
        await insert(tx, "livestream_segment", {"broadcast_id": id_, **segment, **size})


async def suspended(stage: Stage) -> Json:
    """A host who was on the air, and then was suspended."""
    host = await stage.host("停止された人")
    made = await on_air(host)
    await recorded(stage, made)
    async with stage.ctx.begin() as tx:
        id_ = await tx.value("SELECT id FROM livestream_broadcaster WHERE user_id = $1", host.id)
        await decide.suspend(stage.ctx, tx, id_, "理由")
    return made


async def foreign(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> Json:
    """On the air at another tenant, with a recording."""
    tenant = await make_tenant(plugins=("livestream",))
    other = Stage(tenant, ctx_for(tenant), client, ctx_for)
    made = await on_air(await other.host())
    await recorded(other, made)
    return made


async def test_nobody_else_comes_in_and_all_doors_look_as_if_there_were_nothing(
    stage: Stage,
    presenter: Person,
    viewer: Person,
    as_guest: As,
    make_tenant: MakeTenant,
    client: ClientFor,
    ctx_for: CtxFor,
) -> None:
    rehearsal = await planned(presenter)
    url = f"{API}/studio/broadcasts/{rehearsal['id']}/rehearsal"
    await ok(await presenter.client.put(url, json={"on": True}))
    hidden = {
        "draft": await planned(presenter),
        "rehearsal": rehearsal,
        "suspended": await suspended(stage),
        "foreign": await foreign(make_tenant, client, ctx_for),
    }
    open_ = []
    for person in (await as_guest(stage.tenant), viewer):
        for door in DOORS:
            nowhere = await knock(person, door, uuid7())
            for why, broadcast in hidden.items():
                answer = await knock(person, door, broadcast["id"])
                if answer.status_code != nowhere.status_code or answer.status_code not in (401, 404):
                    open_.append(
                        f"{door} of {why} for {person.actor.display_name}: {answer.status_code}, nowhere {nowhere.status_code}"
                    )
    assert not open_, "\n".join(open_)


async def test_the_same_doors_open_for_what_is_everybodys(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    """The control: what is refused above is there. Rooms answer without end: test_room has them."""
    made = await on_air(presenter, scheduled_for=in_(stage.ctx, hours=1))
    await recorded(stage, made)
    for door in DOORS:
        if "/rooms/" not in door:
            answer = await knock(viewer, door, made["id"])
            assert answer.status_code not in (401, 403, 404), f"{door}: {answer.status_code}"


async def test_a_recording_that_is_not_published_is_its_hosts(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await on_air(presenter)
    await recorded(stage, made)
    await ok(await act(presenter, made, "end"))
    doors = [door for door in DOORS if "/hls/" in door or "/archive" in door]
    assert {(await knock(viewer, door, made["id"])).status_code for door in doors} == {404}
    assert {(await knock(presenter, door, made["id"])).status_code for door in doors} == {200}
