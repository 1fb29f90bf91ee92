"""A stall for tests: a tenant that sells, goods with stock, and buyers who are signed in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from nakamise.db import Tx
from nakamise.ids import new_token, uuid7
from nakamise.plugin.context import Actor, Tenant, TenantCtx
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_payments.reconciler import settle_open

PLUGINS = ("shop", "payments_sandbox")
LEGAL = {
    "seller": "株式会社たたら",
    "payment_methods": "クレジットカード",
    "payment_timing": "ご注文の確定時",
    "delivery_time": "3営業日以内に発送",
    "returns": "未使用に限り到着後8日以内",
    "order_period": "申込期限は設けていません",
}


@dataclass
class Buyer:
    """``token`` is a bearer token for the API."""

    id: uuid.UUID
    email: str
    address_id: uuid.UUID
    token: str
    actor: Actor

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Stall:
    """``ctx`` acts as the system."""

    tenant: Tenant
    ctx: TenantCtx
    ctx_for: CtxFor
    shops: dict[str, uuid.UUID] = field(default_factory=dict)

    def ctx_of(self, buyer: Buyer) -> TenantCtx:
        return self.ctx_for(self.tenant, buyer.actor)

    async def shop(self, slug: str, prefix: str, **columns: object) -> uuid.UUID:
        shop_id = uuid7()
        values: dict[str, object] = {
            "id": shop_id,
            "slug": slug,
            "name": f"{slug}の店",
            "state": "open",
            "legal": LEGAL,
            "order_number_prefix": prefix,
            "shipping_fee": 550,
            **columns,
        }
        async with self.ctx.begin() as tx:
            await insert(tx, "shop_shop", values)
        self.shops[slug] = shop_id
        return shop_id

    async def goods(
        self, shop: str, name: str, price: int, stock: int, *, tax_class: str = "standard"
    ) -> uuid.UUID:
        """One published product with one variant; the variant's id."""
        product_id, variant_id = uuid7(), uuid7()
        product = {
            "id": product_id,
            "shop_id": self.shops[shop],
            "slug": f"p-{product_id.hex[-10:]}",
            "name": name,
            "tax_class": tax_class,
            "state": "published",
            "published_at": datetime.now(UTC),
            "min_price": price,
            "max_price": price,
        }
        variant = {
            "id": variant_id,
            "product_id": product_id,
            "shop_id": self.shops[shop],
            "sku": f"SKU-{variant_id.hex[-8:]}",
            "name": "標準",
            "price": price,
        }
        async with self.ctx.begin() as tx:
            await insert(tx, "shop_product", product)
            await insert(tx, "shop_variant", variant)
            await insert(tx, "shop_stock", {"variant_id": variant_id, "on_hand": stock})
        return variant_id

    async def buyer(self, name: str = "花子", *, verified: bool = True) -> Buyer:
        user_id, session_id, address_id = uuid7(), uuid7(), uuid7()
        now = datetime.now(UTC)
        email = f"{user_id.hex[-10:]}@buyer.example"
        user = {
            "id": user_id,
            "email": email,
            "email_key": email,
            "email_verified_at": now if verified else None,
            "password_hash": "!",
            "display_name": name,
        }
        session = {"id": session_id, "user_id": user_id, "expires_at": now + timedelta(days=1)}
        async with self.ctx.begin() as tx:
            await insert(tx, "core_user", user)
            await insert(tx, "core_session", session)
            await insert(tx, "core_address", address_row(address_id, user_id, name))
        token = self.ctx.runtime.auth.tokens.issue(self.tenant.id, user_id, session_id, now)
        actor = Actor(
            user_id=user_id,
            session_id=session_id,
            display_name=name,
            email=email,
            email_verified=verified,
        )
        return Buyer(user_id, email, address_id, token, actor)

    async def browser_session(self, buyer: Buyer) -> str:
        """The value of a session cookie."""
        from nakamise.auth.keys import token_hash

        token = new_token()
        row = {
            "id": uuid7(),
            "user_id": buyer.id,
            "token_hash": token_hash(token),
            "expires_at": datetime.now(UTC) + timedelta(days=1),
        }
        async with self.ctx.begin() as tx:
            await insert(tx, "core_session", row)
        return token

    async def fill_cart(self, buyer: Buyer, goods: Sequence[tuple[uuid.UUID, int]]) -> None:
        cart_id = uuid7()
        async with self.ctx.begin() as tx:
            cart_id = await tx.value(
                "INSERT INTO shop_cart (id, user_id) VALUES ($1, $2)"
                " ON CONFLICT (user_id) DO UPDATE SET updated_at = excluded.updated_at RETURNING id",
                *(cart_id, buyer.id),
            )
            for variant_id, quantity in goods:
                await tx.execute(
                    "WITH sold AS (SELECT id, price FROM shop_variant WHERE id = $2)"
                    " INSERT INTO shop_cart_line (cart_id, variant_id, quantity, seen_price)"
                    " SELECT $1, id, $3, price FROM sold",
                    *(cart_id, variant_id, quantity),
                )

    async def stock_of(self, variant_id: uuid.UUID) -> tuple[int, int]:
        """(on hand, reserved)."""
        async with self.ctx.read() as tx:
            row = await tx.one(
                StockRow, "SELECT on_hand, reserved FROM shop_stock WHERE variant_id = $1", variant_id
            )
        return row.on_hand, row.reserved

    async def value(self, query: str, *args: object) -> object:
        async with self.ctx.read() as tx:
            return await tx.value(query, *args)


@dataclass
class StockRow:
    on_hand: int
    reserved: int


def address_row(address_id: uuid.UUID, user_id: uuid.UUID, name: str) -> dict[str, object]:
    return {
        "id": address_id,
        "user_id": user_id,
        "label": "自宅",
        "family_name": "山田",
        "given_name": name,
        "family_kana": "ヤマダ",
        "given_kana": "ハナコ",
        "postal_code": "1040061",
        "prefecture": "東京都",
        "city": "中央区",
        "line1": "銀座9-99-9",
        "phone": "0312345678",
        "is_default": True,
    }


async def insert(tx: Tx, table: str, values: dict[str, object]) -> None:
    names = ", ".join(values)
    marks = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    await tx.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())


async def open_stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    """One open shop ``honten`` (prefix LC, shipping ¥550) and nothing to sell yet."""
    tenant = await make_tenant(plugins=PLUGINS)
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    return stall


async def settle(stall: Stall) -> None:
    """As if the reconciler's time had come."""
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE payments_op SET next_at = now() - interval '1 second'")
    await settle_open(stall.ctx)


class Till:
    """A buyer's way through checkout by the API."""

    def __init__(self, client: httpx.AsyncClient, buyer: Buyer) -> None:
        self._client = client
        self.buyer = buyer

    async def confirmation(self) -> dict[str, object]:
        answer = await self._client.get(
            "/api/shop/checkout",
            params={"address_id": str(self.buyer.address_id)},
            headers=self.buyer.headers,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    async def place(self, key: str | None = None, fingerprint: object = None) -> httpx.Response:
        seen = fingerprint or (await self.confirmation())["fingerprint"]
        return await self._client.post(
            "/api/shop/checkout",
            json={"address_id": str(self.buyer.address_id), "fingerprint": seen},
            headers={**self.buyer.headers, "Idempotency-Key": key or new_token()},
        )

    async def pay(self, purchase_id: object, token: str, key: str | None = None) -> httpx.Response:
        return await self._client.post(
            f"/api/shop/checkout/{purchase_id}/pay",
            json={"token": token},
            headers={**self.buyer.headers, "Idempotency-Key": key or new_token()},
        )

    async def refresh(self, payment_id: object) -> httpx.Response:
        return await self._client.post(
            f"/api/shop/checkout/payments/{payment_id}/refresh", headers=self.buyer.headers
        )

    async def purchase(self, purchase_id: object) -> dict[str, Any]:
        answer = await self._client.get(f"/api/shop/checkout/{purchase_id}", headers=self.buyer.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
