"""Which variant a product page shows, and what changes on it with the choice."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for, yen
from nakamise_shop.catalog.schemas import Product, Variant
from nakamise_shop.settings import ShopSettings


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """One variant in ready words, for the page and for its script. ``kind``: ok, low or out."""

    id: str
    sku: str
    values: list[str]
    price: str
    was: str
    stock: str
    kind: str
    limit: int
    picture: int


def faces(ctx: TenantCtx, product: Product) -> list[Face]:
    return [face(ctx, product, variant) for variant in product.variants]


def face(ctx: TenantCtx, product: Product, variant: Variant) -> Face:
    stock, kind = stock_words(ctx, variant.available)
    return Face(
        id=str(variant.id),
        sku=variant.sku,
        values=variant.option_values,
        price=yen(variant.price),
        was=yen(variant.compare_at) if variant.compare_at else "",
        stock=stock,
        kind=kind,
        limit=max(0, product.limit_of(variant)),
        picture=_position(product, variant),
    )


def stock_words(ctx: TenantCtx, available: int) -> tuple[str, str]:
    """What a buyer reads of the stock, and its kind (ok, low, out)."""
    _ = gettext_for(ctx.locale, "shop")
    if available <= 0:
        return _("Out of stock"), "out"
    if available < ctx.settings(ShopSettings).low_stock_from:
        return _("%(n)s left", n=available), "low"
    return _("In stock"), "ok"


def chosen(product: Product, query: Mapping[str, str]) -> Variant | None:
    """By ``variant`` (a SKU) or by ``o0``, ``o1``… (option values); else the first that can be bought."""
    by_sku = next((one for one in product.variants if one.sku == query.get("variant")), None)
    if by_sku:
        return by_sku
    wanted = [query.get(f"o{position}", "") for position in range(len(product.options))]
    if any(wanted):
        return by_values(product, wanted)
    in_stock = next((one for one in product.variants if not one.is_sold_out), None)
    return in_stock or next(iter(product.variants), None)


def by_values(product: Product, values: list[str]) -> Variant | None:
    """The variant with these option values; a product without options has only one."""
    if not product.options:
        return next(iter(product.variants), None)
    return next((one for one in product.variants if one.option_values == values), None)


def is_offered(product: Product, position: int, key: str) -> bool:
    """Whether any variant with this value of the option at ``position`` can be bought."""
    return any(
        one.option_values[position : position + 1] == [key] and not one.is_sold_out
        for one in product.variants
    )


def _position(product: Product, variant: Variant) -> int:
    """Of the variant's picture among the product's; 0 when it has none of its own."""
    places = {picture.id: place for place, picture in enumerate(product.pictures)}
    return places.get(variant.picture_id, 0) if variant.picture_id else 0
