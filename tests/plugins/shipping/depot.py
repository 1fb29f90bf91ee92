"""A shop that sends by the plugin's rates, its staff, and orders that are paid."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from nakamise.contracts.orders import Orders, OrderView
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise_shipping.domain.config import (
    Days,
    Gifts,
    Hours,
    Sender,
    ShopShipping,
    Wrapping,
    Zone,
)
from nakamise_shipping.rates import service as rates
from tests.plugins.shop.staff.office import Office, open_office
from tests.plugins.shop.stall import Buyer, Stall, Till

PLUGINS = ("shop", "payments_sandbox", "shipping")
API = "/api/shipping"
SENDER = Sender(
    name="株式会社たたら",
    phone="03-1234-5678",
    postal_code="1040061",
    address="東京都中央区銀座1-2-3",
    building="たたらビル5F",
    customer_code="0312345678",
    freight_code="01",
    contents="化粧品",
)
# Tokyo near, Okinawa far, and nothing goes to Hokkaido; free from ¥10,000 on.
CONFIG = ShopShipping(
    steps=(0, 5000, 10_000),
    zones=(
        Zone(name="関東", prefectures=("13", "14"), fees=(800, 400, 0)),
        Zone(name="沖縄", prefectures=("47",), fees=(1800, 1500, 1200), days=3),
        Zone(name="北海道", prefectures=("01",), fees=(0, 0, 0), closed=True),
    ),
    cool=220,
    frozen=330,
    days=Days(lead_days=1, closed_weekdays=frozenset(), closed_on_holidays=False),
    hours=(Hours(code="0812", label="午前中"), Hours(code="1820", label="18時〜20時")),
    gifts=Gifts(
        wrappings=(Wrapping(code="paper", label="包装紙", price=330),),
        noshi=("内祝", "御礼"),
        noshi_price=110,
        with_card=True,
    ),
    sender=SENDER,
)


@dataclass
class Depot:
    """``office.api`` is staff's client."""

    stall: Stall
    office: Office
    client_for: ClientFor

    @property
    def staff(self) -> httpx.AsyncClient:
        return self.office.api

    async def set(self, config: ShopShipping, shop: str = "honten") -> None:
        ctx, shop_id = self.stall.ctx, self.stall.shops[shop]
        async with ctx.begin() as tx:
            before = await rates.shop(ctx, tx, shop_id)
            await rates.change(ctx, tx, shop_id, before.version, config)

    async def cooled(self, variant_id: uuid.UUID, temperature: str) -> None:
        product_id = await self.stall.value("SELECT product_id FROM shop_variant WHERE id = $1", variant_id)
        answer = await self.staff.put(f"{API}/products/{product_id}", json={"temperature": temperature})
        assert answer.status_code == 204, answer.text

    def till(self, buyer: Buyer) -> Till:
        return Till(self.client_for(self.stall.tenant), buyer)

    async def wish(self, buyer: Buyer, shop: str = "honten", **wished: str) -> httpx.Response:
        return await self.client_for(self.stall.tenant).put(
            f"{API}/wishes/{self.stall.shops[shop]}",
            json={"address_id": str(buyer.address_id), **wished},
            headers=buyer.headers,
        )

    async def choice(self, buyer: Buyer, shop: str = "honten") -> dict[str, Any]:
        answer = await self.client_for(self.stall.tenant).get(
            f"{API}/wishes/{self.stall.shops[shop]}",
            params={"address_id": str(buyer.address_id)},
            headers=buyer.headers,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def order(self, buyer: Buyer, goods: list[tuple[uuid.UUID, int]], **wished: str) -> OrderView:
        """Placed and paid, with these wishes."""
        await self.stall.fill_cart(buyer, goods)
        if wished:
            answer = await self.wish(buyer, **wished)
            assert answer.status_code == 200, answer.text
        till = self.till(buyer)
        placed = await till.place()
        assert placed.status_code == 201, placed.text
        paid = await till.pay(placed.json()["purchase_id"], "tok_success")
        assert paid.status_code == 200, paid.text
        return await self.view(placed.json()["orders"][0]["id"])

    async def view(self, order_id: object) -> OrderView:
        async with self.stall.ctx.read() as tx:
            return await self.stall.ctx.service(Orders).get(tx, uuid.UUID(str(order_id)))

    async def move(self, buyer: Buyer, prefecture: str, postal_code: str) -> None:
        async with self.stall.ctx.begin() as tx:
            await tx.execute(
                "UPDATE core_address SET prefecture = $2, postal_code = $3 WHERE id = $1",
                *(buyer.address_id, prefecture, postal_code),
            )

    def today(self) -> dt.date:
        return dt.datetime.now(self.stall.ctx.tenant.zone).date()


async def open_depot(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> Depot:
    tenant = await make_tenant(plugins=PLUGINS)
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC", shipping_fee=550)
    depot = Depot(stall, await open_office(stall, client), client)
    await depot.set(CONFIG)
    return depot


def sagawa(config: ShopShipping = CONFIG) -> ShopShipping:
    """The same shop with the other carrier."""
    hours = (Hours(code="01", label="午前中"),)
    return msgspec.structs.replace(config, layout="sagawa_e3", hours=hours)
