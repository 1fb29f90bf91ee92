"""From a cart to money, by the API, with each of the test cards."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from nakamise.testing.fixtures import ClientFor
from nakamise_payments.reconciler import reconcile, settle_open
from tests.plugins.shop.stall import Stall, Till


async def placed(stall: Stall, client: ClientFor, stock: int = 5) -> tuple[Till, dict[str, Any], uuid.UUID]:
    """A buyer who has just confirmed one lipstick for ¥2,480 + ¥550."""
    rouge = await stall.goods("honten", "口紅", 2480, stock)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1)])
    till = Till(client(stall.tenant), buyer)
    answer = await till.place()
    assert answer.status_code == 201, answer.text
    return till, answer.json(), rouge


async def state_of(stall: Stall, purchase_id: str) -> object:
    return await stall.value("SELECT state FROM shop_purchase WHERE id = $1", uuid.UUID(purchase_id))


async def make_due(stall: Stall) -> None:
    """As if two minutes had gone by."""
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE payments_op SET next_at = now() - interval '1 second'")


async def provider_charged(stall: Stall) -> object:
    return await stall.value(
        "SELECT count(*) FROM payments_sandbox_charge WHERE kind = 'charge' AND state = 'succeeded'"
    )


@pytest.mark.req("LC-4.2.1", "LC-4.2.9", "LC-0.17", "DF-08")
async def test_a_good_card_pays_exactly_what_was_confirmed(stall: Stall, client: ClientFor) -> None:
    till, purchase, rouge = await placed(stall, client)
    assert await stall.stock_of(rouge) == (5, 1)
    paid = await till.pay(purchase["purchase_id"], "tok_success")
    assert paid.status_code == 200, paid.text
    assert paid.json()["state"] == "succeeded"
    assert paid.json()["amount"] == {"amount": 3030, "currency": "JPY"}
    assert await state_of(stall, purchase["purchase_id"]) == "paid"
    booked = "SELECT sum(amount)::int FROM payments_transfer WHERE kind = 'capture'"
    assert await stall.value(booked) == purchase["due"] == 3030


@pytest.mark.req("LC-4.2.7")
async def test_a_declined_card_leaves_the_order_payable_and_its_stock_held(
    stall: Stall, client: ClientFor
) -> None:
    till, purchase, rouge = await placed(stall, client)
    declined = (await till.pay(purchase["purchase_id"], "tok_declined")).json()
    assert declined["state"] == "failed"
    assert declined["failure"] == "カードが承認されませんでした。別のカードをお使いください。"
    seen = await till.purchase(purchase["purchase_id"])
    assert seen["can_pay"] is True
    assert await stall.stock_of(rouge) == (5, 1)
    assert (await till.pay(purchase["purchase_id"], "tok_success")).json()["state"] == "succeeded"
    assert await provider_charged(stall) == 1


@pytest.mark.req("LC-4.2.7")
@pytest.mark.parametrize(("outcome", "state"), [("confirm", "succeeded"), ("fail", "failed")])
async def test_three_d_secure(stall: Stall, client: ClientFor, outcome: str, state: str) -> None:
    till, purchase, _ = await placed(stall, client)
    payment = (await till.pay(purchase["purchase_id"], "tok_3ds")).json()
    assert payment["state"] == "requires_action"
    assert await state_of(stall, purchase["purchase_id"]) == "pending"
    browser = client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(till.buyer))
    bank = await browser.get(payment["action_url"])
    assert bank.status_code == 200
    back = await browser.post(payment["action_url"], data={"outcome": outcome})
    assert back.status_code == 303
    assert back.headers["location"] == f"/shop/checkout/return/{payment['id']}"
    assert (await till.refresh(payment["id"])).json()["state"] == state
    assert await state_of(stall, purchase["purchase_id"]) == ("paid" if outcome == "confirm" else "pending")


@pytest.mark.req("LC-4.2.7")
async def test_a_bank_page_that_the_buyer_never_came_back_from_is_settled(
    stall: Stall, client: ClientFor
) -> None:
    till, purchase, _ = await placed(stall, client)
    payment = (await till.pay(purchase["purchase_id"], "tok_3ds")).json()
    browser = client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(till.buyer))
    await browser.post(payment["action_url"], data={"outcome": "confirm"})
    await make_due(stall)
    await settle_open(stall.ctx)
    assert await state_of(stall, purchase["purchase_id"]) == "paid"


@pytest.mark.req("LC-4.2.7", "LC-4.2.10")
async def test_a_lost_answer_is_unknown_and_then_settled_with_one_charge(
    stall: Stall, client: ClientFor
) -> None:
    till, purchase, _ = await placed(stall, client)
    payment = (await till.pay(purchase["purchase_id"], "tok_lost")).json()
    assert payment["state"] == "unknown"
    assert await state_of(stall, purchase["purchase_id"]) == "pending"
    again = await till.pay(purchase["purchase_id"], "tok_success")
    assert again.status_code == 409
    await settle_open(stall.ctx)
    assert await state_of(stall, purchase["purchase_id"]) == "pending", "not before its time"
    await make_due(stall)
    await settle_open(stall.ctx)
    await settle_open(stall.ctx)
    assert await state_of(stall, purchase["purchase_id"]) == "paid"
    assert await provider_charged(stall) == 1
    assert await stall.value("SELECT count(*) FROM payments_transfer") == 1
    assert await stall.value("SELECT count(*) FROM shop_order_event WHERE kind = 'paid'") == 1


async def test_all_who_learn_of_the_money_at_once_have_one_effect(stall: Stall, client: ClientFor) -> None:
    """Return page, reconciler and a second return page, several of each, together."""
    till, purchase, rouge = await placed(stall, client)
    payment = (await till.pay(purchase["purchase_id"], "tok_lost")).json()
    await make_due(stall)
    await asyncio.gather(
        *(till.refresh(payment["id"]) for _ in range(4)), *(settle_open(stall.ctx) for _ in range(4))
    )
    assert await state_of(stall, purchase["purchase_id"]) == "paid"
    assert await stall.value("SELECT count(*) FROM payments_transfer") == 1
    assert await stall.value("SELECT count(*) FROM shop_order_event WHERE kind = 'paid'") == 1
    assert await stall.stock_of(rouge) == (5, 1)


async def test_a_request_that_never_arrived_can_never_charge_later(stall: Stall, client: ClientFor) -> None:
    till, purchase, _ = await placed(stall, client)
    payment = (await till.pay(purchase["purchase_id"], "tok_unreachable")).json()
    assert payment["state"] == "unknown"
    await make_due(stall)
    await settle_open(stall.ctx)
    assert (await till.purchase(purchase["purchase_id"]))["payment"]["state"] == "canceled"
    late = await late_arrival(stall, payment["id"])
    assert late == "canceled"
    assert (await till.pay(purchase["purchase_id"], "tok_success")).json()["state"] == "succeeded"
    assert await provider_charged(stall) == 1


async def late_arrival(stall: Stall, payment_id: str) -> str:
    """The first request reaches the provider after all."""
    from nakamise.contracts.payments import ChargeRequest
    from nakamise.money import Money
    from nakamise_payments_sandbox.provider import SandboxProvider

    request = ChargeRequest(uuid.UUID(payment_id), Money(3030, "JPY"), "tok_success", "", "/")
    return (await SandboxProvider(stall.ctx).charge(request)).state.value


async def test_the_books_agree_after_everything(stall: Stall, client: ClientFor) -> None:
    till, purchase, _ = await placed(stall, client)
    await till.pay(purchase["purchase_id"], "tok_declined")
    await till.pay(purchase["purchase_id"], "tok_success")
    [report] = await reconcile(stall.ctx)
    assert report.differences == []
    assert report.charged == 3030
    assert report.compared == 2


@pytest.mark.req("LC-0.17", "LC-4.2.8")
async def test_only_test_cards_are_taken(stall: Stall, client: ClientFor) -> None:
    card = {"number": "4111 1111 1111 1111", "expiry": "12/30", "cvc": "123"}
    http = client(stall.tenant)
    refused = await http.post("/api/payments_sandbox/tokens", json=card, headers={"Accept-Language": "ja"})
    assert refused.status_code == 422
    assert refused.json()["errors"]["number"] == "テスト環境ではテストカードのみ使えます。"
    taken = await http.post("/api/payments_sandbox/tokens", json={**card, "number": "4242 4242 4242 4242"})
    assert taken.json() == {"token": "tok_success"}
