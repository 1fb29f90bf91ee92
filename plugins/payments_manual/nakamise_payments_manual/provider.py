"""The tenant's own bank account as the ``payment_provider`` hook promises it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from nakamise.contracts.payment_movements import DisputeStatus, Movement
from nakamise.contracts.payments import (
    BankAccount,
    ChargeRequest,
    ChargeState,
    ChargeStatus,
    Offer,
    ProviderRecord,
)
from nakamise.db import Tx
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_payments_manual import books
from nakamise_payments_manual.settings import ManualSettings

ID: Final = "payments_manual"


class KeyReused(Exception):
    """The same key came with another amount: a fault of the caller."""


class ManualProvider:
    """Nobody answers from outside: what staff note is what happened."""

    id = ID
    test_mode = False
    pays_sellers = False

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx
        self._settings = ctx.settings(ManualSettings)

    @property
    def offers(self) -> Sequence[Offer]:
        """None until the account is complete. Money goes back by hand: staff transfer it themselves."""
        if not self._settings.is_ready:
            return ()
        offer = Offer(
            method=books.KIND,
            label=N_("Bank transfer"),
            form_template="payments_manual/form.html",
            min_amount=self._settings.min_amount,
            max_amount=self._settings.max_amount,
            refundable=False,
            form={"days": str(self._settings.days)},
        )
        return (offer,)

    @property
    def _account(self) -> BankAccount:
        s = self._settings
        return BankAccount(s.bank.strip(), s.branch.strip(), s.kind, s.number, s.holder.strip())

    async def charge(self, request: ChargeRequest) -> ChargeStatus:
        """Raises KeyReused and NoNumber."""
        async with self._ctx.begin() as tx:
            await books.put(tx, request, self._account, self._settings.days)
            entry = await books.known(tx, request.op_id)
        if entry.money != request.amount:
            raise KeyReused(f"{entry.key} was used for another amount")
        return entry.status()

    async def find(self, op_id: uuid.UUID) -> ChargeStatus | None:
        async with self._ctx.begin() as tx:
            await books.lapse(tx, op_id)
            entry = await books.get(tx, op_id)
        return entry.status() if entry else None

    async def cancel(self, op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Who transfers all the same pays late: a bank takes money for as long as it has the number."""
        async with self._ctx.begin() as tx:
            await books.cancel(tx, op_id, amount)
            entry = await books.known(tx, op_id)
        return entry.status()

    async def capture(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Nothing is ever reserved."""
        return ChargeStatus(ChargeState.FAILED, "", amount)

    async def refund(self, op_id: uuid.UUID, charge_op_id: uuid.UUID, amount: Money) -> ChargeStatus:
        """Money goes back by hand."""
        return ChargeStatus(ChargeState.FAILED, "", amount)

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
        """No card is ever kept."""

    async def records(self, since: datetime) -> Sequence[ProviderRecord]:
        async with self._ctx.read() as tx:
            return [entry.record() for entry in await books.since(tx, since)]

    async def disputes(self, since: datetime, references: Sequence[str] = ()) -> Sequence[DisputeStatus]:
        """Nobody takes a transfer back."""
        return []

    async def movements(self, since: datetime) -> Sequence[Movement]:
        async with self._ctx.read() as tx:
            moved = [entry.movement() for entry in await books.settled_since(tx, since)]
        return [one for one in moved if one]
