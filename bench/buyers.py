"""Buyers with full carts, as many as there will be orders: each places one."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from bench.catalogue import PRODUCTS, SHOPS
from bench.world import World
from nakamise.ids import uuid7
from nakamise.plugin.context import Actor, Tenant
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.schemas import PlaceOrder

_NUMBERS = itertools.count()


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """One of each of two products of one shop; ``key`` is the order's Idempotency-Key."""

    user_id: uuid.UUID
    address_id: uuid.UUID
    cart_id: uuid.UUID
    first_product: uuid.UUID
    first_variant: uuid.UUID
    second_product: uuid.UUID
    second_variant: uuid.UUID
    shop_id: uuid.UUID
    key: str

    @property
    def email(self) -> str:
        return f"{self.key}@buyer.example"

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user_id, display_name="花子", email=self.email, email_verified=True)


class _VariantRow(msgspec.Struct, frozen=True):
    id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    slug: str


async def fill_baskets(world: World, tenant: Tenant, count: int, *, hot: bool = False) -> list[Basket]:
    """Spread over all products, so that no buyer waits for another one's stock; ``hot``: each wants one and the
    same, and something else of that shop."""
    async with world.ctx(tenant).begin() as tx:
        found = await tx.all(
            _VariantRow,
            "SELECT v.id, v.product_id, v.shop_id, p.slug FROM shop_variant v JOIN shop_product p"
            " ON p.id = v.product_id WHERE v.position = 0",
        )
        by_slug = {row.slug: row for row in found}
        baskets = [_basket(by_slug, next(_NUMBERS), hot=hot) for _ in range(count)]
        await tx.execute_many(
            "INSERT INTO core_user (id, email, email_key, email_verified_at, password_hash, display_name)"
            " VALUES ($1, $2, $2, $3, '!', '花子')",
            [(one.user_id, one.email, datetime.now(UTC)) for one in baskets],
        )
        await tx.execute_many(
            "INSERT INTO core_address (id, user_id, family_name, given_name, family_kana, given_kana,"
            " postal_code, prefecture, city, line1, phone, is_default)"
            " VALUES ($1, $2, '山田', '花子', 'ヤマダ', 'ハナコ', '1040061', '東京都', '中央区', '銀座9-99-9',"
            " '0312345678', true)",
            [(one.address_id, one.user_id) for one in baskets],
        )
        await tx.execute_many(
            "INSERT INTO shop_cart (id, user_id) VALUES ($1, $2)",
            [(one.cart_id, one.user_id) for one in baskets],
        )
        await tx.execute_many(
            "INSERT INTO shop_cart_line (cart_id, variant_id, quantity, seen_price)"
            " SELECT $1, id, 1, price FROM shop_variant WHERE id = $2",
            [(one.cart_id, id_) for one in baskets for id_ in (one.first_variant, one.second_variant)],
        )
    return baskets


def _basket(by_slug: dict[str, _VariantRow], number: int, *, hot: bool) -> Basket:
    place = 0 if hot else number % PRODUCTS
    # The next product of the same shop, back to the shop's first at the end.
    step = SHOPS * (1 + number % (PRODUCTS // SHOPS - 1)) if hot else SHOPS
    other = place + step if place + step < PRODUCTS else place % SHOPS
    first, second = by_slug[f"product-{place}"], by_slug[f"product-{other}"]
    assert first.shop_id == second.shop_id
    return Basket(
        user_id=uuid7(),
        address_id=uuid7(),
        cart_id=uuid7(),
        first_product=first.product_id,
        first_variant=first.id,
        second_product=second.product_id,
        second_variant=second.id,
        shop_id=first.shop_id,
        key=uuid7().hex,
    )


async def confirmations(world: World, tenant: Tenant, baskets: Sequence[Basket]) -> list[PlaceOrder]:
    """What each buyer sends after looking at the confirmation."""
    wanted = []
    for one in baskets:
        seen = await confirm_view(world.ctx(tenant, one.actor), one.address_id)
        wanted.append(PlaceOrder(one.address_id, seen.fingerprint))
    return wanted
