"""Offers of a broadcast: a coupon and a sale that hold while it is on the air, and not outside it."""

from __future__ import annotations

import httpx
import pytest

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.pricing import Quote
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise_coupons import service as coupons
from nakamise_coupons.schemas import NewCoupon
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_timesale import service as sales
from nakamise_timesale.schemas import ItemInput, SaleInput
from tests.plugins.livestream.stage import API, Stage, act, id_of, ok, on_air, planned
from tests.plugins.shop.stall import Buyer, Stall, Till


@pytest.mark.req("GA-13")
async def test_offers_of_a_broadcast_hold_while_it_runs(
    make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor, drain: Drain
) -> None:
    tenant = await make_tenant(plugins=("livestream", "shop", "payments_sandbox", "coupons", "timesale"))
    stage = Stage(tenant, ctx_for(tenant), client, ctx_for)
    stall = Stall(tenant, stage.ctx, ctx_for)
    await stall.shop("honten", "LC")
    goods, other = [await stall.goods("honten", name, 1000, 9) for name in ("口紅", "美容液")]
    product, second = [
        await stage.value("SELECT product_id FROM shop_variant WHERE id = $1", one) for one in (goods, other)
    ]
    host = await stage.host()
    coming = await planned(host)
    async with stall.ctx.begin() as tx:
        code = NewCoupon(name="配信中だけ", kind="fixed", amount=100, code="LIVE", broadcast_id=id_of(coming))
        await coupons.create(stall.ctx, tx, code)
        sale_id = await sales.create(stall.ctx, tx, SaleInput(name="配信セール", broadcast_id=id_of(coming)))
        await sales.add_item(stall.ctx, tx, sale_id, ItemInput(product_id=second, price=600))
    buyer, viewer = await stall.buyer(), client(tenant)
    await stall.fill_cart(buyer, [(goods, 1), (other, 1)])
    async with stall.ctx.begin() as tx:
        await stall.ctx_of(buyer).service(CartInputs).set(tx, {"coupons.code": "LIVE"})
    assert await goods_of(viewer, buyer) == 2000
    await ok(await act(host, coming, "start"))
    path = f"{API}/studio/broadcasts/{coming['id']}/products"
    await ok(await host.client.put(path, json={"product_ids": [str(product)]}))
    await drain(tenant)
    # The sale holds for everybody; the coupon only for who puts something into the cart there.
    assert await goods_of(viewer, buyer) == 1600
    assert (await quote_of(stall, buyer)).goods == 1600
    body = {"product_id": str(product), "act": "add"}
    await viewer.post(f"{API}/broadcasts/{coming['id']}/interest", json=body)
    assert await goods_of(viewer, buyer) == 1500
    elsewhere = await on_air(await stage.host("別の人"))
    await viewer.post(f"{API}/broadcasts/{elsewhere['id']}/interest", json=body)
    await ok(await act(host, coming, "end"))
    # At once, even before its event is worked on.
    assert await goods_of(viewer, buyer) == 2000
    await drain(tenant)
    assert await goods_of(viewer, buyer) == 2000
    async with stall.ctx.read() as tx:
        assert (await sales.staff_sale(stall.ctx, tx, sale_id)).state.value == "ended"


async def goods_of(viewer: httpx.AsyncClient, buyer: Buyer) -> object:
    """What the goods cost, for who comes with the viewer's cookie."""
    quote = (await Till(viewer, buyer).confirmation())["quote"]
    assert isinstance(quote, dict)
    return quote["goods"]


async def quote_of(stall: Stall, buyer: Buyer) -> Quote:
    return (await confirm_view(stall.ctx_of(buyer), buyer.address_id)).quote
