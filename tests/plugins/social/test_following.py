"""Following, its opposite, the switch and the numbers."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

from nakamise.contracts.live import Followers
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import Stage, ok
from tests.plugins.social.acts import API, broadcaster_id, follow, shown, suspend, switch, titles, unfollow


@pytest.mark.req("LC-2.4.3")
async def test_many_clicks_at_once_are_one_follow(stage: Stage, presenter: Person, viewer: Person) -> None:
    answers = await asyncio.gather(*(follow(viewer, presenter) for _ in range(8)))
    assert {one.status_code for one in answers} == {200}
    assert await stage.value("SELECT count(*) FROM social_follow") == 1
    assert answers[0].json()["followers"] == 1
    assert await titles(presenter) == ["視聴者さんがあなたをフォローしました"]
    await asyncio.gather(*(unfollow(viewer, presenter) for _ in range(4)))
    assert await stage.value("SELECT count(*) FROM social_follow") == 0


async def test_following_again_tells_the_broadcaster_once(presenter: Person, viewer: Person) -> None:
    for _ in range(3):
        await ok(await follow(viewer, presenter))
        await unfollow(viewer, presenter)
    assert len(await titles(presenter)) == 1


@pytest.mark.req("LC-2.4.3")
async def test_guests_and_oneself(stage: Stage, presenter: Person) -> None:
    id_ = await broadcaster_id(presenter)
    guest = stage.client_for(stage.tenant)
    assert (await guest.put(f"{API}/broadcasters/{id_}/follow")).status_code == httpx.codes.UNAUTHORIZED
    page = await guest.get(f"/social/{id_}")
    assert f"/login?next=/social/{id_}" in page.text
    sent = await guest.post(f"/social/broadcasters/{id_}/follow", data={"on": "1"})
    assert (sent.status_code, sent.headers["location"].partition("?")[0]) == (303, "/login")
    refused = await follow(presenter, presenter)
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.CONFLICT, "own")


@pytest.mark.req("LC-6.4.1", "LC-6.4.2", "LC-6.4.3")
async def test_whom_i_follow(stage: Stage, presenter: Person, viewer: Person) -> None:
    other = await stage.host("夏美")
    for one in (presenter, other):
        await ok(await follow(viewer, one))
    assert (await switch(viewer, other, notify=False)).status_code == httpx.codes.NO_CONTENT
    found = await ok(await viewer.client.get(f"{API}/following"))
    lines = {one["broadcaster"]["name"]: (one["notify"], one["followers"]) for one in found["items"]}
    assert (found["total"], lines) == (2, {"春香": (True, 1), "夏美": (False, 1)})
    page = await viewer.client.get("/social/following")
    assert "2人の配信者をフォロー中" in page.text
    await unfollow(viewer, other)
    assert "1人の配信者をフォロー中" in (await viewer.client.get("/social/following")).text
    assert (await switch(viewer, other, notify=True)).status_code == httpx.codes.NOT_FOUND


async def test_somebody_suspended_stays_in_the_list_and_can_be_left(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    await ok(await follow(viewer, presenter))
    await suspend(stage, presenter)
    found = await ok(await viewer.client.get(f"{API}/following"))
    assert [(one["broadcaster"], one["followers"]) for one in found["items"]] == [(None, 1)]
    page = (await viewer.client.get("/social/following")).text
    assert "この配信者は現在公開されていません" in page
    path = f"/social/broadcasters/{found['items'][0]['broadcaster_id']}/follow"
    assert (await viewer.client.post(path, data={"next": "/social/following"})).status_code == 303
    assert (await ok(await viewer.client.get(f"{API}/following")))["total"] == 0
    assert (await follow(viewer, presenter)).status_code == httpx.codes.NOT_FOUND


@pytest.mark.req("DF-05", "LC-7.5.1", "LC-2.4.2", "LC-2.2.3")
async def test_one_number_everywhere(stage: Stage, presenter: Person, viewer: Person) -> None:
    assert "まだフォロワーがいません" in await shown(presenter, "/social/followers")
    fans = [viewer, await stage.person("常連"), await stage.person("新人")]
    for fan in fans:
        await ok(await follow(fan, presenter))
    await switch(fans[1], presenter, notify=False)
    id_ = await broadcaster_id(presenter)
    mine = await ok(await presenter.client.get(f"{API}/followers"))
    assert (mine["numbers"]["followers"], mine["numbers"]["notified"]) == (3, 2)
    assert [one["name"] for one in mine["items"]] == ["新人", "常連", "視聴者"]
    assert mine["numbers"]["latest"] == mine["items"][0]["since"]
    seen = await ok(await viewer.client.get(f"{API}/profiles/{id_}"))
    beside = await ok(await viewer.client.get(f"{API}/broadcasters/{id_}/follow"))
    async with stage.ctx.read() as tx:
        counted = await stage.ctx.service(Followers).counts(tx, [uuid.UUID(id_), uuid.uuid4()])
    assert (seen["follow"]["followers"], beside["followers"], list(counted.values())) == (3, 3, [3, 0])
    page = await shown(presenter, "/social/followers")
    assert "まだフォロワーがいません" not in page
    assert "総フォロワー数" in page


async def test_only_broadcasters_have_followers(viewer: Person) -> None:
    refused = await viewer.client.get(f"{API}/followers")
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.FORBIDDEN, "not_approved")


async def test_the_button_alone_so_that_a_video_goes_on(presenter: Person, viewer: Person) -> None:
    path = f"/social/broadcasters/{await broadcaster_id(presenter)}/follow"
    answer = await viewer.client.post(
        path,
        data={"on": "1", "next": "/livestream"},
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )
    assert answer.status_code == httpx.codes.OK
    assert "フォロー中" in answer.text
    assert "<html" not in answer.text
