"""Writing the rows of new charges, of one purchase or of many at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from nakamise.contracts.payments import Capture, Opening
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import providers, repository, seller_terms
from nakamise_payments.repository import NewCharge
from nakamise_payments.schemas import split_way


async def charges(ctx: TenantCtx, tx: Tx, wanted: Sequence[Opening]) -> list[uuid.UUID]:
    """Their ids, in the order of ``wanted``. Raises Conflict as ``Payments.open`` does: then none may stay."""
    known: dict[tuple[str, tuple[uuid.UUID, ...]], tuple[Capture, str]] = {}
    rows = [await _new_charge(ctx, tx, one, known) for one in wanted]
    ids = await repository.insert_charges(tx, rows)
    if len(ids) < len(rows):
        raise Conflict(N_("A payment for this is under way already."), code="payment_open", domain="payments")
    return ids


async def _new_charge(
    ctx: TenantCtx,
    tx: Tx,
    wanted: Opening,
    known: dict[tuple[str, tuple[uuid.UUID, ...]], tuple[Capture, str]],
) -> NewCharge:
    """``known``: the terms of sellers that were looked up already."""
    plugin_id, method = split_way(wanted.provider_id)
    offer = providers.offer(ctx, wanted.provider_id)
    if offer is not None and not providers.fits(offer, wanted.amount):
        raise Conflict(
            N_("This way to pay is not possible for this amount. Please choose another."),
            code="amount_not_possible",
            domain="payments",
        )
    of = (wanted.provider_id, wanted.sellers)
    if of not in known:
        known[of] = await seller_terms.terms(ctx, tx, offer, wanted.sellers)
    capture, at_expiry = known[of]
    return NewCharge(
        subject=wanted.subject,
        amount=wanted.amount,
        provider_id=plugin_id,
        method=method,
        capture=capture,
        at_expiry=at_expiry,
        payer_id=wanted.payer_id,
    )
