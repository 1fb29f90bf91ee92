"""Reserved cards, vouchers and saved cards as a shop's orders see them, with the provider of the demo."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from nakamise.contracts.orders import Orders
from nakamise.contracts.payments import (
    Payments,
    PaymentState,
)
from nakamise.errors import Conflict
from nakamise.ids import new_token
from nakamise.testing.fixtures import Drain
from nakamise_payments import by_hand
from nakamise_payments.watching import watch
from nakamise_shop.checkout.expire import expire_due
from tests.plugins import invariants
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.shop.stall import settle


@pytest.mark.req("CL-31", "CL-15")
async def test_a_shop_that_captures_by_hand(scene: Scene, drain: Drain) -> None:
    """Reserved with the order, shipped only on live reservations, let go at the end with stock and order."""
    await scene.hold_manually()
    await _confirmation_says(scene, "ご注文時はカードの利用枠の確保")
    first, second = await scene.paid(), await scene.paid()
    await drain(scene.stall.tenant)
    assert await scene.states(first) == ("paid", "paid")
    assert (
        await scene.stall.value("SELECT count(*) FROM shop_purchase WHERE authorized_until IS NOT NULL") == 2
    )
    payments = scene.stall.ctx.service(Payments)
    async with scene.stall.ctx.begin() as tx:
        await payments.before_shipping(tx, uuid.UUID(first))
    await drain(scene.stall.tenant)
    async with scene.stall.ctx.read() as tx:
        [taken] = await payments.of_subject(tx, uuid.UUID(first))
    assert (taken.state, taken.captured) == (PaymentState.SUCCEEDED, 3550)
    assert (
        await scene.stall.value("SELECT count(*) FROM shop_purchase WHERE authorized_until IS NOT NULL") == 1
    )
    async with scene.stall.ctx.begin() as tx:
        await payments.give_back(tx, uuid.UUID(second), 550, "part", await scene.order_of(second))
    await drain(scene.stall.tenant)
    await scene.execute(
        "UPDATE payments_op SET capture_before = now() + interval '1 hour' WHERE subject = $1",
        uuid.UUID(second),
    )
    await watch(scene.stall.ctx)
    assert await scene.states(second) == ("cancelled", "cancelled")
    await _orders_say(scene, taken=first, let_go=second)
    assert await scene.stall.stock_of(scene.goods) == (10, 1)
    with pytest.raises(Conflict):
        async with scene.stall.ctx.begin() as tx:
            await payments.before_shipping(tx, uuid.UUID(second))
    await drain(scene.stall.tenant)
    assert await invariants.broken(scene.stall.ctx) == {}
    # It comes after all: what was let go and the rest, each goes back once.
    late = await scene.charge_of(second)
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE key = $1", late
    )
    await payments.refresh(late)
    await drain(scene.stall.tenant)
    assert await scene.states(second) == ("cancelled", "refunded")
    back = "SELECT sum(amount)::int FROM payments_op WHERE parent_id = $1 AND kind = 'refund' AND state = 'succeeded'"
    assert await scene.stall.value(back, late) == 3550
    held = "SELECT authorized_until FROM shop_purchase WHERE id = $1"
    assert await scene.stall.value(held, uuid.UUID(second)) is None, "it was charged, and went back"
    assert await invariants.broken(scene.stall.ctx) == {}


async def test_less_is_taken_at_the_provider_than_was_reserved(scene: Scene, drain: Drain) -> None:
    """No order is told of a refund that nobody asked for, and all that was taken can go back."""
    await scene.hold_manually()
    purchase = await scene.paid()
    ctx, charge, order_id = scene.stall.ctx, await scene.charge_of(purchase), await scene.order_of(purchase)
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = 3000 WHERE key = $1", charge
    )
    await ctx.service(Payments).refresh(charge)
    await drain(scene.stall.tenant)
    told = "SELECT count(*) FROM shop_order_event WHERE kind = 'refunded'"
    assert await scene.stall.value("SELECT amount FROM payments_op WHERE kind = 'release'") == 550
    assert await scene.stall.value(told) == 0
    async with ctx.begin() as tx:
        await ctx.service(Payments).give_back(tx, uuid.UUID(purchase), 3000, "all", order_id)
    await drain(scene.stall.tenant)
    back = "SELECT sum(amount)::int FROM payments_op WHERE kind = 'refund' AND state = 'succeeded'"
    assert await scene.stall.value(back) == 3000
    assert await scene.stall.value(told) == 1
    with pytest.raises(Conflict):
        async with ctx.begin() as tx:
            await ctx.service(Payments).give_back(tx, uuid.UUID(purchase), 1, "more")
    assert await invariants.broken(ctx) == {}


async def _confirmation_says(scene: Scene, words: str) -> None:
    """The buyer is told before the order when the card is charged (Art. 12-6, time of payment)."""
    await scene.stall.fill_cart(scene.buyer, [(scene.goods, 1)])
    assert (await scene.till.confirmation())["reserved"] == ["payments_sandbox"]
    cookie = {"Cookie": f"sid={await scene.stall.browser_session(scene.buyer)}"}
    page = await scene.client.get(f"/shop/checkout/confirm?address={scene.buyer.address_id}", headers=cookie)
    assert words in page.text
    assert "注文の確定と同時に請求" not in page.text
    await scene.execute("DELETE FROM shop_cart_line")


async def _orders_say(scene: Scene, *, taken: str, let_go: str) -> None:
    """Pages and mails never speak of money that was reserved only as if it had been paid."""
    cookie = {"Cookie": f"sid={await scene.stall.browser_session(scene.buyer)}"}
    pages = []
    for purchase in (taken, let_go):
        number = await scene.stall.value(
            "SELECT number FROM shop_order WHERE purchase_id = $1", uuid.UUID(purchase)
        )
        pages.append((await scene.client.get(f"/shop/orders/{number}", headers=cookie)).text)
        mails = str(
            await scene.stall.value(
                "SELECT string_agg(text_body, E'\n') FROM core_mail WHERE subject LIKE '%ご注文ありがとう%' || $1 || '%'",
                number,
            )
        )
        assert "¥3,550 を確保（与信）しました。請求は発送までに確定します。" in mails
        assert "お支払いを確認しました" not in mails
    assert "与信済み（請求は発送までに確定）" in pages[0]
    assert "支払い完了" in pages[0], "taken before the parcel left"
    assert "支払い完了" not in pages[1]
    assert "返金手続き中" not in pages[1]


@pytest.mark.req("CL-31")
async def test_goods_that_left_before_their_money_was_taken_are_told(scene: Scene, drain: Drain) -> None:
    """The bank lets go between the parcel and the capture: staff hear of it, and the order is not undone."""
    await admin_session(Desk(scene.stall.ctx))
    await scene.hold_manually()
    purchase = await scene.paid()
    order_id = uuid.UUID(await scene.order_of(purchase))
    async with scene.stall.ctx.begin() as tx:
        await scene.stall.ctx.service(Orders).ship(tx, order_id, [1], "yamato", "1234-5678-9013")
    await scene.execute("UPDATE payments_sandbox_charge SET capture_before = now() - interval '1 minute'")
    await drain(scene.stall.tenant)
    assert await scene.states(purchase) == ("cancelled", "paid")
    mails = "SELECT count(*) FROM core_mail WHERE subject LIKE '%代金を回収できませんでした%'"
    assert await scene.stall.value(mails) == 1


@pytest.mark.req("BX-16", "CL-17")
async def test_a_voucher_holds_the_goods_until_it_is_due_and_comes_late(scene: Scene, drain: Drain) -> None:
    way = "payments_sandbox:konbini"
    purchase = await scene.paid("konbini", way)
    left = "SELECT extract(epoch FROM expires_at - now()) > 2 * 86400 FROM shop_purchase WHERE id = $1"
    assert await scene.stall.value(left, uuid.UUID(purchase)) is True
    cookie = {"Cookie": f"sid={await scene.stall.browser_session(scene.buyer)}"}
    page = (await scene.client.get(f"/shop/checkout/pay/{purchase}", headers=cookie)).text
    assert "コンビニでお支払い" in page.replace("<wbr>", "")
    assert "ファミリーマート" in page
    sent = "SELECT string_agg(text_body, '') FROM core_mail WHERE subject LIKE '%受け付けました'"
    mail = str(await scene.stall.value(sent))
    assert mail.count("お取り置きします") == 1, "told once"
    assert "ファミリーマート: " in mail
    assert f"/shop/checkout/pay/{purchase}" in mail
    overdue = (
        "UPDATE shop_purchase SET expires_at = now() - interval '1 minute' WHERE id = $1",
        uuid.UUID(purchase),
    )
    await scene.execute(*overdue)
    await expire_due(scene.stall.ctx)
    await expire_due(scene.stall.ctx)
    await drain(scene.stall.tenant)
    assert await scene.states(purchase) == ("expired", "expired")
    assert await scene.stall.stock_of(scene.goods) == (10, 0), "given back once"
    await scene.execute("UPDATE shop_stock SET on_hand = 0")
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE method = 'konbini'"
    )
    payment = await scene.stall.value("SELECT id FROM payments_op WHERE subject = $1", uuid.UUID(purchase))
    assert isinstance(payment, uuid.UUID)
    await scene.stall.ctx.service(Payments).refresh(payment)
    task = await scene.stall.value("SELECT id FROM payments_op WHERE kind = 'refund' AND state = 'by_hand'")
    assert isinstance(task, uuid.UUID), "nothing is left to sell, and the rail gives nothing back"
    await by_hand.paid(scene.stall.ctx, task, "振込済み")
    assert await scene.states(purchase) == ("expired", "refunded")
    await scene.execute("UPDATE shop_stock SET on_hand = 10")
    again = await scene.paid("konbini", way)
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE method = 'konbini'"
    )
    await settle(scene.stall)
    assert await scene.states(again) == ("paid", "paid")
    assert await invariants.broken(scene.stall.ctx) == {}


async def test_a_voucher_is_not_offered_above_three_hundred_thousand(scene: Scene) -> None:
    dear = await scene.stall.goods("honten", "帯", 300_000, 3)
    await scene.stall.fill_cart(scene.buyer, [(dear, 1)])
    seen: dict[str, Any] = await scene.till.confirmation()
    assert [method["provider_id"] for method in seen["methods"]] == ["payments_sandbox"]


@pytest.mark.req("GA-04", "CL-02")
async def test_a_saved_card_pays_from_the_confirmation(scene: Scene) -> None:
    """The confirmation with everything the law wants is between the two taps, and a double tap is one order."""
    await scene.paid(save=True)
    cookie = {"Cookie": f"sid={await scene.stall.browser_session(scene.buyer)}"}
    await scene.stall.fill_cart(scene.buyer, [(scene.goods, 1)])
    address = f"/shop/checkout/confirm?address={scene.buyer.address_id}"
    page = (await scene.client.get(address, headers=cookie)).text
    assert "4242" in page
    assert "返品" in page
    token = str(await scene.stall.value("SELECT 'saved:' || id FROM payments_saved"))
    # Address and card of the last order are chosen already, without a form; both can be changed.
    at_once = await scene.client.get("/shop/checkout/now", headers=cookie)
    assert at_once.headers["location"] == address
    assert f'value="{token}" checked' in page
    assert "銀座9-99-9" in page
    assert f'href="/shop/checkout/address?address={scene.buyer.address_id}"' in page
    assert 'value="payments_sandbox" required' in page
    seen = await scene.till.confirmation()
    form = {
        "address": str(scene.buyer.address_id),
        "fingerprint": str(seen["fingerprint"]),
        "key": new_token(),
        "provider": token,
    }
    for _ in range(2):
        answer = await scene.client.post("/shop/checkout/confirm", data=form, headers=cookie)
        assert answer.status_code == 303
        assert "/shop/checkout/done/" in answer.headers["location"]
    assert await scene.stall.value("SELECT count(*) FROM shop_purchase WHERE state = 'paid'") == 2
    other = await scene.stall.buyer("太郎")
    stranger = {"Cookie": f"sid={await scene.stall.browser_session(other)}"}
    assert "4242" not in (await scene.client.get("/payments/cards", headers=stranger)).text
    cards = await scene.client.get("/payments/cards", headers=cookie)
    assert "4242" in cards.text
    gone = await scene.client.post(f"/payments/cards/{token.removeprefix('saved:')}/forget", headers=stranger)
    assert gone.status_code == 404
    await scene.client.post(f"/payments/cards/{token.removeprefix('saved:')}/forget", headers=cookie)
    assert "4242" not in (await scene.client.get("/payments/cards", headers=cookie)).text
    assert await invariants.broken(scene.stall.ctx) == {}
