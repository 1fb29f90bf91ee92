"""One stall, one buyer and her browser, as the tests of payments need them."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from nakamise.ids import new_token
from nakamise_payments.seller_terms import Terms, save
from tests.plugins.shop.stall import Buyer, Stall, Till


class Scene:
    """One stall, one buyer, and a browser that is hers."""

    def __init__(self, stall: Stall, buyer: Buyer, goods: uuid.UUID, client: httpx.AsyncClient) -> None:
        self.stall, self.buyer, self.goods, self.client = stall, buyer, goods, client
        self.till = Till(client, buyer)
        self.goods_too: list[tuple[uuid.UUID, int]] = []

    async def placed(self, way: str | None = None, pieces: int = 1) -> str:
        """A purchase of that many pieces and ``goods_too``; its id."""
        await self.stall.fill_cart(self.buyer, [(self.goods, pieces), *self.goods_too])
        seen = await self.till.confirmation()
        answer = await self.client.post(
            "/api/shop/checkout",
            json={
                "address_id": str(self.buyer.address_id),
                "fingerprint": seen["fingerprint"],
                "provider_id": way,
            },
            headers={**self.buyer.headers, "Idempotency-Key": new_token()},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["purchase_id"])

    async def paid(
        self, token: str = "tok_success", way: str | None = None, pieces: int = 1, **more: Any
    ) -> str:
        purchase = await self.placed(way, pieces)
        answer = await self.client.post(
            f"/api/shop/checkout/{purchase}/pay",
            json={"token": token, **more},
            headers={**self.buyer.headers, "Idempotency-Key": new_token()},
        )
        assert answer.status_code == 200, answer.text
        return purchase

    async def states(self, purchase: str) -> tuple[str, str]:
        """(of the purchase, of its order)."""
        found = await self.stall.value(
            "SELECT p.state || ' ' || o.state FROM shop_purchase p JOIN shop_order o ON o.purchase_id = p.id"
            " WHERE p.id = $1",
            uuid.UUID(purchase),
        )
        first, _, second = str(found).partition(" ")
        return first, second

    async def order_of(self, purchase: str) -> str:
        """The id of its only order."""
        query = "SELECT id FROM shop_order WHERE purchase_id = $1"
        return str(await self.stall.value(query, uuid.UUID(purchase)))

    async def charge_of(self, purchase: str) -> uuid.UUID:
        """The id of its only charge."""
        query = "SELECT id FROM payments_op WHERE subject = $1 AND kind = 'charge'"
        found = await self.stall.value(query, uuid.UUID(purchase))
        assert isinstance(found, uuid.UUID)
        return found

    async def execute(self, query: str, *args: object) -> None:
        async with self.stall.ctx.begin() as tx:
            await tx.execute(query, *args)

    async def hold_manually(self) -> None:
        async with self.stall.ctx.begin() as tx:
            await save(tx, self.stall.shops["honten"], Terms("manual", "cancel"))
