"""Authorised money: taken in time, let go in time, and nothing is shipped on what has ended."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.payments import OpKind
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments import repository
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settings import PaymentsSettings

REASON: Final = "capture"


def _ended() -> Conflict:
    return Conflict(
        N_(
            "The reservation of the buyer's money has ended. Do not ship this order; ask the buyer to pay again."
        ),
        code="authorization_ended",
        domain="payments",
    )


async def charge_of(tx: Tx, subject: uuid.UUID) -> Op | None:
    """The payment that counts, held: paid or reserved before anything else, else the latest try."""
    found = counting([op for op in await repository.lock_subject(tx, subject) if not op.extra])
    if found is None:
        return None
    return msgspec.structs.replace(found, is_disputed=await repository.is_disputed(tx, found.id))


def counting(charges: Sequence[Op]) -> Op | None:
    """Of a subject's charges, oldest first: the one that is paid or reserved, else the latest."""
    paid = [op for op in charges if op.state in (OpState.SUCCEEDED, OpState.AUTHORIZED)]
    found = paid or charges
    return found[-1] if found else None


async def ask(tx: Tx, subject: uuid.UUID) -> tuple[Op, uuid.UUID | None]:
    """The charge, and the capture to be carried out; None when it was taken before.

    Raises NotFound; Conflict when nothing is reserved any more.
    """
    charge = await charge_of(tx, subject)
    if charge is None:
        raise NotFound
    if charge.state is OpState.SUCCEEDED:
        return charge, None
    await _require_live(tx, charge)
    capture = await repository.insert_child(
        tx, OpKind.CAPTURE, charge, charge.amount - charge.reversed, REASON
    )
    return charge, capture or await repository.open_capture(tx, charge.id)


async def before_shipping(ctx: TenantCtx, tx: Tx, subject: uuid.UUID) -> None:
    """As ``Payments.before_shipping`` promises. What was free has no payment."""
    charge = await charge_of(tx, subject)
    if charge is None:
        return
    if charge.is_disputed:
        raise Conflict(
            N_("A dispute about this payment is open. Wait for its end before you ship."),
            code="payment_disputed",
            domain="payments",
        )
    if charge.state is OpState.SUCCEEDED:
        return
    await _require_live(tx, charge)
    if not ctx.settings(PaymentsSettings).capture_on_ship:
        raise Conflict(
            N_("Take the reserved amount before you ship."), code="capture_first", domain="payments"
        )
    _, capture = await ask(tx, subject)
    if capture is not None:
        await later(ctx, tx, capture)


async def _require_live(tx: Tx, charge: Op) -> None:
    """Raises Conflict, by the database's clock."""
    if charge.state is not OpState.AUTHORIZED or charge.given_up:
        raise _ended()
    if charge.reversed >= charge.amount or not await repository.is_in_time(tx, charge.id):
        raise _ended()
