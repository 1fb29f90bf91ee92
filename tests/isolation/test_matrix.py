"""Every route × everybody × two tenants, generated from the route table (facts: attack A1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import asyncpg
import httpx
import pytest

from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor
from tests.isolation.conftest import Houses
from tests.isolation.house import ROLES, House
from tests.isolation.table import Route, fill
from tests.isolation.verdict import Identity, faults_of, shows

OTHER: Final = {"left": "right", "right": "left"}
# As at a real bank, whoever holds the link, whose reference cannot be guessed, is asked.
BANK: Final = "/payments_sandbox/3ds/"
# These change whenever somebody is signed in, whoever it is.
_RESTLESS: Final = ("core_session", "core_rate_bucket")


@dataclass(frozen=True)
class Caller:
    """Somebody with a session of ``house``, presented at whichever tenant is asked."""

    identity: Identity
    house: House | None = None
    person: str = ""
    lifetime: timedelta = timedelta(hours=1)

    async def headers(self, *, is_api: bool) -> Mapping[str, str]:
        if self.house is None:
            return {}
        return await self.house.sign_in(self.person, is_api=is_api, lifetime=self.lifetime)


def callers(runtime: Runtime, home: House, away: House) -> list[Caller]:
    """Everybody that may turn up at ``home``."""
    past = timedelta(hours=-1)
    here = [
        Caller(
            Identity(person, accepted=True, permissions=permissions_of(runtime, ROLES[person])), home, person
        )
        for person in ("buyer", "staff", "broadcaster", "admin")
    ]
    refused = [
        Caller(Identity("guest")),
        Caller(Identity("the other tenant's buyer"), away, "buyer"),
        Caller(Identity("the other tenant's admin"), away, "admin"),
        Caller(Identity("suspended user"), home, "suspended"),
        Caller(Identity("admin of yesterday"), home, "admin", past),
    ]
    return [*here, *refused]


def permissions_of(runtime: Runtime, role: str) -> frozenset[str]:
    """As the manifests declare them."""
    return frozenset(one.id for one in runtime.host.permissions() if role and role in one.roles)


async def ask(
    client: httpx.AsyncClient, route: Route, things: Mapping[str, str], headers: Mapping[str, str]
) -> httpx.Response:
    client.cookies.clear()
    return await client.request(route.method, fill(route.path, things), headers=dict(headers))


async def snapshot(owner: asyncpg.Connection, schema: str) -> dict[str, str]:
    """What stands in every table, as a checksum."""
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
    names = sorted(row["tablename"] for row in tables if row["tablename"] not in _RESTLESS)
    query = "SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} t"
    return {name: await owner.fetchval(query.format(f'"{schema}"."{name}"')) for name in names}


@pytest.mark.req("LC-0.14")
@pytest.mark.parametrize("side", ["left", "right"])
async def test_every_route_for_everybody(
    side: str,
    houses: Houses,
    routes: list[Route],
    runtime: Runtime,
    clients: ClientFor,
    owner: asyncpg.Connection,
) -> None:
    home, away = houses[side], houses[OTHER[side]]
    client = clients(home.stall.tenant)
    before = await snapshot(owner, away.schema)
    faults = []
    for route in routes:
        for caller in callers(runtime, home, away):
            headers = await caller.headers(is_api=route.is_api)
            answer = await ask(client, route, away.things, headers)
            faults += faults_of(route, caller.identity, answer, away.canary)
            if route.names_a_thing and answer.is_success:
                faults.append(f"{route} as {caller.identity.name}: took the other tenant's id")
    assert not faults, "\n".join(faults)
    assert await snapshot(owner, away.schema) == before


async def test_the_same_requests_with_own_things_are_answered(
    houses: Houses, routes: list[Route], clients: ClientFor
) -> None:
    """The positive control: what is refused above exists, and its owner reads it."""
    home = houses["left"]
    client = clients(home.stall.tenant)
    shown, missing = 0, []
    for route in routes:
        if route.method != "GET" or not route.names_a_thing:
            continue
        person = "admin" if route.access.permission else "buyer"
        answer = await ask(client, route, home.things, await home.sign_in(person, is_api=route.is_api))
        if answer.status_code not in (httpx.codes.OK, httpx.codes.SEE_OTHER):
            missing.append(f"{route}: {answer.status_code}")
        shown += shows(answer, home.canary)
    assert not missing, "\n".join(missing)
    assert shown >= 20


@pytest.mark.req("LC-0.14")
async def test_a_neighbour_of_the_same_tenant_finds_nothing(
    houses: Houses, routes: list[Route], clients: ClientFor, owner: asyncpg.Connection
) -> None:
    """A2: what belongs to one buyer is missing for another, whatever is tried with it."""
    home = houses["left"]
    client = clients(home.stall.tenant)
    before = await snapshot(owner, home.schema)
    taken = []
    for route in routes:
        if route.access.public or route.access.permission or not route.names_a_thing:
            continue
        if route.path.startswith(BANK):
            continue
        headers = await home.sign_in("neighbour", is_api=route.is_api)
        answer = await ask(client, route, home.things, headers)
        if answer.is_success or answer.status_code >= 500 or f"{home.canary} buyer" in answer.text:
            taken.append(f"{route}: {answer.status_code}")
    assert not taken, "\n".join(taken)
    assert await snapshot(owner, home.schema) == before


def test_nothing_private_is_open(routes: list[Route]) -> None:
    """A route that says `anyone()` by mistake would pass the matrix; its place says what it must be."""
    staff = [route for route in routes if route.path.startswith("/admin") or "/staff/" in route.path]
    own = [
        route
        for route in routes
        if route.path.startswith(("/account", "/api/account"))
        or any(f"/shop/{part}" in route.path for part in ("orders", "checkout"))
    ]
    assert len(staff) >= 40
    assert len(own) >= 40
    assert [str(route) for route in staff if route.access.permission is None] == []
    assert [str(route) for route in own if route.access.public] == []
