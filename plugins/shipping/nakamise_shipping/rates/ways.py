"""What one way costs, in the terms of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nakamise.contracts.pricing import Extra
from nakamise.contracts.shipping import ShippingTerms, ShippingTier
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shipping.domain import rates
from nakamise_shipping.domain.config import ShopShipping

_NOWHERE: Final = ShippingTerms(tiers=(ShippingTier(0, 0),))
CLOSED: Final = N_("This shop does not send to this address. Please choose another address.")
TOO_BIG: Final = N_("These goods are too big or too heavy for one parcel. Please order fewer at a time.")
MIXED: Final = N_("Goods of different temperatures cannot be ordered together from this shop. Please order them one after the other.")  # fmt: skip


def terms_by(
    ctx: TenantCtx,
    config: ShopShipping,
    way: rates.Way,
    pieces: Sequence[rates.Piece],
    extras: tuple[Extra, ...] = (),
) -> ShippingTerms:
    """What one shop asks for sending these goods on this way."""
    _ = gettext_for(ctx.locale, "shipping")
    sent = rates.parcels(config, [one.temperature for one in pieces])
    sizes = rates.sizes_of(config, sent, pieces) if config.sizes else []
    if not way.is_open or not sent or None in sizes:
        said = CLOSED if not way.is_open else MIXED if not sent else TOO_BIG
        return ShippingTerms(tiers=_NOWHERE.tiers, extras=extras, unavailable=str(_(said)))
    asked = rates.charge(config, way, sent, [one for one in sizes if one])
    return ShippingTerms(tiers=asked.tiers, surcharge=asked.surcharge, extras=extras)
