"""The shop under a plan: what is published and open counts."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from nakamise.plans import chores, service

if TYPE_CHECKING:
    from nakamise.plugin.context import Tenant, TenantCtx
    from nakamise.runtime import Runtime
    from nakamise.testing.author_fixtures import As
    from nakamise.testing.fixtures import CtxFor, MakeTenant

PRODUCTS = "shop.products"


@pytest.fixture
async def tenant(make_tenant: MakeTenant, runtime: Runtime) -> Tenant:
    """On the free cart plan: three products."""
    made = await make_tenant(plugins=("shop",))
    await service.set_plan(runtime, made.id, "cart_free", actor="test")
    return made


async def drafts(ctx: TenantCtx, count: int) -> list[uuid.UUID]:
    """Products that could be published at once."""
    async with ctx.begin() as tx:
        shop: uuid.UUID = await tx.value(
            "INSERT INTO shop_shop (id, slug, name, order_number_prefix, state, opened_at)"
            " VALUES (gen_random_uuid(), 's', 'S', 'S', 'open', now()) RETURNING id"
        )
        found: list[uuid.UUID] = await tx.values(
            "INSERT INTO shop_product (id, shop_id, slug, name, search_text)"
            " SELECT gen_random_uuid(), $1, 'p' || n, 'P' || n, 'p' FROM generate_series(1, $2::int) n RETURNING id",
            shop,
            count,
        )
        await tx.execute(
            "INSERT INTO shop_variant (id, product_id, shop_id, sku, price)"
            " SELECT gen_random_uuid(), p, $2, p::text, 100 FROM unnest($1::uuid[]) p",
            found,
            shop,
        )
        await tx.execute("INSERT INTO shop_stock (variant_id, on_hand) SELECT v.id, 5 FROM shop_variant v")
    return found


async def used(runtime: Runtime, tenant: Tenant) -> int:
    return next(one.used for one in await service.usage(runtime, tenant.id) if one.meter == PRODUCTS)


@pytest.mark.req("CL-35")
@pytest.mark.req("LC-0.20")
async def test_a_fourth_product_is_refused_with_the_way_out(
    tenant: Tenant, ctx_for: CtxFor, as_admin: As, runtime: Runtime
) -> None:
    ids = await drafts(ctx_for(tenant), 4)
    client = (await as_admin(tenant)).client
    for product in ids[:3]:
        answer = await client.put(f"/api/shop/staff/products/{product}/state", json={"state": "published"})
        assert answer.status_code < 300, answer.text
    full = await client.put(f"/api/shop/staff/products/{ids[3]}/state", json={"state": "published"})
    assert (full.status_code, full.json()["code"]) == (409, "plan_limit")
    assert "/admin/plan" in full.json()["detail"]
    await client.put(f"/api/shop/staff/products/{ids[0]}/state", json={"state": "draft"})
    assert await used(runtime, tenant) == 2
    again = await client.put(f"/api/shop/staff/products/{ids[3]}/state", json={"state": "published"})
    assert again.status_code < 300
    await client.put(f"/api/shop/staff/products/{ids[3]}/state", json={"state": "published"})
    assert await used(runtime, tenant) == 3
    await chores.recount(ctx_for(tenant))
    async with ctx_for(tenant).read() as tx:
        assert not await tx.values("SELECT subject FROM core_audit WHERE act = 'core.usage.mended'")
