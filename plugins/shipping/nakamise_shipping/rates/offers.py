"""Shops' rates for the pricing: the service ``contracts.shipping.ShippingRates``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from nakamise.contracts.pricing import Destination, QuoteLine, QuoteRequest
from nakamise.contracts.shipping import ShippingRates, ShippingTerms, ShippingTier
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shipping.domain import rates, wish
from nakamise_shipping.domain.config import ShopShipping, Temperature
from nakamise_shipping.domain.sizes import Measure
from nakamise_shipping.rates import repository

_NOWHERE: Final = ShippingTerms(tiers=(ShippingTier(0, 0),))
CLOSED: Final = N_("This shop does not send to this address. Please choose another address.")
TOO_BIG: Final = N_("These goods are too big or too heavy for one parcel. Please order fewer at a time.")
MIXED: Final = N_("Goods of different temperatures cannot be ordered together from this shop. Please order them one after the other.")  # fmt: skip


class Rates(ShippingRates):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def terms(self, tx: Tx, request: QuoteRequest) -> Mapping[str, ShippingTerms]:
        found = await repository.stored(tx, {uuid.UUID(line.shop_id) for line in request.lines})
        if not found:
            return {}
        cold = await repository.temperatures(tx, [uuid.UUID(line.product_id) for line in request.lines])
        by_size = {str(shop_id) for shop_id, one in found.items() if one.config.sizes}
        sized = [uuid.UUID(line.variant_id) for line in request.lines if line.shop_id in by_size]
        measures = await repository.measures(tx, sized) if sized else {}
        return {
            str(shop_id): self._terms(one.config, request, str(shop_id), cold, measures)
            for shop_id, one in found.items()
        }

    def _terms(
        self,
        config: ShopShipping,
        request: QuoteRequest,
        shop_id: str,
        cold: Mapping[uuid.UUID, Temperature],
        measures: Mapping[uuid.UUID, Measure],
    ) -> ShippingTerms:
        pieces = [_piece(line, cold, measures) for line in request.lines if line.shop_id == shop_id]
        wished = wish.wish_of(request.inputs, shop_id)
        return terms_of(self._ctx, config, request.destination, pieces, wished)


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
    extras = wish.extras(config, wished, {"noshi": _(N_("Noshi")), "card": _(N_("Message card"))})
    way, sent = rates.way_to(config, destination), rates.parcels(config, [one.temperature for one in pieces])
    sizes = rates.sizes_of(config, sent, pieces) if config.sizes else []
    if not way.is_open or not sent or None in sizes:
        said = CLOSED if not way.is_open else MIXED if not sent else TOO_BIG
        return ShippingTerms(tiers=_NOWHERE.tiers, extras=extras, unavailable=str(_(said)))
    asked = rates.charge(config, way, sent, [one for one in sizes if one])
    return ShippingTerms(tiers=asked.tiers, surcharge=asked.surcharge, extras=extras)


def shipping_rates(ctx: TenantCtx) -> Rates:
    """The factory that the manifest names."""
    return Rates(ctx)
