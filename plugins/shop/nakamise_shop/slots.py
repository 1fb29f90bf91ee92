"""What the shop's boxes on other pages need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from nakamise.contracts.ui import CheckoutSubject, Period
from nakamise.db import Tx
from nakamise.media import Media
from nakamise.plugin import Slot, TenantCtx
from nakamise_shop.cart import repository as carts
from nakamise_shop.cart import service as cart_service
from nakamise_shop.catalog import beside, places, service
from nakamise_shop.orders.box import recent_orders
from nakamise_shop.orders.labels import note_label
from nakamise_shop.orders.schemas import GIFT, NOTE
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff.dashboard import dashboard_context
from nakamise_shop.staff.products.former_prices import former_prices

Context = Mapping[str, object]
Subject = msgspec.Struct | None
SHELF_SIZE: Final = 8


async def cart_badge(ctx: TenantCtx, tx: Tx, _subject: Subject) -> Context:
    key = cart_service.key_of(ctx)
    known = key.user_id or key.token
    return {"quantity": await carts.quantity_for(tx, key.user_id, key.token) if known else 0}


async def hero(ctx: TenantCtx, _tx: Tx, _subject: Subject) -> Context | None:
    """The tenant's own hero pictures and line, when the brand has them."""
    brand = ctx.tenant.brand
    if not brand.get("hero_wide"):
        return None
    return {
        "wide": msgspec.convert(brand["hero_wide"], Media),
        "phone": msgspec.convert(brand.get("hero_phone") or brand["hero_wide"], Media),
        "line": brand.get(f"tagline_{ctx.locale}") or brand.get("tagline", ""),
        "name": brand.get(f"name_{ctx.locale}") or ctx.tenant.name,
        "tone": "dark" if brand.get("scheme") == "dark" else "light",
    }


async def home_shelves(ctx: TenantCtx, tx: Tx, _subject: Subject) -> Context:
    categories = await places.list_categories(tx, ctx.locale)
    return {
        "newest": await service.newest(ctx, tx, SHELF_SIZE),
        "categories": [one for one in categories if one.parent_slug is None and one.product_count],
        "shops": await places.list_shops(tx, ctx.locale),
        "low_stock_from": ctx.settings(ShopSettings).low_stock_from,
    }


async def cart_beside(ctx: TenantCtx, tx: Tx, _subject: Subject) -> Context | None:
    cart_id = await cart_service.find(tx, cart_service.key_of(ctx))
    found = await beside.of_cart(ctx, tx, cart_id) if cart_id else []
    return {"beside": found, "low_stock_from": ctx.settings(ShopSettings).low_stock_from} if found else None


async def dashboard(ctx: TenantCtx, tx: Tx, subject: Subject) -> Context | None:
    return await dashboard_context(ctx, tx, subject) if isinstance(subject, Period) else None


async def checkout_wishes(ctx: TenantCtx, _tx: Tx, subject: Subject) -> Context | None:
    """A note to the shop, and whether it is a gift: as far as the tenant asks."""
    settings = ctx.settings(ShopSettings)
    if not isinstance(subject, CheckoutSubject) or not (settings.ask_note or settings.ask_gift):
        return None
    return {
        "settings": settings,
        "label": note_label(ctx),
        "note": subject.inputs.get(NOTE, ""),
        "gift": bool(subject.inputs.get(GIFT)),
    }


async def account_orders(ctx: TenantCtx, tx: Tx, _subject: Subject) -> Context | None:
    return await recent_orders(ctx, tx)


async def open_shop(ctx: TenantCtx, _tx: Tx, _subject: Subject) -> Context | None:
    """A way to the page where an approved broadcaster applies."""
    return {} if ctx.actor.email_verified else None


BUILDERS: Final[Mapping[Slot, Callable[[TenantCtx, Tx, Subject], Awaitable[Context | None]]]] = {
    Slot.HEADER_ACTIONS: cart_badge,
    Slot.HOME_HERO: hero,
    Slot.HOME_SECTION: home_shelves,
    Slot.CART_SECTION: cart_beside,
    Slot.ADMIN_DASHBOARD: dashboard,
    Slot.ADMIN_PRODUCT_SECTION: former_prices,
    Slot.ACCOUNT_HOME: account_orders,
    Slot.CHECKOUT_SECTION: checkout_wishes,
    Slot.LIVE_STUDIO: open_shop,
}
