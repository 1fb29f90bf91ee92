"""From WHIP to WHEP through HTTP, with aiortc on both sides."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import ClientFor
from nakamise.testing.people import Person
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.stage import Json, Stage, act, ok, on_air, planned, read
from tests.plugins.livestream.whip.rtc import post, send, watch
from tests.plugins.livestream.whip.waiting import until

WHIP = "/livestream/whip"


async def new_key(host: Person, broadcast: Json) -> str:
    made = await ok(await host.client.post(f"/api/livestream/studio/broadcasts/{broadcast['id']}/key"))
    return str(made["key"])


def whip(broadcast: Json) -> str:
    return f"/livestream/{broadcast['id']}/whip"


def whep(broadcast: Json) -> str:
    return f"/livestream/{broadcast['id']}/whep"


@pytest.mark.req("LC-0.13", "BX-10")
async def test_a_programme_sends_and_guests_see_it(
    stage: Stage, presenter: Person, client: ClientFor
) -> None:
    broadcast = await on_air(presenter)
    key = await new_key(presenter, broadcast)
    async with publisher() as sender, viewer() as seer:
        published = await send(client(stage.tenant), WHIP, sender, key)
        assert published.headers["location"].startswith("/livestream/")
        assert published.headers["etag"].startswith('"')
        assert published.headers["content-type"].startswith("application/sdp")
        await watch(client(stage.tenant), whep(broadcast), seer)
        await seer.sees(10)

        async def is_noted() -> bool:
            return bool(
                await stage.value(
                    "SELECT publishing FROM livestream_broadcast WHERE id = $1", broadcast["id"]
                )
            )

        await until(is_noted)
        gone = await client(stage.tenant).delete(published.headers["location"])
        assert gone.status_code == 200
        again = await client(stage.tenant).delete(published.headers["location"])
        assert again.status_code == 404

        async def is_missed() -> bool:
            return not await is_noted()

        await until(is_missed)


@pytest.mark.req("BX-10")
async def test_the_studio_sends_with_its_cookie(stage: Stage, presenter: Person, client: ClientFor) -> None:
    broadcast = await planned(presenter)
    async with publisher() as sender:
        await send(presenter.client, whip(broadcast), sender)
        too = await post(presenter.client, whip(broadcast), await sender.offer())
        assert too.status_code == 409
        assert too.json()["code"] == "already_publishing"
        early = await post(client(stage.tenant), whep(broadcast), "")
        assert early.status_code == 404
        await ok(await act(presenter, broadcast, "start"))
        async with viewer() as seer:
            await watch(client(stage.tenant), whep(broadcast), seer)
            await seer.sees(5)
    assert (await read(presenter, broadcast))["state"] == "live"
