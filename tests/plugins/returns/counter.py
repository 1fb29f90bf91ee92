"""The counter where goods come back: orders that arrived, and acts by the API."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import nakamise_returns
from nakamise.testing.fixtures import ClientFor
from nakamise_returns import handling
from nakamise_returns.schemas import Decision, Received, ReceivedLine
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from tests.plugins.shop.stall import Buyer, Stall, Till

INVARIANTS = Path(str(nakamise_returns.__file__)).parent / "invariants.sql"


@dataclass
class Bought:
    """An order that arrived: 3 × ¥333 and 2 × ¥1,000, shipping ¥550."""

    buyer: Buyer
    order_id: uuid.UUID
    number: str
    goods: list[uuid.UUID]


@dataclass
class Counter:
    stall: Stall
    client: ClientFor
    bought: list[Bought] = field(default_factory=list)

    async def order(self, *, arrived: bool = True) -> Bought:
        stall = self.stall
        goods = [await stall.goods("honten", "飴", 333, 5), await stall.goods("honten", "湯呑", 1000, 5)]
        buyer = await stall.buyer()
        await stall.fill_cart(buyer, [(goods[0], 3), (goods[1], 2)])
        till = Till(self.client(stall.tenant), buyer)
        placed = (await till.place()).json()
        await till.pay(placed["purchase_id"], "tok_success")
        order = placed["orders"][0]
        done = Bought(buyer, uuid.UUID(order["id"]), order["number"], goods)
        if arrived:
            await self._send(done)
        return done

    async def _send(self, done: Bought) -> None:
        ctx = self.stall.ctx
        async with ctx.begin() as tx:
            await fulfil.start(ctx, tx, done.order_id, [1, 2])
            parcel = await fulfil.ship(ctx, tx, done.order_id, [1, 2], Carrier.YAMATO, "1234-5678-9013")
        async with ctx.begin() as tx:
            await fulfil.deliver(ctx, tx, done.order_id, parcel)

    async def variant(self, of: uuid.UUID, name: str, price: int) -> uuid.UUID:
        """Another one of the same product, five in stock."""
        variant_id = uuid.uuid4()
        async with self.stall.ctx.begin() as tx:
            await tx.execute(
                "INSERT INTO shop_variant (id, product_id, shop_id, sku, name, price)"
                " SELECT $2, product_id, shop_id, sku || $3, $3, $4 FROM shop_variant WHERE id = $1",
                *(of, variant_id, name, price),
            )
            await tx.execute("INSERT INTO shop_stock (variant_id, on_hand) VALUES ($1, 5)", variant_id)
        return variant_id

    async def ask(self, bought: Bought, lines: dict[int, int], **more: Any) -> httpx.Response:
        body = {
            "lines": [{"line_no": no, "qty": qty} for no, qty in lines.items()],
            "reason": "changed_mind",
            **more,
        }
        return await self.client(self.stall.tenant).post(
            f"/api/returns/orders/{bought.number}", json=body, headers=bought.buyer.headers
        )

    async def approved(self, bought: Bought, lines: dict[int, int], **more: Any) -> uuid.UUID:
        answer = await self.ask(bought, lines, **more)
        assert answer.status_code == 201, answer.text
        request_id = uuid.UUID(answer.json()["head"]["id"])
        await handling.approve(self.stall.ctx, request_id, Decision())
        return request_id

    async def received(
        self, bought: Bought, lines: dict[int, int], *, restock: bool = True, **more: Any
    ) -> uuid.UUID:
        condition = more.pop("condition", "unused")
        request_id = await self.approved(bought, lines, **more)
        came = [
            ReceivedLine(line_no=no, received=qty, restock=qty if restock else 0, condition=condition)
            for no, qty in lines.items()
        ]
        await handling.receive(self.stall.ctx, request_id, Received(lines=came))
        return request_id

    async def broken(self) -> dict[str, list[tuple[object, ...]]]:
        """The rows that break the plugin's invariants."""
        titled = re.compile(r"^-- (I\d.*?)\n(SELECT.*?);", re.DOTALL | re.MULTILINE)
        found = {}
        async with self.stall.ctx.read() as tx:
            for title, query in titled.findall(INVARIANTS.read_text()):
                if rows := await tx.connection.fetch(query):
                    found[title] = [tuple(row) for row in rows]
        return found
