"""Who may invite, mute and remove; what a link opens, and when it opens nothing any more."""

from __future__ import annotations

import asyncio
import re

import pytest

from nakamise.testing.fixtures import ClientFor
from nakamise.testing.people import Person
from nakamise_livestream.stage import guests
from tests.plugins.livestream.stage import API, Json, Stage, act, id_of, ok, on_air, planned

pytestmark = pytest.mark.req("GL-10", "GA-49")


def address(broadcast: Json) -> str:
    return f"{API}/studio/broadcasts/{broadcast['id']}/guests"


async def invited(host: Person, broadcast: Json, name: str = "美咲") -> Json:
    made: Json = await ok(await host.client.post(address(broadcast), json={"name": name}))
    return made


def path_of(guest: Json) -> str:
    return "/livestream/stage/" + str(guest["url"]).rpartition("/")[2]


async def test_three_seats_and_no_more_even_at_once(stage: Stage, presenter: Person) -> None:
    broadcast = await planned(presenter)
    answers = await asyncio.gather(
        *(presenter.client.post(address(broadcast), json={"name": f"客{n}"}) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"stage_full"}
    found = await ok(await presenter.client.get(address(broadcast)))
    assert [one["seat"] for one in found] == [1, 2, 3]
    assert {one["state"] for one in found} == {"invited"}
    assert not any("url" in one for one in found)


async def test_only_the_host_and_staff_decide(stage: Stage, presenter: Person, client: ClientFor) -> None:
    broadcast = await on_air(presenter)
    guest = await invited(presenter, broadcast)
    other = await stage.host("別の配信者")
    for client_, status in ((client(stage.tenant), 401), (other.client, 404)):
        one = f"{address(broadcast)}/{guest['id']}"
        answers = [
            await client_.get(address(broadcast)),
            await client_.post(address(broadcast), json={"name": "誰か"}),
            await client_.put(f"{one}/muted", json={"on": True}),
            await client_.delete(one),
        ]
        assert {answer.status_code for answer in answers} == {status}


async def test_a_name_is_needed(presenter: Person) -> None:
    broadcast = await planned(presenter)
    for name in (" ", "長" * 41):
        answer = await presenter.client.post(address(broadcast), json={"name": name})
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_the_link_opens_until_the_guest_is_removed(
    stage: Stage, presenter: Person, client: ClientFor
) -> None:
    broadcast = await planned(presenter)
    guest = await invited(presenter, broadcast)
    visitor = client(stage.tenant)
    page = await visitor.get(path_of(guest))
    assert page.status_code == 200
    assert "美咲" in page.text
    assert 'content="noindex"' in page.text
    left = await ok(await presenter.client.delete(f"{address(broadcast)}/{guest['id']}"))
    assert left == []
    assert (await visitor.get(path_of(guest))).status_code == 404
    assert (await visitor.get("/livestream/stage/wrong")).status_code == 404
    again = await invited(presenter, broadcast)
    assert again["seat"] == guest["seat"]


async def test_over_is_over(stage: Stage, presenter: Person, client: ClientFor) -> None:
    broadcast = await on_air(presenter)
    guest = await invited(presenter, broadcast)
    await ok(await act(presenter, broadcast, "end"))
    assert (await presenter.client.post(address(broadcast), json={"name": "遅い"})).status_code == 409
    page = await client(stage.tenant).get(path_of(guest))
    assert "この配信は終了しました" in page.text
    assert not re.search(r"<script[^>]*js/guest\.js", page.text)


async def test_whoever_comes_is_told_to_the_room_and_nobody_else_is_let_in(
    stage: Stage, presenter: Person
) -> None:
    broadcast = await planned(presenter)
    id_ = id_of(broadcast)
    await invited(presenter, broadcast)
    assert not await guests.arrived(stage.ctx, id_, 2)
    assert await guests.arrived(stage.ctx, id_, 1)
    assert await guests.arrived(stage.ctx, id_, 1)
    async with stage.ctx.read() as tx:
        assert [(one.seat, one.name) for one in await guests.on_stage(tx, id_)] == [(1, "美咲")]
    await guests.left(stage.ctx, id_, 1)
    async with stage.ctx.read() as tx:
        assert await guests.on_stage(tx, id_) == []
