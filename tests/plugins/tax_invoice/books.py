"""A stall that writes documents, and what buyers and staff do with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import httpx

from nakamise.contracts.orders import OrderRefund, Orders, OrderView, RefundLine, RefundOrder
from nakamise.ids import uuid7
from nakamise.tenancy.switches import configure
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise.testing.people import Person, sign_in
from tests.plugins.shop.stall import PLUGINS, Buyer, Stall, Till
from tests.plugins.tax_invoice.orders import NUMBER

API = "/api/tax_invoice"
Json = dict[str, Any]
Goods = dict[str, tuple[uuid.UUID, uuid.UUID]]


class Books:
    """A registered shop ``honten`` and one that is not, ``kobako``; each has a thing at 10 % and one at 8 %."""

    def __init__(self, stall: Stall, goods: Goods, client: ClientFor, drain: Drain) -> None:
        self.stall = stall
        self.goods = goods
        self.client = client
        self._drain = drain

    async def set(self, **settings: object) -> None:
        """The plugin's settings; those that are not named are as they come."""
        ctx = self.stall.ctx
        await configure(ctx.runtime, ctx.tenant.id, "tax_invoice", settings)
        self.stall.ctx = self.stall.ctx_for(self.stall.tenant)

    async def work(self) -> None:
        await self._drain(self.stall.tenant)

    async def buy(self, buyer: Buyer, wanted: Sequence[tuple[uuid.UUID, int]]) -> list[OrderView]:
        """Paid, and everything that follows is done; one order for each shop, by number."""
        await self.stall.fill_cart(buyer, wanted)
        till = Till(self.client(self.stall.tenant), buyer)
        placed = (await till.place()).json()
        paid = await till.pay(placed["purchase_id"], "tok_success")
        assert paid.status_code == httpx.codes.OK, paid.text
        await self.work()
        return [await self.order(uuid.UUID(one["id"])) for one in placed["orders"]]

    async def order(self, order_id: uuid.UUID) -> OrderView:
        async with self.stall.ctx.read() as tx:
            return await self.stall.ctx.service(Orders).get(tx, order_id)

    async def refund(self, order_id: uuid.UUID, *lines: tuple[int, int]) -> OrderRefund:
        wanted = RefundOrder(
            idem=uuid7(), lines=tuple(RefundLine(line_no=no, qty=qty) for no, qty in lines), reason="返品"
        )
        async with self.stall.ctx.begin() as tx:
            made = await self.stall.ctx.service(Orders).refund(tx, order_id, wanted)
        await self.work()
        return made

    async def documents(self, buyer: Buyer, order_id: uuid.UUID) -> list[Json]:
        answer = await self.ask(buyer, "GET", f"orders/{order_id}/documents")
        assert answer.status_code == httpx.codes.OK, answer.text
        found: list[Json] = answer.json()
        return found

    async def ask(self, buyer: Buyer, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.client(self.stall.tenant).request(
            method, f"{API}/{path}", headers=buyer.headers, **more
        )

    async def ask_shop(self, buyer: Buyer, method: str, path: str, **query: str) -> httpx.Response:
        return await self.client(self.stall.tenant).request(
            method, f"/api/shop/{path}", headers=buyer.headers, params=query
        )

    async def staff(self, role: str = "admin") -> Person:
        return await sign_in(self.stall.ctx, self.client(self.stall.tenant), [role], "経理")


async def furnished(
    make_tenant: MakeTenant, ctx_for: CtxFor, more: Sequence[str] = ()
) -> tuple[Stall, Goods]:
    """A tenant with ``more`` plugins than a stall has."""
    tenant = await make_tenant(plugins=(*PLUGINS, "tax_invoice", *more))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC", invoice_number=NUMBER)
    await stall.shop("kobako", "KB")
    goods = {}
    for shop in ("honten", "kobako"):
        rouge = await stall.goods(shop, f"{shop}の口紅", 2_480, 500)
        tea = await stall.goods(shop, f"{shop}のお茶", 1_080, 500, tax_class="reduced")
        goods[shop] = (rouge, tea)
    return stall, goods


async def open_books(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor, drain: Drain, more: Sequence[str] = ()
) -> Books:
    """With a tenant of its own."""
    return Books(*await furnished(make_tenant, ctx_for, more), client, drain)
