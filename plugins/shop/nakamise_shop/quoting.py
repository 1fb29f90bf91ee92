"""From wanted goods to a quote: ask the plugins, then the one pricing function."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

import msgspec

from nakamise.contracts.pricing import (
    Destination,
    Phase,
    Quote,
    QuoteLine,
    QuoteRequest,
    Rounding,
    ShopQuote,
)
from nakamise.contracts.shipping import RATES_UNKNOWN, ShippingRates, ShippingTerms
from nakamise.db import Tx
from nakamise.errors import Unavailable
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout.payable import least
from nakamise_shop.domain.pricing import ShopTerms, draft_quote, price
from nakamise_shop.domain.proposals import Proposal
from nakamise_shop.domain.shipping import carriage, check, flat

log: Final = logging.getLogger("nakamise.shop")
# As long as plugins have for reading while a price is made.
_RATES_S: Final = 2.0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a variant; ``price`` as the shop typed it."""

    line_id: str
    shop_id: uuid.UUID
    product_id: uuid.UUID
    variant_id: uuid.UUID
    qty: int
    price: int
    tax_class: str


class _TermsRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    rounding: Rounding
    prices_include_tax: bool
    shipping_fee: int
    free_over: int | None
    at: datetime


_TERMS: Final = (
    "SELECT id, rounding, prices_include_tax, shipping_fee, free_over, now() AS at"
    " FROM shop_shop WHERE id = ANY($1)"
)


def _terms(row: _TermsRow, shipping: ShippingTerms | None) -> ShopTerms:
    return ShopTerms(
        shipping=shipping or flat(row.shipping_fee, row.free_over),
        rounding=row.rounding,
        prices_include_tax=row.prices_include_tax,
    )


async def quote(
    ctx: TenantCtx,
    tx: Tx,
    wanted: Sequence[Wanted],
    inputs: Mapping[str, str] | None = None,
    destination: Destination | None = None,
) -> Quote:
    """``quote.degraded`` names plugins whose rules could not be asked, and ``RATES_UNKNOWN`` when it is the fees for
    sending, which are then 0: shown, but never sold.

    ``inputs`` is what the buyer chose for plugins; without a ``destination`` shipping is an estimate.
    Raises ValueError for nothing wanted.
    """
    if not wanted:
        raise ValueError("nothing to price")
    rows = await tx.all(_TermsRow, _TERMS, list({one.shop_id for one in wanted}))
    at = rows[0].at
    request = QuoteRequest(
        lines=tuple(_line(one) for one in wanted),
        at=at,
        tax_date=at.astimezone(ctx.tenant.zone).date(),
        currency=ctx.tenant.currency,
        buyer_id=str(ctx.actor.user_id) if ctx.actor.user_id else None,
        inputs=dict(inputs or {}),
        destination=destination,
    )
    shipping = await carriers_terms(ctx, tx, request)
    # Nobody's flat fee is a guess at what the plugin would have asked.
    known = {str(row.id): flat(0) for row in rows} if shipping is None else shipping
    terms = {str(row.id): _terms(row, known.get(str(row.id))) for row in rows}
    proposals, degraded = await _ask(ctx, tx, request, terms)
    pays_a_part = any(adjustment.phase is Phase.TENDER for _, adjustment in proposals)
    return price(
        request,
        proposals,
        terms,
        minimum_charge=least(ctx) if pays_a_part else 0,
        degraded=[*degraded, RATES_UNKNOWN] if shipping is None else degraded,
    )


async def carriers_terms(ctx: TenantCtx, tx: Tx, request: QuoteRequest) -> Mapping[str, ShippingTerms] | None:
    """By shop id, of the plugin that knows the rates; None when it failed: what it did is undone, ``tx`` goes on."""
    rates = ctx.optional_service(ShippingRates)
    if rates is None:
        return {}
    try:
        async with asyncio.timeout(_RATES_S), tx.savepoint():
            found = await rates.terms(tx, request)
            for one in found.values():
                check(one)
    except Exception:  # isolating any fault of a plugin is this line's purpose
        log.exception("no fees for sending, tenant=%s", ctx.tenant.slug)
        return None
    return found


async def _ask(
    ctx: TenantCtx, tx: Tx, request: QuoteRequest, terms: Mapping[str, ShopTerms]
) -> tuple[list[Proposal], list[str]]:
    degraded = set(ctx.lineup.unusable)
    facts = await ctx.lineup.call("price_facts", ctx=ctx, tx=tx, request=request)
    answers = ctx.lineup.call_sync(
        "price_adjust", ctx=ctx, draft=draft_quote(request, terms), facts=MappingProxyType(facts.by_plugin())
    )
    degraded |= {plugin_id for plugin_id, _ in (*facts.failed, *answers.failed)}
    proposals = [
        (plugin_id, adjustment)
        for plugin_id, adjustments in answers.results
        if plugin_id not in degraded
        for adjustment in adjustments
    ]
    return proposals, sorted(degraded)


def _line(one: Wanted) -> QuoteLine:
    return QuoteLine(
        line_id=one.line_id,
        shop_id=str(one.shop_id),
        product_id=str(one.product_id),
        variant_id=str(one.variant_id),
        qty=one.qty,
        list_amount=one.price,
        tax_class=one.tax_class,
    )


class Recarriage(msgspec.Struct, frozen=True, kw_only=True):
    """What sending the same goods costs by today's rates, there and elsewhere; ``unavailable`` as in
    ``ShippingTerms``, for the new place."""

    before: int
    after: int
    unavailable: str = ""

    @property
    def difference(self) -> int:
        """More than 0: the new place is dearer."""
        return self.after - self.before


async def recarriage(
    ctx: TenantCtx,
    tx: Tx,
    sold: ShopQuote,
    inputs: Mapping[str, str],
    places: tuple[Destination, Destination],
) -> Recarriage:
    """For an order that was ``sold`` to the first of ``places`` and shall go to the second; what was paid stays.

    Both are reckoned by today's rates, so that only the place makes a difference. A shop's flat fee is the same
    everywhere, and a fee that a discount covered wholly stays covered. Raises Unavailable when the plugin that
    knows the rates fails.
    """
    there, elsewhere = [await _carrier_of(ctx, tx, sold, inputs, to) for to in places]
    if there is None or elsewhere is None:
        return Recarriage(before=sold.shipping.fee, after=sold.shipping.fee)
    if elsewhere.unavailable:
        return Recarriage(before=0, after=0, unavailable=elsewhere.unavailable)
    is_covered = sold.shipping.discount > 0 and sold.shipping.net <= _extras(sold)
    goods = sold.goods + sum(
        part.amount for line in sold.lines for part in line.parts if part.phase is Phase.SHIPPING
    )
    before = sold.shipping.fee - _extras(sold) if there.unavailable else carriage(there, goods)
    return Recarriage(before=before, after=before if is_covered else carriage(elsewhere, goods))


def _extras(sold: ShopQuote) -> int:
    return sum(one.amount for one in sold.shipping.extras)


async def _carrier_of(
    ctx: TenantCtx, tx: Tx, sold: ShopQuote, inputs: Mapping[str, str], to: Destination
) -> ShippingTerms | None:
    """None for a shop with a flat fee. Raises Unavailable."""
    at: datetime = await tx.value("SELECT now()")
    request = QuoteRequest(
        lines=tuple(
            QuoteLine(
                line_id=line.line_id,
                shop_id=line.shop_id,
                product_id=line.product_id,
                variant_id=line.variant_id,
                qty=line.qty,
                list_amount=line.list_amount,
                tax_class=line.tax_class,
            )
            for line in sold.lines
        ),
        at=at,
        tax_date=at.astimezone(ctx.tenant.zone).date(),
        currency=ctx.tenant.currency,
        inputs=dict(inputs),
        destination=to,
    )
    found = await carriers_terms(ctx, tx, request)
    if found is None:
        said = N_("Shipping cannot be worked out right now. Please try again in a moment.")
        raise Unavailable(said, code="shipping_unknown", domain="shop")
    return found.get(sold.shop_id)
