"""Shops' rates for the pricing: the service ``contracts.shipping.ShippingRates``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from nakamise.contracts.pricing import Destination, QuoteLine, QuoteRequest
from nakamise.contracts.shipping import ShippingOutline, ShippingRates, ShippingTerms
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shipping.domain import rates, wish
from nakamise_shipping.domain.config import ShopShipping, Temperature
from nakamise_shipping.domain.sizes import Measure
from nakamise_shipping.rates import outline, repository
from nakamise_shipping.rates.ways import terms_by


class Rates(ShippingRates):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def terms(self, tx: Tx, request: QuoteRequest) -> Mapping[str, ShippingTerms]:
        found = await repository.stored(tx, {uuid.UUID(line.shop_id) for line in request.lines})
        if not found:
            return {}
        pieces = await _pieces(tx, found, request.lines)
        terms = {}
        for shop_id, one in found.items():
            wished = wish.wish_of(request.inputs, str(shop_id))
            terms[str(shop_id)] = terms_of(
                self._ctx, one.config, request.destination, pieces.get(str(shop_id), []), wished
            )
        return terms

    async def outlines(
        self, tx: Tx, shop_ids: Sequence[uuid.UUID], goods: Sequence[QuoteLine] = ()
    ) -> Mapping[uuid.UUID, ShippingOutline]:
        found = await repository.stored(tx, shop_ids)
        pieces = await _pieces(tx, found, goods) if found and goods else {}
        return {
            shop_id: outline.outline_of(self._ctx, one.config, pieces.get(str(shop_id), []))
            for shop_id, one in found.items()
        }


async def _pieces(
    tx: Tx, found: Mapping[uuid.UUID, repository.Stored], lines: Sequence[QuoteLine]
) -> dict[str, list[rates.Piece]]:
    """By shop."""
    cold = await repository.temperatures(tx, [uuid.UUID(line.product_id) for line in lines])
    by_size = {str(shop_id) for shop_id, one in found.items() if one.config.sizes}
    sized = [uuid.UUID(line.variant_id) for line in lines if line.shop_id in by_size]
    measures = await repository.measures(tx, sized) if sized else {}
    pieces: dict[str, list[rates.Piece]] = {}
    for line in lines:
        pieces.setdefault(line.shop_id, []).append(_piece(line, cold, measures))
    return pieces


def _piece(
    line: QuoteLine, cold: Mapping[uuid.UUID, Temperature], measures: Mapping[uuid.UUID, Measure]
) -> rates.Piece:
    return rates.Piece(
        cold.get(uuid.UUID(line.product_id), Temperature.NORMAL),
        measures.get(uuid.UUID(line.variant_id), Measure()),
        line.qty,
    )


def terms_of(
    ctx: TenantCtx,
    config: ShopShipping,
    destination: Destination | None,
    pieces: Sequence[rates.Piece],
    wished: wish.Wish,
) -> ShippingTerms:
    """What one shop asks for sending these goods there."""
    _ = gettext_for(ctx.locale, "shipping")
    extras = wish.extras(config, wished, {"noshi": _(N_("Noshi")), "card": _(N_("Message card"))}, ctx.locale)
    return terms_by(ctx, config, rates.way_to(config, destination), pieces, extras)


def shipping_rates(ctx: TenantCtx) -> Rates:
    """The factory that the manifest names."""
    return Rates(ctx)
