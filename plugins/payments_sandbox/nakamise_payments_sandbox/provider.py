"""The provider's behaviour, as the ``payment_provider`` hook promises it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.payment_movements import DisputeStatus, Movement
from nakamise.contracts.payments import (
    Capture,
    ChargeRequest,
    ChargeState,
    ChargeStatus,
    Offer,
    OpKind,
    ProviderRecord,
    ProviderUnreachable,
)
from nakamise.db import Tx
from nakamise.ids import new_token
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments_sandbox import books
from nakamise_payments_sandbox.cards import FAILURES, HOLD_ENDED, UNKNOWN_TOKEN, Behaviour, behaviour_of

ID: Final = "payments_sandbox"
# Keeps a key that never charged from charging later.
_TOMBSTONE: Final = {"cancelled": "before it arrived"}


class KeyReused(Exception):
    """The same key came with another request: a fault of the caller."""


OFFERS: Final = (
    Offer(
        method="card",
        label=N_("Credit card (test)"),
        form_template="payments_sandbox/form.html",
        can_save=True,
        can_authorize=True,
        brands=("visa", "mastercard", "jcb", "amex", "diners", "discover"),
    ),
    Offer(
        method="konbini",
        label=N_("Convenience store (test)"),
        form_template="payments_sandbox/konbini_form.html",
        min_amount=120,
        max_amount=300_000,
        refundable=False,
    ),
)


class SandboxProvider:
    """Its books live in the tenant's schema but are written in transactions of their own."""

    id = ID
    offers = OFFERS
    test_mode = True
    pays_sellers = False

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def charge(self, request: ChargeRequest) -> ChargeStatus:
        """Raises ProviderUnreachable and KeyReused."""
        token = await self._token(request)
        behaviour = Behaviour.SUCCESS if request.method == "konbini" else behaviour_of(token)
        if behaviour is Behaviour.UNREACHABLE:
            raise ProviderUnreachable("the request never arrived")
        state, failure = _outcome(behaviour, request)
        asked = {
            "token": token,
            "amount": f"{request.amount.amount} {request.amount.currency}",
            "return_url": request.return_url,
        }
        card = f"sbcard_{new_token(16)}" if request.save and failure is None else None
        async with self._ctx.begin() as tx:
            is_new = await books.put(
                tx,
                request.op_id,
                OpKind.CHARGE,
                request.amount,
                state,
                asked,
                failure=failure,
                return_url=request.return_url,
                method=request.method,
                is_held=request.capture is Capture.MANUAL,
                card=card,
            )
            if is_new and card:
                await books.keep_card(tx, card, token)
            entry = await books.known(tx, request.op_id)
        if not is_new:
            _check_same(entry, asked)
        if is_new and behaviour is Behaviour.ANSWER_LOST:
            raise ProviderUnreachable("charged, and the answer was lost")
        return entry.status()

    async def _token(self, request: ChargeRequest) -> str:
        """The test card's, also for a card that was kept."""
        if not request.is_saved:
            return request.payment_token
        async with self._ctx.read() as tx:
            return await books.kept_card(tx, request.payment_token) or ""

    async def find(self, op_id: uuid.UUID) -> ChargeStatus | None:
        async with self._ctx.begin() as tx:
            await books.lapse(tx, op_id)
            entry = await books.get(tx, op_id)
        return entry.status() if entry else None

    async def cancel(self, op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        async with self._ctx.begin() as tx:
            if not await books.put(tx, op_id, OpKind.CHARGE, amount, ChargeState.CANCELED, _TOMBSTONE):
                await books.settle(tx, op_id, ChargeState.CANCELED, None)
            entry = await books.known(tx, op_id)
        return entry.status()

    async def capture(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        async with self._ctx.begin() as tx:
            await books.lapse(tx, charge_op_id)
            is_taken = await books.capture(tx, charge_op_id, amount.amount)
        state = ChargeState.SUCCEEDED if is_taken else ChargeState.FAILED
        return ChargeStatus(state, f"sbcap_{op_id.hex}", amount, None if is_taken else HOLD_ENDED)

    async def refund(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Raises KeyReused."""
        asked = {"charge": str(charge_op_id), "amount": f"{amount.amount} {amount.currency}"}
        async with self._ctx.begin() as tx:
            is_new = await books.put(
                tx, op_id, OpKind.REFUND, amount, ChargeState.SUCCEEDED, asked, charge_key=charge_op_id
            )
            if is_new and not await books.take_refund(tx, charge_op_id, amount.amount):
                await books.fail_refund(tx, op_id)
            entry = await books.known(tx, op_id)
        _check_same(entry, asked)
        return entry.status()

    async def transfer(
        self,
        op_id: uuid.UUID,
        charge_op_id: uuid.UUID,
        seller_id: uuid.UUID,
        amount: Money,
        *,
        from_charge: bool = True,
    ) -> ChargeStatus:
        """Nobody has an account here."""
        return ChargeStatus(ChargeState.FAILED, "", amount)

    async def reverse(self, op_id: uuid.UUID, transfer_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        return ChargeStatus(ChargeState.FAILED, "", amount)

    async def seller_ready(self, tx: Tx, seller_id: uuid.UUID) -> bool:
        return False

    async def forget(self, card_reference: str) -> None:
        async with self._ctx.begin() as tx:
            await books.forget_card(tx, card_reference)

    async def disputes(self, since: datetime, references: Sequence[str] = ()) -> Sequence[DisputeStatus]:
        return []

    async def movements(self, since: datetime) -> Sequence[Movement]:
        async with self._ctx.read() as tx:
            moved = [entry.movement() for entry in await books.since(tx, since)]
        return [one for one in moved if one]

    async def records(self, since: datetime) -> Sequence[ProviderRecord]:
        async with self._ctx.read() as tx:
            return [entry.record() for entry in await books.since(tx, since)]


def _outcome(behaviour: Behaviour | None, request: ChargeRequest) -> tuple[ChargeState, str | None]:
    if behaviour is None:
        return ChargeState.FAILED, UNKNOWN_TOKEN
    if behaviour is Behaviour.THREE_D_SECURE or request.method == "konbini":
        return ChargeState.REQUIRES_ACTION, None
    if failure := FAILURES.get(behaviour):
        return ChargeState.FAILED, failure
    held = request.capture is Capture.MANUAL
    return ChargeState.AUTHORIZED if held else ChargeState.SUCCEEDED, None


def _check_same(entry: books.Entry, asked: Mapping[str, str]) -> None:
    if entry.request not in (dict(asked), _TOMBSTONE):
        raise KeyReused(f"{entry.key} was used for another request")
