"""The provider's behaviour, as the ``payment_provider`` hook promises it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.payments import (
    ChargeRequest,
    ChargeState,
    ChargeStatus,
    OpKind,
    ProviderRecord,
    ProviderUnreachable,
)
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments_sandbox import books
from nakamise_payments_sandbox.cards import FAILURES, UNKNOWN_TOKEN, Behaviour, behaviour_of

ID: Final = "payments_sandbox"
# Keeps a key that never charged from charging later.
_TOMBSTONE: Final = {"cancelled": "before it arrived"}


class KeyReused(Exception):
    """The same key came with another request: a fault of the caller."""


class SandboxProvider:
    """Its books live in the tenant's schema but are written in transactions of their own."""

    id = ID
    label = N_("Credit card (test)")
    form_template = "payments_sandbox/form.html"
    test_mode = True

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def charge(self, request: ChargeRequest) -> ChargeStatus:
        """Raises ProviderUnreachable and KeyReused."""
        behaviour = behaviour_of(request.payment_token)
        if behaviour is Behaviour.UNREACHABLE:
            raise ProviderUnreachable("the request never arrived")
        state, failure = _outcome(behaviour)
        asked = {
            "token": request.payment_token,
            "amount": f"{request.amount.amount} {request.amount.currency}",
            "return_url": request.return_url,
        }
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
            )
            entry = await books.known(tx, request.op_id)
        if not is_new:
            _check_same(entry, asked)
        if is_new and behaviour is Behaviour.ANSWER_LOST:
            raise ProviderUnreachable("charged, and the answer was lost")
        return entry.status()

    async def find(self, op_id: uuid.UUID) -> ChargeStatus | None:
        async with self._ctx.read() as tx:
            entry = await books.get(tx, op_id)
        return entry.status() if entry else None

    async def cancel(self, op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        async with self._ctx.begin() as tx:
            if not await books.put(tx, op_id, OpKind.CHARGE, amount, ChargeState.CANCELED, _TOMBSTONE):
                await books.settle(tx, op_id, ChargeState.CANCELED, None)
            entry = await books.known(tx, op_id)
        return entry.status()

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

    async def records(self, since: datetime) -> Sequence[ProviderRecord]:
        async with self._ctx.read() as tx:
            return [entry.record() for entry in await books.since(tx, since)]


def _outcome(behaviour: Behaviour | None) -> tuple[ChargeState, str | None]:
    if behaviour is None:
        return ChargeState.FAILED, UNKNOWN_TOKEN
    if behaviour is Behaviour.THREE_D_SECURE:
        return ChargeState.REQUIRES_ACTION, None
    if failure := FAILURES.get(behaviour):
        return ChargeState.FAILED, failure
    return ChargeState.SUCCEEDED, None


def _check_same(entry: books.Entry, asked: Mapping[str, str]) -> None:
    if entry.request not in (dict(asked), _TOMBSTONE):
        raise KeyReused(f"{entry.key} was used for another request")
