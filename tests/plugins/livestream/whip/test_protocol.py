"""What RFC 9725 (WHIP) and draft-ietf-wish-whep-03 (WHEP) demand of HTTP, from a list, of both endpoints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from nakamise.plugin import Tenant
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from nakamise.testing.tenants import client_of
from nakamise_livestream.media import MediaRefusal
from nakamise_livestream.words import REFUSALS
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import Publisher, Viewer, publisher, viewer
from tests.plugins.livestream.stage import Json, Stage, on_air
from tests.plugins.livestream.whip.conftest import engine_of
from tests.plugins.livestream.whip.rtc import post, send, watch

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
RESTART = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"


@dataclass
class Sessions:
    """One of each protocol, running. ``client`` is a stranger to both."""

    host: Person
    client: httpx.AsyncClient
    broadcast: Json
    made: dict[str, httpx.Response]
    offers: dict[str, str]

    def endpoint(self, protocol: str) -> str:
        return f"/livestream/{self.broadcast['id']}/{protocol}"

    def who(self, protocol: str) -> httpx.AsyncClient:
        return self.host.client if protocol == "whip" else self.client

    def location(self, protocol: str) -> str:
        return self.made[protocol].headers["location"]

    async def patch(self, protocol: str, body: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.patch(self.location(protocol), content=body, headers={**FRAGMENT, **named})


@pytest.fixture
async def sessions(stage: Stage, presenter: Person) -> AsyncIterator[Sessions]:
    async with running(stage, presenter) as made:
        yield made


@pytest.fixture(scope="module")
async def standing(
    runtime: Runtime, app: App, make_tenant: MakeTenant, ctx_for: CtxFor
) -> AsyncIterator[Sessions]:
    """For whoever leaves them as they are."""
    await engine_of(runtime)
    tenant = await make_tenant(plugins=("livestream", "webhooks"))
    async with AsyncExitStack() as stack:

        def client_for(tenant: Tenant) -> httpx.AsyncClient:
            client = client_of(app, runtime, tenant)
            stack.push_async_callback(client.aclose)
            return client

        stage = Stage(tenant, ctx_for(tenant), client_for, ctx_for)
        async with running(stage, await stage.host()) as made:
            yield made
        assert await stage.broken() == []


@asynccontextmanager
async def running(stage: Stage, presenter: Person) -> AsyncIterator[Sessions]:
    broadcast = await on_air(presenter)
    path = f"/livestream/{broadcast['id']}"
    guest = stage.client_for(stage.tenant)
    async with publisher("H264", EncodedTrack()) as sender, viewer() as seer:
        made = {"whip": await send(presenter.client, f"{path}/whip", sender)}
        made["whep"] = await watch(guest, f"{path}/whep", seer)
        yield Sessions(presenter, guest, broadcast, made, await offers(sender, seer))


async def offers(sender: Publisher, seer: Viewer) -> dict[str, str]:
    return {
        "whip": sender.connection.localDescription.sdp,
        "whep": seer.connection.localDescription.sdp,
    }


Check = Callable[[Sessions, str], Awaitable[None]]
LIST: dict[str, Check] = {}
CHANGES: set[str] = set()


def must(text: str, *, changes: bool = False) -> Callable[[Check], Check]:
    """``changes``: the session is another one afterwards, or gone."""

    def note(check: Check) -> Check:
        LIST[text] = check
        if changes:
            CHANGES.add(text)
        return check

    return note


@must("POST: 201, application/sdp, Location of the same host, ETag")
async def created(s: Sessions, protocol: str) -> None:
    made = s.made[protocol]
    assert made.status_code == 201
    assert made.headers["content-type"].startswith("application/sdp")
    location = httpx.URL(str(made.request.url)).join(made.headers["location"])
    assert location.host == made.request.url.host
    assert len(location.path) - len(s.endpoint(protocol)) > 30
    assert made.headers["etag"].startswith('"')
    assert "a=ice-lite" in made.text


@must("the answer has the other direction")
async def direction(s: Sessions, protocol: str) -> None:
    assert ("a=recvonly" if protocol == "whip" else "a=sendonly") in s.made[protocol].text


@must("POST of another content type: 415")
async def wrong_type(s: Sessions, protocol: str) -> None:
    answer = await s.who(protocol).post(
        s.endpoint(protocol), content="{}", headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415
    assert answer.headers["accept-post"] == "application/sdp"


@must("POST of what is no SDP: 400 or 422, problem+json")
async def malformed(s: Sessions, protocol: str) -> None:
    answer = await post(s.who(protocol), s.endpoint(protocol), "v=nonsense")
    assert answer.status_code in ((400, 422) if protocol == "whep" else (400, 409, 422))
    assert answer.headers["content-type"].startswith("application/problem+json")


@must("PATCH with candidates: 204, no ETag, also without If-Match")
async def trickle(s: Sessions, protocol: str) -> None:
    answer = await s.patch(protocol, "a=end-of-candidates\r\n")
    assert answer.status_code == 204, answer.text
    assert "etag" not in answer.headers
    tag = s.made[protocol].headers["etag"]
    assert (await s.patch(protocol, "a=end-of-candidates\r\n", If_Match=tag)).status_code == 204


@must("PATCH with a stale tag: 412; a restart without If-Match: 428; the session goes on")
async def preconditions(s: Sessions, protocol: str) -> None:
    assert (await s.patch(protocol, "a=end-of-candidates\r\n", If_Match='"old"')).status_code == 412
    assert (await s.patch(protocol, RESTART)).status_code == 428
    assert (await s.client.get(s.location(protocol))).status_code == 204


@must(
    "PATCH restarts ICE: 200, a new ETag, a fragment with new credentials; the tag of before is stale",
    changes=True,
)
async def restart(s: Sessions, protocol: str) -> None:
    answer = await s.patch(protocol, RESTART, If_Match="*")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/trickle-ice-sdpfrag")
    assert answer.headers["etag"] != s.made[protocol].headers["etag"]
    assert "a=ice-ufrag:" in answer.text
    stale = s.made[protocol].headers["etag"]
    assert (await s.patch(protocol, "a=end-of-candidates\r\n", If_Match=stale)).status_code == 412


@must("PATCH of another content type: 415; of an unreadable fragment: 400")
async def bad_patch(s: Sessions, protocol: str) -> None:
    answer = await s.client.patch(s.location(protocol), content="x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert (await s.patch(protocol, "\x00\x01")).status_code in (400, 422)


@must("DELETE: 200, whatever If-Match says; then the session is gone", changes=True)
async def delete(s: Sessions, protocol: str) -> None:
    answer = await s.client.delete(s.location(protocol), headers={"If-Match": '"old"'})
    assert answer.status_code == 200
    assert (await s.client.delete(s.location(protocol))).status_code == 404
    assert (await s.patch(protocol, "a=end-of-candidates\r\n")).status_code == 404


@must("GET and HEAD: 2xx without a body")
async def get(s: Sessions, protocol: str) -> None:
    for url in (s.endpoint(protocol), s.location(protocol)):
        for method in ("GET", "HEAD"):
            answer = await s.client.request(method, url)
            assert answer.is_success
            assert answer.content == b""


@must("OPTIONS: 200, CORS, Accept-Post")
async def options(s: Sessions, protocol: str) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = await s.client.options(s.endpoint(protocol), headers=asked)
    assert answer.status_code == 200
    assert answer.headers["accept-post"] == "application/sdp"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"Authorization", "Content-Type", "If-Match"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )
    of_session = await s.client.options(s.location(protocol), headers=asked)
    assert {"PATCH", "DELETE"} <= set(of_session.headers["access-control-allow-methods"].split(", "))


@must("what a page may read: Location, ETag, Link")
async def exposed(s: Sessions, protocol: str) -> None:
    named = s.made[protocol].headers["access-control-expose-headers"].split(", ")
    assert {"Location", "ETag", "Link"} <= set(named)


@must("HEAD has the headers of GET")
async def head(s: Sessions, protocol: str) -> None:
    answers = [await s.client.request(method, s.endpoint(protocol)) for method in ("GET", "HEAD")]
    assert [answer.headers.get("accept-post") for answer in answers] == ["application/sdp"] * 2
    assert [answer.headers.get("content-type") for answer in answers] == ["application/sdp"] * 2


@must("the answer has all candidates, and the transport in every section")
async def transport(s: Sessions, protocol: str) -> None:
    session, *sections = s.made[protocol].text.split("\r\nm=")
    assert "a=group:BUNDLE " in session
    assert len(sections) == 2
    for section in sections:
        lines = section.split("\r\n")
        assert {"a=rtcp-mux", "a=rtcp-mux-only", "a=end-of-candidates"} <= set(lines)
        assert any(line.startswith("a=candidate:") for line in lines)


@must("PATCH with candidates of no use here: 204")
async def useless_candidates(s: Sessions, protocol: str) -> None:
    candidates = (
        "a=candidate:1 1 tcp 1518280447 192.0.2.9 9 typ host tcptype active",
        "a=candidate:2 1 udp 2122260223 cannot-be-resolved.local 50000 typ host",
    )
    for candidate in candidates:
        assert (await s.patch(protocol, candidate + "\r\n")).status_code == 204


@must("a restart's fragment has ice-lite as the answer", changes=True)
async def lite_again(s: Sessions, protocol: str) -> None:
    answer = await s.patch(protocol, RESTART, If_Match="*")
    for name in ("a=ice-lite", "a=ice-options:", "a=ice-pacing:"):
        assert (name in answer.text) == (name in s.made[protocol].text)


@must("what is sent has one MediaStream")
async def one_stream(s: Sessions, protocol: str) -> None:
    names = [line.split()[0] for line in s.made[protocol].text.split("\r\n") if line.startswith("a=msid:")]
    assert len(names) == (2 if protocol == "whep" else 0)
    assert len(set(names)) == len(names) // 2


@must("no extension is announced or needed")
async def no_extension(s: Sessions, protocol: str) -> None:
    assert "link" not in s.made[protocol].headers


@pytest.mark.req("LC-0.13", "BX-10")
@pytest.mark.parametrize("protocol", ["whip", "whep"])
@pytest.mark.parametrize("text", [text for text in LIST if text not in CHANGES])
async def test_every_must(standing: Sessions, protocol: str, text: str) -> None:
    await holds(standing, protocol, text)


@pytest.mark.req("LC-0.13", "BX-10")
@pytest.mark.parametrize("protocol", ["whip", "whep"])
@pytest.mark.parametrize("text", sorted(CHANGES))
async def test_every_must_that_changes_the_session(sessions: Sessions, protocol: str, text: str) -> None:
    await holds(sessions, protocol, text)


async def holds(sessions: Sessions, protocol: str, text: str) -> None:
    """Each entry asserts its own rule; and whatever is asked of one session, the other protocol's goes on."""
    await LIST[text](sessions, protocol)
    other = "whep" if protocol == "whip" else "whip"
    assert (await sessions.client.get(sessions.location(other))).status_code == 204


@pytest.mark.req("BX-10")
async def test_keys_are_asked_for(stage: Stage, client: ClientFor) -> None:
    guest = client(stage.tenant)
    for key in ("", "wrong"):
        answer = await post(guest, "/livestream/whip", "v=0", key)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_refusals_are_in_the_readers_language(
    stage: Stage, presenter: Person, client: ClientFor
) -> None:
    """And tell the developer of the other side why."""
    broadcast = await on_air(presenter)
    guest = client(stage.tenant)
    for language, said in (("ja", "まだ映像が届いていません。"), ("en", "Nobody is sending yet.")):
        guest.headers["Accept-Language"] = language
        problem = (await post(guest, f"/livestream/{broadcast['id']}/whep", "v=0")).json()
        assert (problem["status"], problem["code"], problem["detail"]) == (409, "not_live", said)
        assert problem["reason"] == "nothing is being published on this stream"


def test_every_refusal_has_its_words() -> None:
    kinds: set[type[MediaRefusal]] = {MediaRefusal, *MediaRefusal.__subclasses__()}
    assert {kind.code for kind in kinds} == set(REFUSALS)


async def test_a_key_needs_no_cookie_and_no_origin(sessions: Sessions) -> None:
    """A page of another site may publish with a key; it may not use the studio's cookie."""
    elsewhere = {"Origin": "https://elsewhere.example", "Content-Type": "application/sdp"}
    answer = await sessions.client.post(
        "/livestream/whip", content="v=0", headers={**elsewhere, "Authorization": "Bearer wrong"}
    )
    assert answer.status_code == 401
    forged = await sessions.host.client.post(sessions.endpoint("whip"), content="v=0", headers=elsewhere)
    assert forged.status_code == 403


async def test_another_tenant_knows_none_of_it(
    sessions: Sessions, make_tenant: MakeTenant, client: ClientFor
) -> None:
    other = client(await make_tenant(plugins=("livestream",)))
    off = client(await make_tenant())
    for protocol in ("whip", "whep"):
        location = sessions.location(protocol)
        body = "a=end-of-candidates\r\n"
        assert (await other.patch(location, content=body, headers=FRAGMENT)).status_code == 404
        assert (await other.delete(location)).status_code == 404
        assert (await other.get(location)).status_code == 404
        assert (await off.delete(location)).status_code == 404
    assert (await post(other, sessions.endpoint("whep"), sessions.offers["whep"])).status_code == 404
    assert (await post(other, sessions.endpoint("whip"), sessions.offers["whip"])).status_code == 401
    # And the sessions stand.
    assert (await sessions.patch("whep", "a=end-of-candidates\r\n")).status_code == 204


async def test_a_role_does_not_open_the_other(sessions: Sessions) -> None:
    crossed = sessions.location("whep").replace("/whep/", "/whip/")
    assert (await sessions.client.delete(crossed)).status_code == 404
