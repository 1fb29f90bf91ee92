"""The products of a broadcast in ready words: on its pages, and told in its room when they change.

Worded once for each language, whoever listens: pages ask for nothing when a price or a stock changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from nakamise.contracts.catalog import CatalogProduct
from nakamise.db import Tx
from nakamise.plugin import Localized, TenantCtx
from nakamise.web import N_, gettext_for, yen
from nakamise_livestream.broadcasts import room
from nakamise_livestream.words import DOMAIN

LOCALES: Final = ("ja", "en")
LOW_FROM: Final = 10
_PICTURE: Final = 256
Kind = Literal["ok", "low", "out"]


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` as the host counts them, from 1. ``was``: the former price, or ""; ``picture``: an address or "".
    ``ends_at``: when a limited offer ends, None without one."""

    id: uuid.UUID
    number: int
    name: str
    slug: str
    path: str
    shop: str
    picture: str
    price: str
    was: str
    stock: str
    kind: Kind
    ends_at: datetime | None = None


class GoodsNews(msgspec.Struct, frozen=True):
    """All of them, in the host's order."""

    goods: list[Good]


def worded(products: Sequence[CatalogProduct], locale: str) -> list[Good]:
    return [_good(product, number, locale) for number, product in enumerate(products, 1)]


def _good(product: CatalogProduct, number: int, locale: str) -> Good:
    stock, kind = stock_words(product.available, locale)
    more = "~" if product.max_price > product.min_price else ""
    return Good(
        id=product.id,
        number=number,
        name=product.name,
        slug=product.slug,
        path=product.path,
        shop=product.shop_name,
        picture=product.picture.url(_PICTURE) if product.picture else "",
        price=yen(product.min_price) + more,
        was=yen(product.compare_at) if product.compare_at else "",
        stock=stock,
        kind=kind,
        ends_at=product.offer.ends_at if product.offer else None,
    )


def stock_words(available: int, locale: str, *, exact: bool = False) -> tuple[str, Kind]:
    """``exact``: also how many there are while there are enough, for who sells them."""
    _ = gettext_for(locale, DOMAIN)
    if available <= 0:
        return _(N_("Sold out")), "out"
    if available < LOW_FROM:
        return _(N_("%(n)s left"), n=available), "low"
    return _("%(n)s left", n=available) if exact else _(N_("In stock")), "ok"


def tell(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, products: Mapping[str, Sequence[CatalogProduct]]
) -> None:
    """Everybody in the room, in their language, once ``tx`` has committed. ``products`` by locale: their names are
    in it, too."""
    news = Localized({locale: GoodsNews(worded(found, locale)) for locale, found in products.items()})
    room.room_of(ctx, broadcast_id).announce(tx, "goods", news)
