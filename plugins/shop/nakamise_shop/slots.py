"""What the shop's boxes on other pages need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import Slot, TenantCtx
from nakamise_shop.cart import repository as carts
from nakamise_shop.cart import service as cart_service
from nakamise_shop.catalog import repository as catalog
from nakamise_shop.catalog.schemas import ProductFilter
from nakamise_shop.settings import ShopSettings

Context = Mapping[str, object]
SHELF_SIZE: Final = 8


async def cart_badge(ctx: TenantCtx, tx: Tx) -> Context:
    key = cart_service.key_of(ctx)
    cart_id = await cart_service.find(tx, key) if key.user_id or key.token else None
    return {"quantity": await carts.quantity_of(tx, cart_id) if cart_id else 0}


async def hero(ctx: TenantCtx, tx: Tx) -> Context | None:
    """The tenant's own hero pictures and line, when the brand has them."""
    brand = ctx.tenant.brand
    if not brand.get("hero_wide"):
        return None
    line = brand.get(f"tagline_{ctx.locale}") or brand.get("tagline", "")
    return {"wide": brand["hero_wide"], "phone": brand.get("hero_phone") or brand["hero_wide"], "line": line}


async def home_shelves(ctx: TenantCtx, tx: Tx) -> Context:
    newest, _ = await catalog.list_products(tx, ProductFilter(in_stock=True), ctx.locale, SHELF_SIZE)
    return {
        "newest": newest,
        "categories": await catalog.list_categories(tx, ctx.locale),
        "shops": await catalog.list_shops(tx, ctx.locale),
        "low_stock_from": ctx.settings(ShopSettings).low_stock_from,
    }


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx], Awaitable[Context | None]]]] = {
    Slot.HEADER_ACTIONS: cart_badge,
    Slot.HOME_HERO: hero,
    Slot.HOME_SECTION: home_shelves,
}
