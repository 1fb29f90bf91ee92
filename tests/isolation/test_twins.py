"""A4: two tenants with the same primary keys in every table, which neither see nor touch each other."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

import asyncpg
import httpx
import msgspec
import pytest

from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.drain import drain
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.isolation.asking import ask, snapshot
from tests.isolation.conftest import Houses
from tests.isolation.console import open_console
from tests.isolation.house import PLUGINS, House
from tests.isolation.mirror import mirror, primary_keys
from tests.isolation.swaps import Api
from tests.isolation.table import Route, fill
from tests.isolation.verdict import shows
from tests.plugins.shop.stall import Stall

pytestmark = pytest.mark.req("LC-0.14", "LC-0.2")


class Note(msgspec.Struct):
    text: str


@pytest.fixture(scope="module")
async def twins(
    houses: Houses, make_tenant: MakeTenant, ctx_for: CtxFor, runtime: Runtime
) -> tuple[House, House]:
    """The first keeps still; the second does things."""
    tenant = await make_tenant(plugins=PLUGINS)
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    async with owner_connection(runtime.settings) as owner:
        doer = await mirror(houses["left"], stall, f"canary{secrets.token_hex(8)}", runtime, owner)
        await open_console(doer, runtime, owner)
    return houses["left"], doer


async def test_every_key_is_there_twice(twins: tuple[House, House], owner: asyncpg.Connection) -> None:
    still, doer = [await primary_keys(owner, house.schema) for house in twins]
    assert still == doer
    assert len([table for table, keys in still.items() if keys]) >= 30


async def test_each_shows_its_own(
    twins: tuple[House, House], routes: list[Route], clients: ClientFor
) -> None:
    """Turn and turn about, so that whatever one may have left in memory is met by the other."""
    faults = []
    shown = 0
    for route in routes:
        if route.method != "GET" or route.path.endswith("/events"):
            continue
        for house, other in (twins, twins[::-1]):
            who = "admin" if route.access.permission else "buyer"
            headers = await house.sign_in(who, is_api=route.is_api, has_mfa=True)
            answer = await ask(clients(house.stall.tenant), route, house.things, headers)
            shown += shows(answer, house.canary)
            if shows(answer, other.canary) or shows(answer, other.schema):
                faults.append(f"{route}: shows the other one's")
            if answer.status_code >= 500:
                faults.append(f"{route}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    assert shown >= 100


async def test_a_session_counts_at_its_own_tenant_only(
    twins: tuple[House, House], clients: ClientFor
) -> None:
    """User and session ids are the same; a session made after the mirroring is the only difference."""
    still, doer = twins
    for path, is_api, refused in (("/account", False, 303), ("/api/account", True, 401)):
        stolen = await doer.sign_in("buyer", is_api=is_api)
        answer = await clients(still.stall.tenant).get(path, headers=dict(stolen))
        assert answer.status_code == refused


async def test_whatever_one_does_the_other_keeps_still(
    twins: tuple[House, House],
    routes: list[Route],
    clients: ClientFor,
    owner: asyncpg.Connection,
    runtime: Runtime,
) -> None:
    """Every writing route with everything that the OpenAPI document says it takes; then all work that it left."""
    still, doer = twins
    client = clients(doer.stall.tenant)
    document = await client.get("/api/openapi.json", headers=await doer.sign_in("admin", is_api=True))
    api = Api(document.json())
    before = await snapshot(owner, still.id)
    own = await snapshot(owner, doer.id)
    faults = []
    for route in sorted(routes, key=lambda one: one.method == "DELETE"):
        if route.method == "GET":
            continue
        answer = await _write(client, api, route, doer)
        if answer.status_code >= 500 or shows(answer, still.canary):
            faults.append(f"{route}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    assert await snapshot(owner, still.id) == before
    await drain(runtime, doer.stall.tenant, allow_failures=True)
    mails = f'"{still.schema}"."core_mail"'
    assert (await snapshot(owner, still.id))[mails] == before[mails]
    changed = [name for name, checksum in (await snapshot(owner, doer.id)).items() if own[name] != checksum]
    assert len(changed) >= 8, changed


async def _write(client: httpx.AsyncClient, api: Api, route: Route, house: House) -> httpx.Response:
    who = "admin" if route.access.permission else "buyer"
    headers: Mapping[str, str] = await house.sign_in(who, is_api=route.is_api, has_mfa=True)
    body = api.body(route, house.things)
    sent = {} if body is None else {"json": body}
    client.cookies.clear()
    return await client.request(route.method, fill(route.path, house.things), headers=dict(headers), **sent)


async def test_live_messages_stay_with_their_tenant(twins: tuple[House, House], runtime: Runtime) -> None:
    """The same topic, the same user id."""
    still, doer = twins
    user_id = still.people["buyer"].id
    async with runtime.live.listening(still.id, ["hello.greeted"], user_id) as listener:
        for house, text in ((doer, "theirs"), (still, "mine")):
            async with house.stall.ctx.begin() as tx:
                await runtime.live.push(tx, house.id, "hello.greeted", Note(text), user_id)
        heard = await asyncio.wait_for(listener.next(), 5)
    assert bytes(heard.data) == b'{"text":"mine"}'
