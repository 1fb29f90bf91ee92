"""When a payment is taken: as the sellers want it, else as the site has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from nakamise.contracts.payments import Capture, Offer
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_payments.settings import AtExpiry, CaptureMode, PaymentsSettings


class Terms(msgspec.Struct, frozen=True):
    """A row of payments_seller; None = as the site has it."""

    capture: CaptureMode | None = None
    at_expiry: AtExpiry | None = None


async def of_seller(tx: Tx, seller_id: uuid.UUID) -> Terms:
    row = await tx.first(
        Terms, "SELECT capture, at_expiry FROM payments_seller WHERE seller_id = $1", seller_id
    )
    return row or Terms()


async def must_exist(ctx: TenantCtx, tx: Tx, seller_id: uuid.UUID) -> None:
    """Sellers are the site's shops. Raises NotFound."""
    shops = ctx.optional_service(ShopSellers)
    if shops is None or seller_id not in await shops.sellers(tx, [seller_id]):
        raise NotFound


async def save(tx: Tx, seller_id: uuid.UUID, wanted: Terms) -> None:
    await tx.execute(
        "INSERT INTO payments_seller (seller_id, capture, at_expiry) VALUES ($1, $2, $3)"
        " ON CONFLICT (seller_id) DO UPDATE SET capture = excluded.capture, at_expiry = excluded.at_expiry",
        *(seller_id, wanted.capture, wanted.at_expiry),
    )


async def terms(
    ctx: TenantCtx, tx: Tx, offer: Offer | None, sellers: Sequence[uuid.UUID]
) -> tuple[Capture, str]:
    """One payment is for all sellers: one who takes money by hand makes it so, one who lets go makes it let go."""
    site = ctx.settings(PaymentsSettings)
    rows = [await of_seller(tx, seller) for seller in dict.fromkeys(sellers)] or [Terms()]
    manual = any((row.capture or site.capture) == "manual" for row in rows)
    cancel = any((row.at_expiry or site.at_expiry) == "cancel" for row in rows)
    can = offer is not None and offer.can_authorize
    return Capture.MANUAL if manual and can else Capture.AUTOMATIC, "cancel" if cancel else "capture"
