"""A domain is served once its owner proves it, as long as the proof stands, and rests when it is given up."""

from __future__ import annotations

import dataclasses
import secrets
import uuid
from collections.abc import AsyncIterator

import asyncpg
import httpx
import msgspec
import pytest

from nakamise.contracts.control import ControlPlane
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy import provision
from nakamise.tenancy.agencies.recheck import recheck
from tests.core.tenancy.agencies.houses import Console, ctx_of
from tests.core.tenancy.agencies.name_server import NameServer, name_server


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with name_server() as server:
        yield server


@pytest.fixture
def asking(runtime: Runtime, names: NameServer) -> Runtime:
    """The same installation, with our name server as its resolver."""
    settings = msgspec.structs.replace(runtime.settings, dns=f"127.0.0.1:{names.port}")
    return dataclasses.replace(runtime, settings=settings)


def plane(asking: Runtime, console: Console) -> ControlPlane:
    return ctx_of(asking, console.home).service(ControlPlane)


def a_host() -> str:
    return f"shop.d{secrets.token_hex(4)}.example"


async def _status(app: App, host: str) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{host}") as client:
        return (await client.get("/")).status_code


async def _prove(plane: ControlPlane, names: NameServer, tenant_id: uuid.UUID, host: str) -> None:
    claim = await plane.claim_host(tenant_id, host)
    names.records[claim.txt_name] = claim.txt_value
    assert (await plane.verify_host(tenant_id, host)).state == "served"


async def _age(owner: asyncpg.Connection, host: str) -> None:
    """The last look was yesterday."""
    await owner.execute(
        "UPDATE nakamise.host_claim SET checked_at = now() - interval '1 day' WHERE host = $1", host
    )


@pytest.mark.req("LC-0.23")
async def test_only_a_proven_domain_is_served(
    agency: Console, asking: Runtime, names: NameServer, app: App
) -> None:
    site, host, console = await agency.new(), a_host(), plane(asking, agency)
    claim = await console.claim_host(site.summary.id, host)
    assert (claim.state, claim.txt_name) == ("pending", f"_site-challenge.{host}")
    assert len(claim.txt_value) >= 40
    assert await _status(app, host) == 421

    failed = await console.verify_host(site.summary.id, host)
    assert (failed.state, failed.checked_at is not None) == ("failed", True)
    assert "not found" in failed.error
    names.records[claim.txt_name] = "somebody else's word"
    assert (await console.verify_host(site.summary.id, host)).state == "failed"
    assert await _status(app, host) == 421

    names.records[claim.txt_name] = claim.txt_value
    assert (await console.verify_host(site.summary.id, host)).state == "served"
    assert await _status(app, host) == 200
    assert set(names.asked) == {claim.txt_name}


async def test_each_attempt_has_a_word_of_its_own(
    agency: Console, asking: Runtime, names: NameServer
) -> None:
    site, host, console = await agency.new(), a_host(), plane(asking, agency)
    first = await console.claim_host(site.summary.id, host)
    second = await console.claim_host(site.summary.id, host)
    assert first.txt_value != second.txt_value
    names.records[first.txt_name] = first.txt_value
    assert (await console.verify_host(site.summary.id, host)).state == "failed"


async def test_the_owner_wins_over_who_asked_first(
    agency: Console, rival: Console, asking: Runtime, names: NameServer
) -> None:
    mine, theirs, host = await agency.new(), await rival.new(), a_host()
    await plane(asking, rival).claim_host(theirs.summary.id, host)
    await _prove(plane(asking, agency), names, mine.summary.id, host)
    assert (await plane(asking, rival).verify_host(theirs.summary.id, host)).state == "failed"
    with pytest.raises(Conflict):
        await plane(asking, rival).claim_host(theirs.summary.id, host)


async def test_name_servers_that_fail_prove_nothing(
    agency: Console, asking: Runtime, names: NameServer
) -> None:
    site, host = await agency.new(), a_host()
    await plane(asking, agency).claim_host(site.summary.id, host)
    names.is_down = True
    claim = await plane(asking, agency).verify_host(site.summary.id, host)
    assert claim.state == "failed"
    assert "did not answer" in claim.error


async def test_below_the_base_domain_no_proof_is_needed(agency: Console, app: App) -> None:
    site, host = await agency.new(), f"x{secrets.token_hex(4)}.localhost"
    assert (await agency.plane.claim_host(site.summary.id, host)).state == "served"
    assert await _status(app, host) == 200


@pytest.mark.parametrize(
    "text",
    ["www.localhost", "localhost", "a.b.localhost", "nodots", "10.0.0.1", "a b.example", "x_y.example"],
)
async def test_names_that_nobody_can_have(text: str, agency: Console) -> None:
    site = await agency.new()
    with pytest.raises(Invalid):
        await agency.plane.claim_host(site.summary.id, text)


async def test_a_released_domain_rests(
    agency: Console, rival: Console, asking: Runtime, names: NameServer, app: App, owner: asyncpg.Connection
) -> None:
    mine, theirs, host = await agency.new(), await rival.new(), a_host()
    console, other = plane(asking, agency), plane(asking, rival)
    await _prove(console, names, mine.summary.id, host)
    await console.release_host(mine.summary.id, host)
    assert await _status(app, host) == 421
    with pytest.raises(NotFound):
        await console.release_host(mine.summary.id, host)
    with pytest.raises(Conflict, match="rests"):
        await other.claim_host(theirs.summary.id, host)

    again = await console.claim_host(mine.summary.id, host)
    assert again.state == "pending"
    assert (await console.verify_host(mine.summary.id, host)).state == "failed"

    await owner.execute("UPDATE nakamise.host_rest SET until = now() WHERE host = $1", host)
    await _prove(other, names, theirs.summary.id, host)
    assert await _status(app, host) == 200


async def test_the_main_address_must_be_served_and_stays(
    agency: Console, asking: Runtime, names: NameServer, runtime: Runtime
) -> None:
    site, host, console = await agency.new(), a_host(), plane(asking, agency)
    await console.claim_host(site.summary.id, host)
    with pytest.raises(Conflict):
        await console.set_canonical(site.summary.id, host)
    await _prove(console, names, site.summary.id, host)
    await console.set_canonical(site.summary.id, host)
    tenant = runtime.directory.by_id(site.summary.id)
    assert tenant is not None
    assert tenant.canonical_host == host
    with pytest.raises(Conflict):
        await console.release_host(site.summary.id, host)


async def test_a_lost_domain_is_served_no_more_after_three_days(
    agency: Console, asking: Runtime, names: NameServer, app: App, owner: asyncpg.Connection
) -> None:
    site, host, console = await agency.new(), a_host(), plane(asking, agency)
    await _prove(console, names, site.summary.id, host)
    await console.set_canonical(site.summary.id, host)
    names.records.clear()
    lost: list[str] = []
    for day in range(3):
        assert await _status(app, host) == 200, day
        await _age(owner, host)
        lost = await recheck(asking)
    assert lost == [host]
    assert await _status(app, host) == 421
    assert (await console.tenant(site.summary.id)).summary.canonical_host == f"{site.summary.slug}.localhost"
    acts = [line.act for line in (await console.audit(tenant_id=site.summary.id)).items]
    assert acts[0] == "host.lost"


async def test_name_servers_that_fail_close_no_shop(
    agency: Console, asking: Runtime, names: NameServer, app: App, owner: asyncpg.Connection
) -> None:
    site, host = await agency.new(), a_host()
    await _prove(plane(asking, agency), names, site.summary.id, host)
    names.is_down = True
    for _ in range(4):
        await _age(owner, host)
        assert await recheck(asking) == []
    assert await _status(app, host) == 200


@pytest.mark.req("LC-0.23")
@pytest.mark.parametrize("is_main", [False, True])
async def test_a_blueprint_takes_no_proven_domain_away(
    is_main: bool, agency: Console, asking: Runtime, names: NameServer, owner: asyncpg.Connection
) -> None:
    """What the console added and DNS proved stays, also as the main address; other hosts are the file's."""
    site, host, console = await agency.new(), a_host(), plane(asking, agency)
    own = site.summary.canonical_host
    await _prove(console, names, site.summary.id, host)
    if is_main:
        await console.set_canonical(site.summary.id, host)
    await provision.set_hosts(owner, site.summary.id, [own, f"new-{own}"])
    await provision.set_hosts(owner, site.summary.id, [own])
    found = {one.host: one.is_canonical for one in await console.hosts(site.summary.id)}
    assert found == {own: not is_main, host: is_main}
