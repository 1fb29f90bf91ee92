"""Reserved cards, vouchers and saved cards as a shop's orders see them, with the provider of the demo."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from nakamise.contracts.payments import (
    ChargeState,
    ChargeStatus,
    DisputeState,
    DisputeStatus,
    OpKind,
    PaymentReports,
    Payments,
    PaymentState,
)
from nakamise.errors import Conflict
from nakamise.ids import new_token
from nakamise.money import Money
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise_payments import by_hand, repository
from nakamise_payments.seller_terms import Terms, save
from nakamise_payments.settling import apply
from nakamise_payments.watching import watch
from nakamise_shop.checkout.expire import expire_due
from tests.plugins import invariants
from tests.plugins.shop.stall import Buyer, Stall, Till, open_stall, settle


class Scene:
    """One stall, one buyer, and a browser that is hers."""

    def __init__(self, stall: Stall, buyer: Buyer, goods: uuid.UUID, client: httpx.AsyncClient) -> None:
        self.stall, self.buyer, self.goods, self.client = stall, buyer, goods, client
        self.till = Till(client, buyer)

    async def placed(self, way: str | None = None) -> str:
        """A purchase of one piece; its id."""
        await self.stall.fill_cart(self.buyer, [(self.goods, 1)])
        seen = await self.till.confirmation()
        answer = await self.client.post(
            "/api/shop/checkout",
            json={
                "address_id": str(self.buyer.address_id),
                "fingerprint": seen["fingerprint"],
                "provider_id": way,
            },
            headers={**self.buyer.headers, "Idempotency-Key": new_token()},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["purchase_id"])

    async def paid(self, token: str = "tok_success", way: str | None = None, **more: Any) -> str:
        purchase = await self.placed(way)
        answer = await self.client.post(
            f"/api/shop/checkout/{purchase}/pay",
            json={"token": token, **more},
            headers={**self.buyer.headers, "Idempotency-Key": new_token()},
        )
        assert answer.status_code == 200, answer.text
        return purchase

    async def states(self, purchase: str) -> tuple[str, str]:
        """(of the purchase, of its order)."""
        found = await self.stall.value(
            "SELECT p.state || ' ' || o.state FROM shop_purchase p JOIN shop_order o ON o.purchase_id = p.id"
            " WHERE p.id = $1",
            uuid.UUID(purchase),
        )
        first, _, second = str(found).partition(" ")
        return first, second

    async def order_of(self, purchase: str) -> str:
        """The id of its only order."""
        query = "SELECT id FROM shop_order WHERE purchase_id = $1"
        return str(await self.stall.value(query, uuid.UUID(purchase)))

    async def charge_of(self, purchase: str) -> uuid.UUID:
        """The id of its only charge."""
        query = "SELECT id FROM payments_op WHERE subject = $1 AND kind = 'charge'"
        found = await self.stall.value(query, uuid.UUID(purchase))
        assert isinstance(found, uuid.UUID)
        return found

    async def execute(self, query: str, *args: object) -> None:
        async with self.stall.ctx.begin() as tx:
            await tx.execute(query, *args)

    async def hold_manually(self) -> None:
        async with self.stall.ctx.begin() as tx:
            await save(tx, self.stall.shops["honten"], Terms("manual", "cancel"))


@pytest.fixture
async def scene(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> Scene:
    stall = await open_stall(make_tenant, ctx_for)
    goods = await stall.goods("honten", "ブラシ", 3000, 10)
    buyer = await stall.buyer()
    return Scene(stall, buyer, goods, client(stall.tenant))


@pytest.mark.req("CL-31", "CL-15")
async def test_a_shop_that_captures_by_hand(scene: Scene, drain: Drain) -> None:
    """Reserved with the order, shipped only on live reservations, let go at the end with stock and order."""
    await scene.hold_manually()
    first, second = await scene.paid(), await scene.paid()
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
    assert await invariants.broken(scene.stall.ctx) == {}


async def test_a_lost_dispute_takes_the_sellers_share_back(scene: Scene) -> None:
    """And one of two that is won gives nothing free yet."""
    purchase = await scene.paid()
    charge_id, order_id = await scene.charge_of(purchase), await scene.order_of(purchase)
    ctx, seller = scene.stall.ctx, scene.stall.shops["honten"]
    async with ctx.begin() as tx:
        charge = await repository.lock(tx, charge_id)
        transfer = await repository.insert_child(
            tx, OpKind.TRANSFER, charge, 3000, "sale", order_id, seller_id=seller
        )
        assert transfer is not None
        await tx.execute(
            "INSERT INTO payments_sale (order_id, subject, seller_id, op_id) VALUES ($1, $2, $3, $4)",
            *(uuid.UUID(order_id), uuid.UUID(purchase), seller, transfer),
        )
    await apply(ctx, transfer, ChargeStatus(ChargeState.SUCCEEDED, "tr_1", Money(3000, "JPY")))
    steps = [
        ("one", DisputeState.OPEN, "disputed"),
        ("two", DisputeState.OPEN, "disputed"),
        ("one", DisputeState.WON, "disputed"),
        ("two", DisputeState.LOST, "refunded"),
        ("two", DisputeState.LOST, "refunded"),
    ]
    for reference, state, order in steps:
        told = DisputeStatus(reference, charge_id, state, Money(1500, "JPY"))
        await ctx.service(PaymentReports).disputed("payments_sandbox", told)
        assert await scene.states(purchase) == ("paid", order)
    back = "SELECT array_agg(amount::int) FROM payments_op WHERE kind = 'reversal'"
    assert await scene.stall.value(back) == [3000]
    assert await invariants.broken(ctx) == {}


@pytest.mark.req("BX-16")
async def test_a_voucher_holds_the_goods_until_it_is_due_and_comes_late(scene: Scene, drain: Drain) -> None:
    way = "payments_sandbox:konbini"
    purchase = await scene.paid("konbini", way)
    left = "SELECT extract(epoch FROM expires_at - now()) > 2 * 86400 FROM shop_purchase WHERE id = $1"
    assert await scene.stall.value(left, uuid.UUID(purchase)) is True
    cookie = {"Cookie": f"sid={await scene.stall.browser_session(scene.buyer)}"}
    page = (await scene.client.get(f"/shop/checkout/pay/{purchase}", headers=cookie)).text
    assert "コンビニでお支払い" in page.replace("<wbr>", "")
    assert "ファミリーマート" in page
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


@pytest.mark.req("GA-04")
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
    assert token in page
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
