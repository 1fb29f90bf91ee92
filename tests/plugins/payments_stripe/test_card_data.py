"""Card data in what we log, and amounts that no way to pay takes."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence

import msgspec
import pytest

from nakamise.contracts.pricing import Adjustment, Phase, QuoteDraft
from nakamise.errors import Conflict, Invalid
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.plugin import PricingHooks, TenantCtx, hookimpl
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.testing.tenants import client_of
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import PlaceOrder
from tests.core.host.plugins import hooks, plugin
from tests.plugins.payments_stripe.counter import Counter
from tests.plugins.shop.stall import Stall, Till

PAN = "4242424242424242"


@pytest.mark.req("CL-32")
async def test_no_card_number_is_logged(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    """Charges that succeed, are declined, are lost on the way, and a number typed where a token belongs: at the finest
    level of every logger in the process."""
    caplog.set_level(logging.DEBUG)
    before = len(counter.stripe.bodies)
    await counter.paid(save=True)
    await counter.paid(token="pm_card_visa_chargeDeclined")
    counter.stripe.faults.append(("POST /v1/payment_intents", "lose_answer"))
    await counter.paid()
    for typed in (PAN, "4242 4242-4242 4242"):
        with pytest.raises(Invalid):
            await counter.paid(token=typed)
    await counter.deliver_news()
    said = "\n".join([caplog.text, *(repr(vars(record)) for record in caplog.records)])
    assert "payment_intents" in said, "what is called is logged"
    assert PAN not in said.replace(" ", "").replace("-", "")
    assert not any(PAN in body for body in counter.stripe.bodies[before:])
    assert "cvc" not in said.casefold()


class Points(PricingHooks):
    """Pays all but ¥20."""

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        return [Adjustment(phase=Phase.TENDER, code="P", label="ポイント", amount=-480)]


@pytest.mark.req("CL-30")
async def test_what_is_less_than_the_company_takes_is_said(
    stripe_runtime: tuple[Runtime, App], stall: Stall
) -> None:
    """¥30: no order, and words what to do. Points leave ¥50, the least that Stripe takes, and not ¥20."""
    if "free" not in stall.shops:
        await stall.shop("free", "FR", shipping_fee=0)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(await stall.goods("free", "飴", 30, 9), 1)])
    cookie = {"Cookie": f"sid={await stall.browser_session(buyer)}"}
    async with client_of(stripe_runtime[1], stripe_runtime[0], stall.tenant) as client:
        page = (await client.get(f"/shop/checkout/confirm?address={buyer.address_id}", headers=cookie)).text
    assert "¥30は、お支払いいただける最低金額(¥50)に足りません" in page
    assert "n-btn--lg" not in page, "no button that orders"
    ctx = stall.ctx_of(buyer)
    wanted = PlaceOrder(buyer.address_id, (await confirm_view(ctx, buyer.address_id)).fingerprint)
    with pytest.raises(Conflict) as refused:
        await place(ctx, uuid.uuid4().hex, wanted)
    assert (refused.value.code, refused.value.params["least"]) == ("amount_not_payable", "¥50")

    other = await stall.buyer()
    await stall.fill_cart(other, [(await stall.goods("free", "櫛", 500, 9), 1)])
    extended = PluginHost.discover(
        entry_points=[*installed_entry_points(), plugin("tickets", hooks=hooks(Points))]
    )
    plain = stall.ctx_of(other)
    lineup = extended.lineup(plain.tenant.plugins | {"tickets"})
    seen = await confirm_view(TenantCtx(plain.runtime, plain.tenant, other.actor, lineup), other.address_id)
    assert (seen.quote.tender, seen.quote.due) == (450, 50)
    assert [method.method for method in seen.methods] == ["card", "paypay"], "a till takes no less than ¥120"


@pytest.mark.req("CL-32")
async def test_a_card_number_is_no_token(stripe_runtime: tuple[Runtime, App], stall: Stall) -> None:
    """Typed into the wrong field it is refused before anything is made of it, and the order can still be paid."""
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(await stall.goods("honten", "櫛", 900, 9), 1)])
    keys = "SELECT count(*)::int FROM shop_idempotency"
    async with client_of(stripe_runtime[1], stripe_runtime[0], stall.tenant) as client:
        till = Till(client, buyer)
        placed = (await till.place()).json()
        before = await stall.value(keys)
        refused = await till.pay(placed["purchase_id"], "4242 4242 4242 4242")
        assert refused.status_code in (400, 422)
        assert ("4242" in refused.text, await stall.value(keys)) == (False, before)
        paid = await till.pay(placed["purchase_id"], "pm_card_visa")
    assert paid.json()["state"] == "succeeded"
