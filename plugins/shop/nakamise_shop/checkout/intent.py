"""What one buyer confirmed: read, priced and compared with what was seen, ready to be written."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.checkout import repository
from nakamise_shop.checkout.confirming import Basket, basket, check_confirmed
from nakamise_shop.checkout.payable import why_not
from nakamise_shop.checkout.repository import SellingShop
from nakamise_shop.checkout.schemas import PlaceOrder
from nakamise_shop.checkout.stock import Wants


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Intent:
    """``ctx`` is the buyer's own. ``provider_id`` is "" when there is nothing to pay; ``shops`` by id.

    ``now.quote.priced_at`` is the database's time at which it was read.
    """

    ctx: TenantCtx
    key: str
    fingerprint: str
    now: Basket
    provider_id: str
    shops: Mapping[uuid.UUID, SellingShop]
    purchase_id: uuid.UUID = field(default_factory=uuid7)

    @property
    def buyer_id(self) -> uuid.UUID:
        return self.ctx.require_user()

    @property
    def prefixes(self) -> list[str]:
        """Of the order numbers, one for each shop of the quote, in its order."""
        return [self.shops[uuid.UUID(part.shop_id)].order_number_prefix for part in self.now.quote.shops]

    @property
    def wants(self) -> list[Wants]:
        return [Wants(line.variant_id, line.quantity, line.full_name) for line in self.now.cart.lines]


async def read(ctx: TenantCtx, tx: Tx, key: str, fingerprint: str, wanted: PlaceOrder) -> Intent:
    """Writes nothing. Raises as ``basket`` and ``check_confirmed`` do, and for a way to pay that is not there."""
    now = await basket(ctx, tx, wanted.address_id)
    check_confirmed(now, wanted.fingerprint)
    ids = [uuid.UUID(part.shop_id) for part in now.quote.shops]
    shops = await repository.selling_shops(tx, ids, ctx.locale)
    return Intent(
        ctx=ctx,
        key=key,
        fingerprint=fingerprint,
        now=now,
        provider_id=_provider_of(ctx, now, wanted),
        shops={shop.id: shop for shop in shops},
    )


def _provider_of(ctx: TenantCtx, now: Basket, wanted: PlaceOrder) -> str:
    """The chosen way to pay, or the first; "" when there is nothing to pay."""
    if now.quote.due == 0:
        return ""
    if not now.methods:
        raise why_not(ctx, now.quote.due)
    ids = [method.provider_id for method in now.methods]
    if wanted.provider_id is None:
        return ids[0]
    if wanted.provider_id not in ids:
        raise Invalid({"provider_id": FieldError(N_("This way to pay is not available."), domain="shop")})
    return wanted.provider_id
