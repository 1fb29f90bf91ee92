"""Cancelling: state, stock, money and words, once and together."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.checkout.expire import expire_due
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from tests.plugins.shop.stall import Stall, Till, settle


async def bought(
    stall: Stall, client: ClientFor, *, token: str | None = "tok_success"
) -> tuple[Till, dict[str, Any], uuid.UUID]:
    """One lipstick for ¥2,480 + ¥550; paid unless ``token`` is None."""
    rouge = await stall.goods("honten", "口紅", 2480, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    if token:
        await till.pay(placed["purchase_id"], token)
    return till, placed, rouge


async def cancel(stall: Stall, client: ClientFor, till: Till, number: str, key: str) -> httpx.Response:
    return await client(stall.tenant).post(
        f"/api/shop/orders/{number}/cancel", headers={**till.buyer.headers, "Idempotency-Key": key}
    )


@pytest.mark.req("LC-5.2.7", "LC-5.2.5")
async def test_a_paid_order_is_cancelled_and_refunded_once(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    till, placed, rouge = await bought(stall, client)
    number = placed["orders"][0]["number"]
    answers = await asyncio.gather(*(cancel(stall, client, till, number, "cancel-key-1") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["refund"] for answer in answers} == {3030}
    assert (await cancel(stall, client, till, number, "cancel-key-2")).status_code == 409
    assert await stall.stock_of(rouge) == (5, 0)
    await drain(stall.tenant)
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    assert await stall.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == 3030
    kinds = await notes(stall)
    assert kinds == ["placed", "paid", "cancelled", "refunded"]
    net = "SELECT sum(CASE kind WHEN 'capture' THEN amount ELSE -amount END)::int FROM payments_transfer"
    assert await stall.value(net) == 0


async def notes(stall: Stall) -> list[str]:
    async with stall.ctx.read() as tx:
        return await tx.values("SELECT kind FROM shop_order_event ORDER BY at, id")


@pytest.mark.req("LC-5.2.7")
async def test_an_unpaid_order_is_cancelled_and_can_no_longer_be_paid(
    stall: Stall, client: ClientFor
) -> None:
    till, placed, rouge = await bought(stall, client, token=None)
    answer = await cancel(stall, client, till, placed["orders"][0]["number"], "cancel-key-1")
    assert answer.json() == {"numbers": [placed["orders"][0]["number"]], "refund": 0}
    assert await stall.stock_of(rouge) == (5, 0)
    assert (await till.pay(placed["purchase_id"], "tok_success")).status_code == 410
    assert await stall.value("SELECT count(*) FROM payments_sandbox_charge") == 0


@pytest.mark.req("LC-5.2.6", "DF-09")
async def test_a_shipped_order_cannot_be_cancelled(stall: Stall, client: ClientFor) -> None:
    till, placed, rouge = await bought(stall, client)
    order_id = uuid.UUID(placed["orders"][0]["id"])
    async with stall.ctx.begin() as tx:
        await fulfil.start(stall.ctx, tx, order_id, [1])
    number = placed["orders"][0]["number"]
    assert (await cancel(stall, client, till, number, "cancel-key-1")).status_code == 409
    async with stall.ctx.begin() as tx:
        await fulfil.ship(stall.ctx, tx, order_id, [1], Carrier.YAMATO, "1234-5678-9013")
    late = await cancel(stall, client, till, number, "cancel-key-2")
    assert (late.status_code, late.json()["code"]) == (409, "not_cancellable")
    assert await stall.stock_of(rouge) == (4, 0)
    seen = await client(stall.tenant).get(f"/api/shop/orders/{number}", headers=till.buyer.headers)
    assert seen.json()["may_cancel"] is False


async def test_somebody_elses_order_is_not_there(stall: Stall, client: ClientFor) -> None:
    _, placed, _ = await bought(stall, client)
    stranger = await stall.buyer()
    number = placed["orders"][0]["number"]
    seen = await client(stall.tenant).get(f"/api/shop/orders/{number}", headers=stranger.headers)
    assert seen.status_code == 404
    assert (
        await cancel(stall, client, Till(client(stall.tenant), stranger), number, "k-12345678")
    ).status_code == 404


async def let_the_hold_end(stall: Stall) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_purchase SET expires_at = now() - interval '1 second'")


@pytest.mark.req("LC-4.2.10")
async def test_an_unpaid_order_gives_its_stock_back_once(stall: Stall, client: ClientFor) -> None:
    till, placed, rouge = await bought(stall, client, token=None)
    await expire_due(stall.ctx)
    assert await stall.stock_of(rouge) == (5, 1), "not before its time"
    await let_the_hold_end(stall)
    await asyncio.gather(*(expire_due(stall.ctx) for _ in range(4)))
    assert await stall.stock_of(rouge) == (5, 0)
    assert await notes(stall) == ["placed", "expired"]
    assert (await till.pay(placed["purchase_id"], "tok_success")).status_code == 410


@pytest.mark.req("LC-4.2.10")
async def test_late_money_takes_the_stock_again(stall: Stall, client: ClientFor) -> None:
    _, _, rouge = await bought(stall, client, token="tok_lost")
    await let_the_hold_end(stall)
    await expire_due(stall.ctx)
    assert await stall.stock_of(rouge) == (5, 0)
    await settle(stall)
    assert await stall.value("SELECT state FROM shop_order") == "paid"
    assert await stall.stock_of(rouge) == (5, 1)


@pytest.mark.req("LC-4.2.10")
async def test_late_money_goes_back_when_the_stock_is_gone(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    _, _, rouge = await bought(stall, client, token="tok_lost")
    await let_the_hold_end(stall)
    await expire_due(stall.ctx)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 0")
    await settle(stall)
    await drain(stall.tenant)
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    assert await stall.stock_of(rouge) == (0, 0)
    assert await stall.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == 3030


@pytest.mark.parametrize("rounds", [6])
@pytest.mark.req("LC-4.2.10")
async def test_paying_and_expiring_at_once_end_in_one_of_both(
    stall: Stall, client: ClientFor, drain: Drain, rounds: int
) -> None:
    """Never paid without goods, never goods held without money."""
    rouge = await stall.goods("honten", "口紅", 1000, rounds)
    tills = []
    for _ in range(rounds):
        buyer = await stall.buyer()
        await stall.fill_cart(buyer, [(rouge, 1)])
        till = Till(client(stall.tenant), buyer)
        tills.append((till, (await till.place()).json()["purchase_id"]))
    await asyncio.gather(
        *(till.pay(purchase_id, "tok_success") for till, purchase_id in tills),
        let_the_hold_end(stall),
        *(expire_due(stall.ctx) for _ in range(3)),
    )
    await expire_due(stall.ctx)
    await drain(stall.tenant)
    paid = await stall.value("SELECT count(*) FROM shop_order WHERE state = 'paid'")
    assert await stall.stock_of(rouge) == (rounds, paid)
    kept = "SELECT count(*) FROM payments_sandbox_charge WHERE kind = 'charge' AND state = 'succeeded' AND refunded = 0"
    assert await stall.value(kept) == paid


@pytest.mark.req("LC-5.2.7")
async def test_paying_and_cancelling_at_once_end_in_one_of_both(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    for _ in range(4):
        till, placed, _ = await bought(stall, client, token=None)
        number = placed["orders"][0]["number"]
        await asyncio.gather(
            till.pay(placed["purchase_id"], "tok_success"),
            cancel(stall, client, till, number, f"cancel-{number}"),
        )
    await drain(stall.tenant)
    kept = "SELECT count(*) FROM payments_sandbox_charge WHERE kind = 'charge' AND state = 'succeeded' AND refunded = 0"
    assert await stall.value("SELECT count(*) FROM shop_order WHERE state = 'paid'") == await stall.value(
        kept
    )
    assert await stall.value("SELECT sum(reserved)::int FROM shop_stock") == await stall.value(kept)
