"""A counter at which Stripe takes the money, and what people and Stripe do at it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import httpx

import nakamise_payments
from nakamise.contracts.payments import Capture, Payment
from nakamise.db import Tx
from nakamise.money import Money
from nakamise.plugin.context import Actor, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.tenancy.owner import names
from nakamise.testing.tenants import client_of, ctx_of, tenant_with
from nakamise_payments.reconciler import settle_open
from nakamise_payments.service import PaymentService
from nakamise_payments_stripe.inbox import handle_due
from tests.faults.careless import Careless, CarelessDatabase, Lapse
from tests.plugins.invariants import queries_of
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.stripe_server.server import PUBLISHABLE, SECRET, SIGNING
from tests.plugins.shop.stall import Stall

WEBHOOK = "/payments_stripe/webhook"
BOOKED = (
    "SELECT coalesce(sum(CASE WHEN debit LIKE 'tenant_payable%' THEN -t.amount"
    " WHEN credit LIKE 'tenant_payable%' THEN t.amount ELSE 0 END), 0)::int"
    " FROM payments_transfer t JOIN payments_op o ON o.id = t.op_id WHERE o.subject = $1"
)
HANAKO = Actor(
    user_id=uuid.UUID(int=7), display_name="花子", email="hanako@buyer.example", email_verified=True
)


def settings_for(server: StripeServer, **more: Any) -> dict[str, Any]:
    return {
        "publishable_key": PUBLISHABLE,
        "secret_key": SECRET,
        "webhook_secret": SIGNING,
        "konbini": True,
        "api_url": server.origin,
        "script_url": f"{server.origin}/v3/",
        **more,
    }


@dataclass
class Counter:
    """``ctx`` acts as the system; a payment without an order: only the money moves."""

    runtime: Runtime
    app: App
    tenant: Tenant
    stripe: StripeServer
    told: int = 0
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def ctx(self) -> TenantCtx:
        return ctx_of(self.runtime, self.tenant)

    @property
    def payments(self) -> PaymentService:
        return PaymentService(self.ctx)

    def as_buyer(self, actor: Actor = HANAKO) -> PaymentService:
        return PaymentService(ctx_of(self.runtime, self.tenant, actor))

    async def configure(self, **more: Any) -> None:
        await switches.configure(
            self.runtime, self.tenant.id, "payments_stripe", settings_for(self.stripe, **more)
        )
        await self.runtime.directory.catch_up()

    def careless(self, lapse: Lapse) -> Counter:
        """The same counter, through a database that leaves a protection out."""
        db = CarelessDatabase(self.runtime.db.pool, names(self.runtime.settings).control)
        db.careless = Careless(lapse)
        return replace(self, runtime=replace(self.runtime, db=db))

    async def open(
        self,
        amount: int = 5000,
        *,
        capture: Capture = Capture.AUTOMATIC,
        way: str = "payments_stripe",
        subject: uuid.UUID | None = None,
        at_expiry: str = "cancel",
    ) -> Payment:
        buyer = self.as_buyer()
        async with self.ctx.begin() as tx:
            made = await buyer.open(tx, subject or uuid.uuid4(), Money(amount, "JPY"), way)
            await tx.execute(
                "UPDATE payments_op SET capture = $2, at_expiry = $3 WHERE id = $1",
                made.id,
                capture,
                at_expiry,
            )
        return made

    async def paid(self, amount: int = 5000, token: str = "pm_card_visa", **how: Any) -> Payment:
        save = bool(how.pop("save", False))
        payment = await self.open(amount, **how)
        return await self.as_buyer().submit(
            payment.id, token, "KN-1", f"/shop/checkout/return/{payment.id}", save=save
        )

    async def give_back(self, payment: Payment, amount: int, reference: str = "") -> None:
        async with self.ctx.begin() as tx:
            await self.payments.give_back(tx, payment.subject, amount, "test", reference)

    async def value(self, query: str, *args: object) -> Any:
        async with self.ctx.read() as tx:
            return await tx.value(query, *args)

    async def execute(self, query: str, *args: object) -> None:
        async with self.ctx.begin() as tx:
            await tx.execute(query, *args)

    async def state(self, payment: Payment) -> str:
        return str(await self.value("SELECT state FROM payments_op WHERE id = $1", payment.id))

    async def op_state(self, kind: str, payment: Payment) -> str:
        """Of the newest op of that kind about the payment."""
        return str(
            await self.value(
                "SELECT state FROM payments_op WHERE kind = $1 AND parent_id = $2 ORDER BY created_at DESC LIMIT 1",
                *(kind, payment.id),
            )
        )

    async def booked(self, payment: Payment) -> int:
        """What the ledger says the tenant has of a payment and everything about it."""
        return int(await self.value(BOOKED, payment.subject))

    async def intent(self, payment: Payment) -> Json:
        """Stripe's own object of a payment."""
        [found] = [
            one
            for one in self.stripe.books.all("payment_intent")
            if one["metadata"].get("op_id") == str(payment.id)
        ]
        return found

    async def settle(self) -> None:
        """As if the time of everything that waits had come."""
        await self.execute("UPDATE payments_op SET next_at = now() - interval '1 second'")
        await settle_open(self.ctx)

    async def minutes_pass(self) -> None:
        """As if Stripe had been asked a while ago."""
        await self.execute(
            "UPDATE payments_stripe_object SET attempt_at = now() - interval '6 minutes' WHERE stripe_id IS NULL"
        )

    async def deliver(self, event: Json, *, at: int | None = None, secret: str = SIGNING) -> int:
        """By HTTP, and handled; the status of the answer."""
        body, signature = self.stripe.signed(event, at=at, secret=secret)
        answer = await self.client().post(WEBHOOK, content=body, headers={"Stripe-Signature": signature})
        if answer.status_code == 200:
            event["pending_webhooks"] = 0
        await handle_due(self.ctx)
        return answer.status_code

    async def news(self) -> list[Json]:
        """Events since the last time."""
        found = self.stripe.books.events[self.told :]
        self.told = len(self.stripe.books.events)
        return found

    async def deliver_news(self) -> None:
        for event in await self.news():
            assert await self.deliver(event) == 200

    def client(self) -> httpx.AsyncClient:
        if not self._open:
            self._open.append(client_of(self.app, self.runtime, self.tenant))
        return self._open[0]

    async def broken(self) -> dict[str, list[tuple[object, ...]]]:
        async with self.ctx.read() as tx:
            return await broken(tx)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[Tx]:
        """What would be without a protection: nothing of it stays."""
        with suppress(_Undone):
            async with self.ctx.begin() as tx:
                yield tx
                raise _Undone

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()


class _Undone(Exception):
    """Rolls a control back."""


async def broken(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
    """The rows that break the payments' own invariants."""
    found = {}
    for title, query in queries_of(nakamise_payments).items():
        if rows := await tx.connection.fetch(query):
            found[title] = [tuple(row) for row in rows]
    return found


async def open_counter(runtime: Runtime, app: App, stripe: StripeServer) -> Counter:
    tenant = await tenant_with(runtime, ("payments_stripe",))
    counter = Counter(runtime, app, tenant, stripe)
    await counter.configure()
    return counter


async def open_shop(runtime: Runtime, stripe: StripeServer, **columns: object) -> Stall:
    """``columns`` of its shop, honten."""
    tenant = await tenant_with(runtime, ("shop", "coupons", "payments_stripe"))
    await switches.configure(runtime, tenant.id, "payments_stripe", settings_for(stripe, paypay=True))
    await runtime.directory.catch_up()
    made = partial(ctx_of, runtime)

    def ctx_for(of: Tenant, actor: Actor | None = None) -> object:
        return made(of, actor) if actor else made(of)

    stall = Stall(tenant, ctx_of(runtime, tenant), ctx_for)  # type: ignore[arg-type]
    await stall.shop("honten", "KN", **columns)
    return stall
