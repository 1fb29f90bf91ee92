"""Every route × everybody × two tenants, generated from the route table (facts: attack A1)."""

from __future__ import annotations

import logging
import zlib
from typing import Final

import asyncpg
import httpx
import pytest

from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor
from tests.full import FULL
from tests.isolation.air import on_the_air
from tests.isolation.asking import ask, snapshot
from tests.isolation.callers import callers
from tests.isolation.conftest import Houses
from tests.isolation.table import Route
from tests.isolation.verdict import OPERATORS_ONLY, faults_of, shows

OTHER: Final = {"left": "right", "right": "left"}
# As at a real bank or till, whoever holds the link, whose reference cannot be guessed, is asked.
BANK: Final = ("/payments_sandbox/3ds/", "/payments_sandbox/konbini/")
# Links that carry a signature; and doors to a provider whose name never resolves, so that nothing outside is called.
# Of shipping: a wish needs an address besides, and a file without slips is stale; its own tests have both.
NOT_ANSWERED: Final = ("/transfers/", "/sso/", "/api/shipping/wishes/", "/api/shipping/files/")
# Whoever asks an endpoint of WHIP or WHEP what it is gets no content (RFC 9725 §4.2).
ANSWERED: Final = (httpx.codes.OK, httpx.codes.NO_CONTENT, httpx.codes.SEE_OTHER)
# Whoever is signed in may follow a broadcaster and wait for a broadcast: both are everybody's to see.
FOR_EVERYBODY: Final = ("/follow", "/notify", "/reminder")


@pytest.mark.req("LC-0.2", "LC-0.14", "LC-0.16", "LC-10.1", "LC-10.2", "LC-10.3", "LC-10.4", "BX-18")
@pytest.mark.parametrize("side", ["left", "right"])
async def test_every_route_for_everybody(
    side: str,
    houses: Houses,
    offices: Houses,
    routes: list[Route],
    runtime: Runtime,
    clients: ClientFor,
    owner: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A1: every request is made with the other tenant's ids.

    Each route is tried by everybody from one of the two sides, which have the same; NAKAMISE_FULL=1: from both.
    """
    home, away = houses[side], houses[OTHER[side]]
    tried = [route for route in routes if FULL or zlib.crc32(str(route).encode()) % 2 == (side == "left")]
    client = clients(home.stall.tenant)
    others = [away.id, away.site_id, home.site_id, *(office.id for office in offices.values())]
    before = await snapshot(owner, *others)
    caplog.set_level(logging.INFO, "nakamise")
    faults = []
    everybody = callers(runtime, home, away, offices["agency"], offices["operator"])
    for caller in everybody:
        for route in tried:
            answer = await ask(client, route, away.things, await caller.headers(route))
            caller.answered(route, answer)
            faults += faults_of(route, caller.identity, answer, away.canary)
            if route.names_a_thing and answer.is_success and not route.takes_anything:
                faults.append(f"{route} as {caller.identity.name}: took the other tenant's id")
    assert not faults, "\n".join(faults)
    assert len(everybody) == 14
    assert len(tried) > 150
    assert away.canary not in caplog.text
    assert await snapshot(owner, *others) == before


async def test_the_same_requests_with_own_things_are_answered(
    houses: Houses, offices: Houses, routes: list[Route], clients: ClientFor, runtime: Runtime
) -> None:
    """The positive control: what is refused above exists, and its owner reads it."""
    left = houses["left"]
    shown, missing = 0, []
    async with on_the_air(left, clients, runtime) as sessions:
        for route in routes:
            if route.method != "GET" or not route.names_a_thing or route.path.startswith(NOT_ANSWERED):
                continue
            home = offices["operator"] if route.access.permission == OPERATORS_ONLY else left
            person = "admin" if route.access.permission or home is not left else "buyer"
            headers = await home.sign_in(person, is_api=route.is_api, has_mfa=True)
            answer = await ask(clients(home.stall.tenant), route, left.things | sessions, headers)
            if answer.status_code not in ANSWERED:
                missing.append(f"{route}: {answer.status_code}")
            shown += shows(answer, left.canary)
    assert not missing, "\n".join(missing)
    assert shown >= 30


@pytest.mark.req("LC-0.14")
async def test_a_neighbour_of_the_same_tenant_finds_nothing(
    houses: Houses, routes: list[Route], clients: ClientFor, owner: asyncpg.Connection
) -> None:
    """A2: what belongs to one buyer is missing for another, whatever is tried with it."""
    home = houses["left"]
    client = clients(home.stall.tenant)
    before = await snapshot(owner, home.id)
    taken = []
    for route in routes:
        if route.access.public or route.access.permission or not route.names_a_thing:
            continue
        if route.path.startswith(BANK) or route.path.endswith(FOR_EVERYBODY):
            continue
        headers = await home.sign_in("neighbour", is_api=route.is_api)
        answer = await ask(client, route, home.things, headers)
        if answer.is_success or answer.status_code >= 500 or f"{home.canary} buyer" in answer.text:
            taken.append(f"{route}: {answer.status_code}")
    assert not taken, "\n".join(taken)
    assert await snapshot(owner, home.id) == before


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
