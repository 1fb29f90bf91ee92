"""Charges without an order: nobody owns what is paid for, so only the money moves."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg

import nakamise_payments
from nakamise.contracts.payments import Payment
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise_payments.service import PaymentService
from tests.plugins.invariants import queries_of

TABLES = (
    *("payments_op", "payments_transfer", "payments_report", "payments_acknowledgement", "payments_saved"),
    *(
        "payments_dispute",
        "payments_seller",
        "payments_sale",
        "payments_sandbox_charge",
        "payments_sandbox_card",
        "payments_comparison",
        "payments_comparison_month",
    ),
)


async def emptied(owner: asyncpg.Connection, ctx: TenantCtx, *more: str) -> None:
    """Nothing was ever paid, and no job waits."""
    names = ", ".join(f'"{ctx.tenant.schema}".{name}' for name in (*TABLES, *more))
    await owner.execute(f"TRUNCATE {names} CASCADE")
    async with ctx.runtime.db.control() as tx:
        await tx.execute("DELETE FROM job WHERE tenant_id = $1 AND every_s IS NULL", ctx.tenant.id)


class Desk:
    def __init__(self, ctx: TenantCtx) -> None:
        self.ctx = ctx
        self.payments = PaymentService(ctx)

    async def open(self, amount: int = 5000, subject: uuid.UUID | None = None) -> Payment:
        async with self.ctx.begin() as tx:
            return await self.payments.open(
                tx, subject or uuid.uuid4(), Money(amount, "JPY"), "payments_sandbox"
            )

    async def paid(self, amount: int = 5000, token: str = "tok_success") -> Payment:
        payment = await self.open(amount)
        return await self.payments.submit(payment.id, token, "test", "/")

    async def give_back(self, payment: Payment, amount: int) -> None:
        async with self.ctx.begin() as tx:
            await self.payments.give_back(tx, payment.subject, amount, "test")

    async def value(self, query: str, *args: object) -> Any:
        async with self.ctx.read() as tx:
            return await tx.value(query, *args)

    async def execute(self, query: str, *args: object) -> None:
        async with self.ctx.begin() as tx:
            await tx.execute(query, *args)

    async def broken(self) -> dict[str, list[tuple[object, ...]]]:
        """The invariants of the payments alone: there is no shop here."""
        found = {}
        async with self.ctx.read() as tx:
            for title, query in queries_of(nakamise_payments).items():
                if rows := await tx.connection.fetch(query):
                    found[title] = [tuple(row) for row in rows]
        return found

    async def make_due(self) -> None:
        await self.execute("UPDATE payments_op SET next_at = now() - interval '1 second'")
