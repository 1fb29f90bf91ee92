"""What one of each costs with the reductions that run now: lists, cards and product pages show no other price."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from nakamise.contracts.catalog import CatalogOffer
from nakamise.contracts.pricing import Adjustment, Applied, Phase, QuoteLine, QuoteRequest
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog.prices import Taxed
from nakamise_shop.domain.pricing import ShopTerms, draft_quote, price
from nakamise_shop.domain.shipping import flat

_NO_FEE: Final = flat(0)


class Piece(msgspec.Struct, frozen=True):
    """One variant as it is in the list; ``price`` as the shop typed it."""

    variant_id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    price: int
    of: Taxed


class Lowered(msgspec.Struct, frozen=True):
    """Tax-included. ``was``: the list price, where it may be struck through."""

    price: int
    was: int | None
    offer: CatalogOffer


async def lowered(ctx: TenantCtx, tx: Tx, pieces: Sequence[Piece]) -> Mapping[uuid.UUID, Lowered]:
    """By variant; what nobody lowers is missing. Costs no query while no plugin has anything to say.

    A plugin that cannot be asked is left out: checkout tells.
    """
    if not pieces or not ctx.lineup.has("price_facts"):
        return {}
    request = _request(ctx, pieces)
    facts = (await ctx.lineup.call("price_facts", ctx=ctx, tx=tx, request=request)).by_plugin()
    if not facts:
        return {}
    terms = {str(one.shop_id): _terms(one.of) for one in pieces}
    answers = ctx.lineup.call_sync(
        "price_adjust", ctx=ctx, draft=draft_quote(request, terms), facts=MappingProxyType(facts)
    )
    proposals = [
        (plugin_id, adjustment)
        for plugin_id, adjustments in answers.results
        for adjustment in adjustments
        if adjustment.phase is Phase.UNIT
    ]
    if not proposals:
        return {}
    quote = price(request, proposals, terms)
    unit = {line.line_id: line for shop in quote.shops for line in shop.lines}
    best = _first_by_line(quote.applied)
    return {
        uuid.UUID(line_id): _lowered(unit[line_id].list_amount, unit[line_id].unit_amount, adjustment)
        for line_id, adjustment in best.items()
    }


def _request(ctx: TenantCtx, pieces: Iterable[Piece]) -> QuoteRequest:
    now = ctx.now()
    return QuoteRequest(
        lines=tuple(_line(one) for one in pieces),
        at=now,
        tax_date=now.astimezone(ctx.tenant.zone).date(),
        currency=ctx.tenant.currency,
        buyer_id=str(ctx.actor.user_id) if ctx.actor.user_id else None,
        for_display=True,
    )


def _line(one: Piece) -> QuoteLine:
    return QuoteLine(
        line_id=str(one.variant_id),
        shop_id=str(one.shop_id),
        product_id=str(one.product_id),
        variant_id=str(one.variant_id),
        qty=1,
        list_amount=one.price,
        tax_class=one.of.tax_class,
    )


def _terms(of: Taxed) -> ShopTerms:
    return ShopTerms(shipping=_NO_FEE, rounding=of.rounding, prices_include_tax=of.prices_include_tax)


def _first_by_line(applied: Sequence[Applied]) -> Mapping[str, Adjustment]:
    found: dict[str, Adjustment] = {}
    for one in applied:
        if one.taken and one.adjustment.line_id is not None:
            found.setdefault(one.adjustment.line_id, one.adjustment)
    return found


def _lowered(list_price: int, unit: int, by: Adjustment) -> Lowered:
    offer = CatalogOffer(label=by.label, ends_at=by.ends_at, list_price=list_price)
    return Lowered(unit, list_price if by.was_proven else None, offer)
