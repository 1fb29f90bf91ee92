"""The same design on Citus: a tenant's schema is a shard, and nothing else changes.

Run by ``NAKAMISE_CITUS_URL=postgresql://owner@coordinator/empty_database`` with at least two workers.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.host.registry import PluginHost
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.server import free_port
from tests.faults.ground import stall_on
from tests.plugins.invariants import broken
from tests.plugins.shop.stall import Buyer, Stall

URL = os.environ.get("NAKAMISE_CITUS_URL")
TENANTS = 4
BUYERS = 6
pytestmark = [
    pytest.mark.citus,
    pytest.mark.skipif(URL is None, reason="needs a Citus cluster: NAKAMISE_CITUS_URL"),
]


@pytest.fixture(scope="module")
async def citus(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    settings = Settings(
        secret_key=secrets.token_urlsafe(32).encode(),
        port=free_port(),
        data_dir=Path(tmp_path_factory.mktemp("data")),
        database_url=URL,
        pool_size=8,
    )
    await prepare_database(settings)
    runtime = await build_runtime(settings, host=PluginHost.discover())
    yield runtime
    await close_runtime(runtime)


@pytest.fixture(scope="module")
async def stalls(citus: Runtime) -> list[Stall]:
    return [await stall_on(citus, f"c-{secrets.token_hex(5)}") for _ in range(TENANTS)]


async def homes(runtime: Runtime, stalls: list[Stall]) -> dict[str, str]:
    """The node of each tenant's schema."""
    async with owner_connection(runtime.settings) as connection:
        rows = await connection.fetch(
            "SELECT DISTINCT schema_name::text, nodename || ':' || nodeport AS node FROM citus_shards"
            " JOIN citus_schemas USING (colocation_id) WHERE schema_name::text = ANY ($1)",
            [stall.tenant.schema for stall in stalls],
        )
    return {row["schema_name"]: row["node"] for row in rows}


async def buy(stall: Stall, app: httpx.ASGITransport, buyer: Buyer) -> str:
    """By the API, from the cart to the paid order; the state of the payment."""
    base = f"http://{stall.tenant.canonical_host}"
    async with httpx.AsyncClient(transport=app, base_url=base, headers=buyer.headers) as http:
        address_id = str(buyer.address_id)
        seen = await http.get("/api/shop/checkout", params={"address_id": address_id})
        body = {"address_id": address_id, "fingerprint": seen.json()["fingerprint"]}
        keys = [{"Idempotency-Key": uuid.uuid4().hex} for _ in range(2)]
        placed = await http.post("/api/shop/checkout", json=body, headers=keys[0])
        assert placed.status_code == 201, placed.text
        path = f"/api/shop/checkout/{placed.json()['purchase_id']}/pay"
        paid = await http.post(path, json={"token": "tok_success"}, headers=keys[1])
        assert paid.status_code == 200, paid.text
        return str(paid.json()["state"])


async def test_tenants_are_shards_on_all_nodes(citus: Runtime, stalls: list[Stall]) -> None:
    nodes = await homes(citus, stalls)
    assert set(nodes) == {stall.tenant.schema for stall in stalls}
    assert len(set(nodes.values())) > 1


async def test_every_table_went_to_its_shard(citus: Runtime, stalls: list[Stall]) -> None:
    """What functions or DO blocks make would silently stay on the coordinator."""
    async with owner_connection(citus.settings) as connection:
        local = await connection.fetch(
            "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = ANY ($1::text[]::regnamespace[])"
            " AND c.relkind = 'r' AND NOT EXISTS (SELECT 1 FROM pg_dist_partition p WHERE p.logicalrelid = c.oid)",
            [stall.tenant.schema for stall in stalls],
        )
    assert local == []


async def test_everybody_sells_at_once(citus: Runtime, stalls: list[Stall]) -> None:
    app = httpx.ASGITransport(app=create_app(citus))
    buys = []
    for stall in stalls:
        variant_id = await stall.goods("honten", "口紅", 1000, BUYERS)
        for _ in range(BUYERS):
            buyer = await stall.buyer()
            await stall.fill_cart(buyer, [(variant_id, 1)])
            buys.append(buy(stall, app, buyer))
    states = await asyncio.gather(*buys)
    assert set(states) == {"succeeded"}
    for stall in stalls:
        assert await broken(stall.ctx) == {}
        async with stall.ctx.read() as tx:
            assert await tx.value("SELECT count(*) FROM shop_order WHERE state = 'paid'") == BUYERS


async def test_a_tenant_sees_its_own_only(citus: Runtime, stalls: list[Stall]) -> None:
    one, other = stalls[0], stalls[1]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with one.ctx.read() as tx:
            await tx.value(f'SELECT count(*) FROM "{other.tenant.schema}".core_user')


async def test_a_tenant_moves_to_another_node_and_sells_on(citus: Runtime, stalls: list[Stall]) -> None:
    stall = stalls[0]
    before = (await homes(citus, stalls))[stall.tenant.schema]
    async with owner_connection(citus.settings) as connection:
        target = await connection.fetchrow(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE shouldhaveshards AND isactive"
            " AND nodename || ':' || nodeport <> $1 LIMIT 1",
            before,
        )
        assert target is not None
        await connection.execute(
            "SELECT citus_schema_move($1::text::regnamespace, $2::text, $3::int)",
            stall.tenant.schema,
            target["nodename"],
            target["nodeport"],
        )
    assert (await homes(citus, stalls))[stall.tenant.schema] != before
    variant_id = await stall.goods("honten", "頬紅", 800, 1)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    assert await buy(stall, httpx.ASGITransport(app=create_app(citus)), buyer) == "succeeded"
    assert await broken(stall.ctx) == {}
