"""What a shop asks for sending goods: asked by the shop's pricing, answered by the plugin that knows the rates; and
who stands on its parcels as their sender, which is where goods come back to.

Amounts are tax-included, in minor units of the tenant's currency; shipping is taxed at the standard rate.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from nakamise.contracts.pricing import Extra, QuoteLine, QuoteRequest
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


class ShippingArea(msgspec.Struct, frozen=True, kw_only=True):
    """Places with the same rule; ``name`` in the shop's words. Nothing is sent to one with ``terms.unavailable``."""

    name: str
    terms: ShippingTerms


class ShippingOutline(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop asks for sending, said before it is known where to: on a product's page, in the legal notice.

    ``additions`` may come besides in some places or for some goods; each ``amount`` is the most of its kind.
    """

    areas: tuple[ShippingArea, ...]
    additions: tuple[Extra, ...] = ()


class ShippingRates(Protocol):
    """``ctx.optional_service(ShippingRates)``: None where shops have a flat fee only."""

    async def terms(self, tx: Tx, request: QuoteRequest) -> Mapping[str, ShippingTerms]:
        """By shop id; a shop that is missing keeps its own flat fee. ``request.destination`` None: the buyer has
        not said where to yet, so an estimate.

        Runs in a savepoint under a deadline of 2 s. A failure, or terms against their rules, closes checkout (503)
        while the cart shows the goods and says that sending cannot be reckoned."""
        ...

    async def outlines(
        self, tx: Tx, shop_ids: Sequence[uuid.UUID], goods: Sequence[QuoteLine] = ()
    ) -> Mapping[uuid.UUID, ShippingOutline]:
        """In the reader's language; a shop that is missing keeps its own flat fee. ``goods``: for these together, and
        no addition then is for what they are; without any, for goods without anything special.

        Runs as ``terms`` does; after a failure pages say that the fee is shown at the checkout."""
        ...


class ParcelSender(msgspec.Struct, frozen=True, kw_only=True):
    """As a shop's labels show it; ``address`` is never "", ``postal_code`` and ``phone`` as staff typed them."""

    name: str
    address: str
    building: str = ""
    postal_code: str = ""
    phone: str = ""


class ParcelSenders(Protocol):
    """``ctx.optional_service(ParcelSenders)``: None where nobody keeps whom parcels come from."""

    async def senders(self, tx: Tx, shop_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, ParcelSender]:
        """A shop that has not said its address is missing."""
        ...
