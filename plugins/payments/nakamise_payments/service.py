"""The ``Payments`` and ``PaymentReports`` services of one request."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from nakamise.contracts import payment_cards
from nakamise.contracts.payment_movements import DisputeStatus
from nakamise.contracts.payments import (
    Capture,
    ChargeRequest,
    ChargeStatus,
    Opening,
    Payer,
    Payment,
    PaymentMethod,
    PaymentState,
    ProviderUnreachable,
    SavedMethod,
)
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise_payments import (
    captures,
    disputes,
    giving_back,
    opening,
    providers,
    repository,
    saved,
    seller_terms,
    tokens,
    words,
)
from nakamise_payments.asking import find_op, look, settle
from nakamise_payments.reconciler import payouts_stopped
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settling import apply, note_silence


class PaymentService:
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    def methods(self, amount: Money | None = None) -> Sequence[PaymentMethod]:
        return providers.methods(self._ctx, amount)

    async def open(
        self,
        tx: Tx,
        subject: uuid.UUID,
        amount: Money,
        provider_id: str,
        sellers: Sequence[uuid.UUID] = (),
    ) -> Payment:
        wanted = Opening(
            subject=subject,
            amount=amount,
            provider_id=provider_id,
            sellers=tuple(sellers),
            payer_id=self._ctx.actor.user_id,
        )
        [op_id] = await opening.charges(self._ctx, tx, [wanted])
        return Payment(op_id, subject, provider_id, PaymentState.PENDING, amount)

    async def capture_mode(self, tx: Tx, provider_id: str, sellers: Sequence[uuid.UUID]) -> Capture:
        offer = providers.offer(self._ctx, provider_id)
        return (await seller_terms.terms(self._ctx, tx, offer, sellers))[0]

    async def open_many(self, tx: Tx, wanted: Sequence[Opening]) -> None:
        await opening.charges(self._ctx, tx, wanted)

    async def submit(
        self, payment_id: uuid.UUID, token: str, description: str, return_url: str, *, save: bool = False
    ) -> Payment:
        tokens.check(token)
        op = await find_op(self._ctx, payment_id)
        request = await self._request(op, token, description, return_url, save=save)
        async with self._ctx.begin() as tx:
            is_mine = await repository.start(tx, op.id)
        if not is_mine:
            return self._seen(await find_op(self._ctx, payment_id))
        try:
            status = await providers.answer(providers.provider(self._ctx, op.provider_id).charge(request))
        except ProviderUnreachable:
            return self._seen(await note_silence(self._ctx, op.id))
        return self._seen(await apply(self._ctx, op.id, status))

    async def _request(
        self, op: Op, token: str, description: str, return_url: str, *, save: bool
    ) -> ChargeRequest:
        """Raises NotFound for somebody else's saved card."""
        actor = self._ctx.actor
        card = None
        if payment_cards.is_saved(token):
            card = await self._own_card(token, op.provider_id)
        return ChargeRequest(
            op.id,
            op.money,
            card.reference if card else token,
            description,
            return_url,
            method=op.method,
            capture=op.capture,
            subject=op.subject,
            payer=Payer(op.payer_id, actor.display_name, actor.email),
            is_saved=card is not None,
            save=save and card is None,
        )

    async def _own_card(self, token: str, provider_id: str) -> saved.Kept:
        card_id = payment_cards.saved_id(token)
        async with self._ctx.begin() as tx:
            card = await saved.one_of(tx, self._ctx.require_user(), card_id) if card_id else None
            if card is None or card.provider_id != provider_id:
                raise NotFound
            await saved.used(tx, card.id)
        return card

    async def refresh(self, payment_id: uuid.UUID) -> Payment:
        return self._seen(await look(self._ctx, await find_op(self._ctx, payment_id)))

    async def abandon(self, subject: uuid.UUID) -> Payment | None:
        async with self._ctx.begin() as tx:
            charge = await captures.charge_of(tx, subject)
            is_open = charge is not None and charge.state not in (OpState.SUCCEEDED, OpState.AUTHORIZED)
            given_up = await repository.give_up(tx, subject) if is_open else []
        for op_id in given_up:
            await settle(self._ctx, await find_op(self._ctx, op_id))
        return self._seen(await find_op(self._ctx, charge.id)) if charge else None

    async def capture(self, subject: uuid.UUID) -> Payment:
        async with self._ctx.begin() as tx:
            charge, capture = await captures.ask(tx, subject)
        if capture is not None:
            await settle(self._ctx, await find_op(self._ctx, capture))
        return self._seen(await find_op(self._ctx, charge.id))

    async def before_shipping(self, tx: Tx, subject: uuid.UUID) -> None:
        await captures.before_shipping(self._ctx, tx, subject)

    async def lock(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]:
        return [await self._held(tx, op) for op in await repository.lock_subject(tx, subject)]

    async def of_subject(self, tx: Tx, subject: uuid.UUID) -> Sequence[Payment]:
        return [self._seen(op) for op in await repository.charges_of(tx, subject)]

    async def give_back(
        self, tx: Tx, subject: uuid.UUID, amount: int, reason: str, reference: str = ""
    ) -> Sequence[uuid.UUID]:
        return await giving_back.give_back(self._ctx, tx, subject, amount, reason, reference)

    async def saved(self, tx: Tx) -> Sequence[SavedMethod]:
        user_id = self._ctx.actor.user_id
        return await saved.all_of(tx, user_id, list(providers.providers(self._ctx))) if user_id else []

    async def forget(self, saved_id: uuid.UUID) -> None:
        async with self._ctx.begin() as tx:
            card = await saved.one_of(tx, self._ctx.require_user(), saved_id)
            if card is None:
                raise NotFound
            await saved.drop(tx, card.id)
        await providers.forget(self._ctx, card.provider_id, card.reference)

    async def payouts_stopped(self, tx: Tx) -> bool:
        return await payouts_stopped(tx)

    async def _held(self, tx: Tx, op: Op) -> Payment:
        is_open = op.state is OpState.AUTHORIZED and await repository.open_capture(tx, op.id) is not None
        return msgspec.structs.replace(self._seen(op), is_being_taken=is_open)

    def _seen(self, op: Op) -> Payment:
        """With the failure in the asked language: it is the provider's sentence, or one of ours."""
        payment = op.as_payment()
        failure = words.failure(self._ctx, op)
        return msgspec.structs.replace(payment, failure=failure) if failure else payment


class ReportService:
    """``PaymentReports``."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def heard(self, op_id: uuid.UUID, status: ChargeStatus) -> None:
        async with self._ctx.read() as tx:
            op = await repository.find(tx, op_id)
        if op is not None:
            await apply(self._ctx, op.id, status)

    async def disputed(self, provider_id: str, dispute: DisputeStatus) -> None:
        await disputes.apply(self._ctx, provider_id, dispute)


def payments(ctx: TenantCtx) -> PaymentService:
    return PaymentService(ctx)


def reports(ctx: TenantCtx) -> ReportService:
    return ReportService(ctx)
