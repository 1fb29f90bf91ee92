"""The ``Payments`` service of one request."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from nakamise.contracts.payments import (
    ChargeRequest,
    Payment,
    PaymentMethod,
    PaymentState,
    ProviderUnreachable,
)
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_payments import providers, repository
from nakamise_payments.asking import find_op, look
from nakamise_payments.reversal import REVERSE, Reverse
from nakamise_payments.schemas import Op
from nakamise_payments.settling import apply, note_silence


class PaymentService:
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    def methods(self) -> Sequence[PaymentMethod]:
        return providers.methods(self._ctx)

    async def open(self, tx: Tx, subject: uuid.UUID, amount: Money, provider_id: str) -> Payment:
        op_id = await repository.insert_charge(tx, subject, amount, provider_id)
        if op_id is None:
            raise Conflict(
                N_("A payment for this is under way already."), code="payment_open", domain="payments"
            )
        return Payment(op_id, subject, provider_id, PaymentState.PENDING, amount)

    async def submit(self, payment_id: uuid.UUID, token: str, description: str, return_url: str) -> Payment:
        op = await find_op(self._ctx, payment_id)
        async with self._ctx.begin() as tx:
            is_mine = await repository.start(tx, op.id)
        if not is_mine:
            return self._seen(await find_op(self._ctx, payment_id))
        request = ChargeRequest(op.id, op.money, token, description, return_url)
        try:
            status = await providers.answer(providers.provider(self._ctx, op.provider_id).charge(request))
        except ProviderUnreachable:
            return self._seen(await note_silence(self._ctx, op.id))
        return self._seen(await apply(self._ctx, op.id, status))

    async def refresh(self, payment_id: uuid.UUID) -> Payment:
        return self._seen(await look(self._ctx, await find_op(self._ctx, payment_id)))

    async def lock(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]:
        return [self._seen(op) for op in await repository.lock_subject(tx, subject)]

    async def of_subject(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]:
        return [self._seen(op) for op in await repository.charges_of(tx, subject)]

    async def give_back(
        self, tx: Tx, subject: uuid.UUID, amount: int, reason: str, reference: str = ""
    ) -> Sequence[uuid.UUID]:
        charge = next(
            (op for op in await repository.lock_subject(tx, subject) if op.state.value == "succeeded"), None
        )
        if charge is None:
            for op_id in await repository.give_up(tx, subject):
                await self._later(tx, op_id)
            return []
        too_much = Conflict(
            N_("More would be refunded than was paid."), code="refund_too_large", domain="payments"
        )
        await repository.take_from_charge(tx, too_much, charge.id, amount)
        refund = await repository.insert_refund(tx, charge, amount, reason, reference)
        await self._later(tx, refund)
        return [refund]

    def _seen(self, op: Op) -> Payment:
        """With the failure in the asked language: it is the provider's sentence, or one of ours."""
        payment = op.as_payment()
        if op.failure is None:
            return payment
        said = gettext_for(self._ctx.locale, op.provider_id)(op.failure)
        if said == op.failure:
            said = gettext_for(self._ctx.locale, "payments")(op.failure)
        return msgspec.structs.replace(payment, failure=said)

    async def _later(self, tx: Tx, op_id: uuid.UUID) -> None:
        await self._ctx.enqueue(tx, REVERSE, Reverse(op_id))


def payments(ctx: TenantCtx) -> PaymentService:
    return PaymentService(ctx)
