"""Another media server instead of ours: asked by us, or by the viewers themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from nakamise.plugin import MediaSettings
from nakamise.settings import Settings
from nakamise.testing.drain import drain
from nakamise.testing.fakes import FakingHost
from nakamise_livestream.media import EngineAway
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.whip import streams
from nakamise_livestream.whip.external import ExternalEngine
from tests.plugins.livestream.engines.installed import installed
from tests.plugins.livestream.engines.strict import TOKEN, Asked, Reply, StrictServer, strict_server
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.stage import Stage, act, id_of, ok, on_air
from tests.plugins.livestream.whip.rtc import SDP, post, send, take, watch
from tests.plugins.livestream.whip.test_publish_and_watch import WHIP, new_key, whep, whip

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
RESTART = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
PUBLISHING = "SELECT publishing FROM livestream_broadcast WHERE id = $1"


def at(server: StrictServer, *, token: str = TOKEN, redirect: bool = False) -> MediaSettings:
    return MediaSettings(
        whip_url=f"{server.origin}/{{stream}}/whip",
        whep_url=f"{server.origin}/{{stream}}/whep",
        token=token,
        redirect=redirect,
    )


@pytest.fixture(scope="module")
async def one_server(engine: EmbeddedEngine) -> AsyncIterator[StrictServer]:
    async with strict_server(engine) as made:
        yield made


@pytest.fixture
def server(one_server: StrictServer) -> StrictServer:
    """As new."""
    one_server.asked.clear()
    one_server.sessions.clear()
    one_server.lie, one_server.players_need_token = None, True
    return one_server


@pytest.fixture(scope="module")
async def stage(one_server: StrictServer, settings: Settings, host: FakingHost) -> AsyncIterator[Stage]:
    async with installed(settings, host, at(one_server)) as made:
        yield made


@pytest.mark.req("BX-10")
async def test_offers_are_passed_on_and_the_end_cuts_the_publisher(
    stage: Stage, server: StrictServer
) -> None:
    presenter = await stage.host()
    broadcast = await on_air(presenter)
    name = streams.name_of(stage.ctx, id_of(broadcast))
    guest = stage.client_for(stage.tenant)
    async with publisher("H264", EncodedTrack()) as sender, viewer() as seer, publisher() as second:
        sent = await send(guest, WHIP, sender, await new_key(presenter, broadcast))
        assert sent.headers["location"].startswith(f"/livestream/{broadcast['id']}/whip/")
        assert await stage.value(PUBLISHING, id_of(broadcast))
        seen = await watch(guest, whep(broadcast), seer)
        await seer.sees(5)
        assert [one.path for one in server.asked] == [f"/{name}/whip", f"/{name}/whep"]
        again = await post(presenter.client, whip(broadcast), await second.offer())
        assert (again.status_code, again.json()["code"]) == (409, "already_publishing")
        place = seen.headers["location"]
        trickled = await guest.patch(place, content="a=end-of-candidates\r\n", headers=FRAGMENT)
        assert trickled.status_code == 204
        assert (await guest.patch(place, content=RESTART, headers=FRAGMENT)).status_code == 428
        restarted = await guest.patch(place, content=RESTART, headers={**FRAGMENT, "If-Match": "*"})
        assert restarted.status_code == 200
        assert restarted.headers["etag"] != seen.headers["etag"]
        assert (await guest.delete(place)).status_code == 200
        assert len(server.sessions) == 1
        await ok(await act(presenter, broadcast, "end"))
        await drain(stage.ctx.runtime, stage.tenant)
        assert server.sessions == set()
        assert server.asked[-1].method == "DELETE"


async def test_a_publisher_that_says_goodbye_is_missed(stage: Stage, server: StrictServer) -> None:
    presenter = await stage.host()
    broadcast = await on_air(presenter)
    async with publisher("H264", EncodedTrack()) as sender:
        sent = await send(presenter.client, whip(broadcast), sender)
        assert (await presenter.client.delete(sent.headers["location"])).status_code == 200
    assert server.sessions == set()
    assert not await stage.value(PUBLISHING, id_of(broadcast))


async def test_what_the_server_refuses_is_refused_in_our_words(stage: Stage, server: StrictServer) -> None:
    presenter = await stage.host()
    broadcast = await on_air(presenter)
    guest = stage.client_for(stage.tenant)
    early = await post(guest, whep(broadcast), "v=0")
    assert (early.status_code, early.json()["code"]) == (409, "not_live")
    bad = await post(presenter.client, whip(broadcast), "v=nonsense")
    assert bad.status_code in (400, 422)

    def proud(_: Asked) -> Reply:
        return 200, {"Content-Type": "application/sdp"}, "v=0"

    def endless(_: Asked) -> Reply:
        return 201, {"Location": "/session/x"}, "v" * 200_001

    def broken(_: Asked) -> Reply:
        return 500, {}, "Traceback of theirs"

    for lie in (proud, endless, broken):
        server.lie = lie
        refused = await post(presenter.client, whip(broadcast), "v=0")
        assert (refused.status_code, refused.json()["code"]) == (503, "engine_away")
        assert int(refused.headers["retry-after"]) > 0
        assert "Traceback" not in refused.text


async def test_without_its_token_or_without_the_server(server: StrictServer) -> None:
    engine = ExternalEngine(at(server, token="wrong"))
    with pytest.raises(EngineAway):
        await engine.publish("any", "v=0")
    assert server.asked[-1].headers["authorization"] == "Bearer wrong"
    await engine.stop()
    nobody = StrictServer(server.engine, port=1)
    engine = ExternalEngine(at(nobody))
    with pytest.raises(EngineAway):
        await engine.play("any", "v=0")
    await engine.stop()


async def test_viewers_are_sent_there(server: StrictServer, settings: Settings, host: FakingHost) -> None:
    server.players_need_token = False
    async with installed(settings, host, at(server, redirect=True)) as stage:
        presenter = await stage.host()
        broadcast = await on_air(presenter)
        guest = stage.client_for(stage.tenant)
        async with publisher("H264", EncodedTrack()) as sender, viewer() as seer:
            await send(presenter.client, whip(broadcast), sender)
            offer = await seer.offer()
            asked = len(server.asked)
            away = await post(guest, whep(broadcast), offer)
            assert away.status_code == 307
            assert len(server.asked) == asked
            name = streams.name_of(stage.ctx, id_of(broadcast))
            assert away.headers["location"] == f"{server.origin}/{name}/whep"
            async with httpx.AsyncClient() as browser:
                answer = await browser.post(away.headers["location"], content=offer, headers=SDP)
            await take(seer.connection, answer)
            await seer.sees(5)
        # Who may not watch is not told where it is.
        await ok(await act(presenter, broadcast, "end"))
        assert (await post(guest, whep(broadcast), offer)).status_code == 404
