"""What a shop asks for sending goods: asked by the shop's pricing, answered by the plugin that knows the rates.

Amounts are tax-included, in minor units of the tenant's currency; shipping is taxed at the standard rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

from nakamise.contracts.pricing import Extra, QuoteRequest
from nakamise.db import Tx

# In ``Quote.degraded``: the service below failed, so nobody knows what sending costs.
RATES_UNKNOWN: Final = "shipping_rates"


class ShippingTier(msgspec.Struct, frozen=True):
    """``fee`` holds from goods worth ``from_goods`` on, that amount included."""

    from_goods: int
    fee: int


class ShippingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One shop's rule for one destination.

    ``tiers`` ascend and begin at 0; the goods' value after every discount on goods decides. ``surcharge`` (cool
    transport, islands) is added to the tier's fee, also to a fee of 0. ``extras`` are charged besides and no
    discount on shipping reaches them. ``unavailable``: a sentence for the buyer, who cannot order from this
    shop to this place; "" = can.
    """

    tiers: tuple[ShippingTier, ...]
    surcharge: int = 0
    extras: tuple[Extra, ...] = ()
    unavailable: str = ""


class ShippingRates(Protocol):
    """``ctx.optional_service(ShippingRates)``: None where shops have a flat fee only."""

    async def terms(self, tx: Tx, request: QuoteRequest) -> Mapping[str, ShippingTerms]:
        """By shop id; a shop that is missing keeps its own flat fee. ``request.destination`` None: the buyer has
        not said where to yet, so an estimate.

        Runs in a savepoint under a deadline of 2 s. A failure, or terms against their rules, closes checkout (503)
        while the cart shows the goods and says that sending cannot be reckoned."""
        ...
