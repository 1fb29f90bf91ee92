"""Writing purchases in one transaction in which everything happens or nothing: one of them, or many at once.

Order of writes: idempotency rows (by the caller), what a person may have, counters, purchases, orders and lines, carts, what plugins take,
payments, events, and the stock last, because its rows are the hottest.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta

from nakamise.contracts.checkout import OrderDraft, OrderRef
from nakamise.contracts.payments import Opening, Payments
from nakamise.db import Tx
from nakamise.errors import Conflict, Problem
from nakamise.ids import uuid7
from nakamise.money import Money
from nakamise_shop.checkout import drafting, idempotency, limits, repository, stock, turns
from nakamise_shop.checkout.confirming import CartChanged
from nakamise_shop.checkout.intent import Intent
from nakamise_shop.checkout.numbers import take_numbers
from nakamise_shop.checkout.repository import InCart, NewNote, NewOrder, NewPurchase
from nakamise_shop.checkout.schemas import Placed, PlacedOrder
from nakamise_shop.checkout.settle import mark_paid
from nakamise_shop.orders import announce
from nakamise_shop.orders.timeline import Happened
from nakamise_shop.settings import ShopSettings, number_format

# Runs a part of one purchase's own; a batch leaves those out whose part fails.
Each = Callable[[Intent, Callable[[], Awaitable[None]]], Awaitable[None]]


async def plainly(_intent: Intent, act: Callable[[], Awaitable[None]]) -> None:
    """The only one in its transaction: a failure is everybody's."""
    await act()


async def write(tx: Tx, intents: Sequence[Intent], at: datetime, each: Each = plainly) -> list[Placed]:
    """In the order of ``intents``, which is that of their numbers; all of one tenant. ``at`` is ``tx``'s time.

    Raises what plugins refuse with, CartChanged, SoldOut, Conflict, Unavailable.
    """
    await _limit_persons(tx, intents, each)
    orders = await _draft(tx, intents, at)
    drafts = [_as_draft(intent, found) for intent, found in zip(intents, orders, strict=True)]
    await _for_each(tx, "checkout_check", intents, drafts, each)
    expires_at = at + timedelta(minutes=intents[0].ctx.settings(ShopSettings).hold_minutes)
    await _insert(tx, intents, orders, expires_at)
    await _empty_carts(tx, intents, each)
    for intent, found in zip(intents, orders, strict=True):
        await announce.placed(intent.ctx, tx, found)
    await turns.to_take(tx, intents)
    await _for_each(tx, "checkout_commit", intents, drafts, each)
    await _open_payments(tx, intents, each)
    placed = [_placed(intent, found, expires_at) for intent, found in zip(intents, orders, strict=True)]
    answers = {(one.buyer_id, one.key): answer for one, answer in zip(intents, placed, strict=True)}
    await idempotency.finish_all(tx, answers, 201)
    await stock.reserve(tx, [want for intent in intents for want in intent.wants])
    return placed


async def _limit_persons(tx: Tx, intents: Sequence[Intent], each: Each) -> None:
    """Before any counter: a person's row is waited for only by that person. Sorted, so that no two wait in a ring."""
    for intent in sorted(intents, key=lambda one: one.buyer_id):
        if wanted := _limited(intent):
            await each(intent, lambda i=intent, w=wanted: limits.take(tx, i.buyer_id, w))  # type: ignore[misc]


def _limited(intent: Intent) -> Counter[uuid.UUID]:
    """Pieces by product, of those that one person may have only so many of."""
    found: Counter[uuid.UUID] = Counter()
    for line in intent.now.cart.lines:
        if line.per_person_limit is not None:
            found[line.product_id] += line.quantity
    return found


async def _draft(tx: Tx, intents: Sequence[Intent], at: datetime) -> list[list[NewOrder]]:
    wanted = Counter(prefix for intent in intents for prefix in intent.prefixes)
    ctx = intents[0].ctx
    numbers = await take_numbers(tx, wanted, at, ctx.tenant.zone, number_format(ctx.settings(ShopSettings)))
    return [
        drafting.new_orders(
            intent.purchase_id,
            intent.buyer_id,
            intent.now.quote,
            intent.now.address,
            intent.now.purchaser,
            intent.shops,
            {
                uuid.UUID(part.shop_id): next(numbers[prefix])
                for part, prefix in zip(intent.now.quote.shops, intent.prefixes, strict=True)
            },
        )
        for intent in intents
    ]


def _as_draft(intent: Intent, orders: Sequence[NewOrder]) -> OrderDraft:
    return OrderDraft(
        purchase_id=intent.purchase_id,
        orders=tuple(OrderRef(order.id, order.purchase_id, order.number) for order in orders),
        buyer_id=intent.buyer_id,
        currency=intent.now.quote.currency,
        quote=intent.now.quote,
        inputs=intent.now.cart.inputs,
        address=drafting.snapshot_of(intent.now.address),
    )


async def _for_each(
    tx: Tx, hook: str, intents: Sequence[Intent], drafts: Sequence[OrderDraft], each: Each
) -> None:
    """Every plugin sees each purchase in its own buyer's context."""
    for intent, draft in zip(intents, drafts, strict=True):
        if intent.ctx.lineup.has(hook):
            await each(intent, lambda intent=intent, draft=draft: _ask(tx, hook, intent, draft))  # type: ignore[misc]


async def _ask(tx: Tx, hook: str, intent: Intent, draft: OrderDraft) -> None:
    answers = await intent.ctx.lineup.call(hook, ctx=intent.ctx, tx=tx, order=draft)
    for plugin_id, refusals in answers.results:
        for refusal in refusals:
            raise Conflict(refusal.message, code=refusal.code, domain=plugin_id)


async def _insert(
    tx: Tx, intents: Sequence[Intent], orders: Sequence[list[NewOrder]], expires_at: datetime
) -> None:
    await repository.insert_purchases(tx, [_purchase(intent, expires_at) for intent in intents])
    await repository.insert_orders(tx, [order for found in orders for order in found])
    lines = [
        line
        for intent, found in zip(intents, orders, strict=True)
        for line in drafting.new_lines(
            found, intent.now.quote, {str(line.variant_id): line for line in intent.now.cart.lines}
        )
    ]
    await repository.insert_lines(tx, lines)
    notes = [_note(intent, order) for intent, found in zip(intents, orders, strict=True) for order in found]
    await repository.insert_notes(tx, notes)


def _purchase(intent: Intent, expires_at: datetime) -> NewPurchase:
    quote = intent.now.quote
    return NewPurchase(
        id=intent.purchase_id,
        buyer_id=intent.buyer_id,
        idem=intent.key,
        currency=quote.currency,
        total=quote.total,
        charge=quote.due,
        quote=quote,
        address=drafting.snapshot_of(intent.now.address),
        inputs=intent.now.cart.inputs,
        provider_id=intent.provider_id,
        email=intent.ctx.actor.email,
        locale=intent.ctx.locale,
        expires_at=expires_at,
    )


def _note(intent: Intent, order: NewOrder) -> NewNote:
    actor = intent.ctx.actor
    return NewNote(
        id=uuid7(),
        order_id=order.id,
        kind=Happened.PLACED.value,
        actor_id=actor.user_id,
        actor_name=actor.display_name,
    )


async def _empty_carts(tx: Tx, intents: Sequence[Intent], each: Each) -> None:
    """A cart that is not as it was read is not ordered: another window was faster, or a price changed."""
    lines = [
        InCart(intent.now.cart_id, line.variant_id, line.quantity, line.list_amount)
        for intent in intents
        for line in intent.now.cart.lines
    ]
    taken = Counter(await repository.take_out_of_carts(tx, lines))
    for intent in intents:
        if taken[intent.now.cart_id] != len(intent.now.cart.lines):
            await each(intent, _changed)
    if chosen := [intent.now.cart_id for intent in intents if intent.now.cart.inputs]:
        await repository.forget_inputs(tx, chosen)


async def _changed() -> None:
    raise CartChanged([])


async def _open_payments(tx: Tx, intents: Sequence[Intent], each: Each) -> None:
    """All at once; when that fails, one by one, to know whose cannot be opened."""
    to_pay = [intent for intent in intents if intent.now.quote.due]
    try:
        async with _undone_alone(tx, len(to_pay)):
            await _open(tx, to_pay)
    except Problem:
        if len(to_pay) == 1:
            raise
        for intent in to_pay:
            await each(intent, lambda intent=intent: _open(tx, [intent]))  # type: ignore[misc]
    for intent in intents:
        if not intent.now.quote.due:
            await each(intent, lambda i=intent: mark_paid(i.ctx, tx, i.purchase_id))  # type: ignore[misc]


def _undone_alone(tx: Tx, count: int) -> AbstractAsyncContextManager[None]:
    """A savepoint, where there is somebody to go on with."""
    return tx.savepoint() if count > 1 else nullcontext()


async def _open(tx: Tx, intents: Sequence[Intent]) -> None:
    if not intents:
        return
    wanted = [
        Opening(
            subject=intent.purchase_id,
            amount=Money(intent.now.quote.due, intent.now.quote.currency),
            provider_id=intent.provider_id,
            sellers=tuple(intent.shops),
            payer_id=intent.buyer_id,
        )
        for intent in intents
    ]
    await intents[0].ctx.service(Payments).open_many(tx, wanted)


def _placed(intent: Intent, orders: Sequence[NewOrder], expires_at: datetime) -> Placed:
    return Placed(
        purchase_id=intent.purchase_id,
        total=intent.now.quote.total,
        due=intent.now.quote.due,
        expires_at=expires_at,
        orders=[PlacedOrder(order.id, order.number, order.total) for order in orders],
    )
