"""Stripe's page for staff, and whose scripts a page may call: Stripe's on the payment page and nowhere else."""

from __future__ import annotations

import pytest

from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.tenants import client_of
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments_stripe.counter import Counter, settings_for
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.shop.stall import Stall, Till

HERE = "/admin/payments_stripe"
ORIGINS = (
    "https://js.stripe.com",
    "https://*.js.stripe.com",
    "https://api.stripe.com",
    "https://hooks.stripe.com",
)


@pytest.mark.req("CL-30")
async def test_staff_test_the_keys_and_see_what_came_in(counter: Counter) -> None:
    http = counter.client()
    assert (await http.get(HERE)).status_code == 303, "for those who may"
    http.cookies.set("sid", await admin_session(Desk(counter.ctx)))
    payment = await counter.paid()
    await counter.deliver_news()
    page = (await http.get(HERE)).text
    for word in ("テストモード", "/payments_stripe/webhook", "payment_intent.succeeded", "処理済み"):
        assert word in page.replace("<wbr>", ""), word
    assert (await counter.intent(payment))["id"] in page
    assert "sk_test" not in page
    assert "whsec" not in page

    async def said() -> str:
        answer = await http.post(f"{HERE}/check")
        assert answer.headers["location"].startswith(HERE)
        shown = await http.get(answer.headers["location"])
        return shown.text.replace("<wbr>", "")

    assert "キーは有効です" in await said()
    counter.stripe.faults.append(("GET /v1/balance", "lose_request"))
    assert "Stripeから応答がありません" in await said()
    await counter.configure(secret_key="sk_test_wrongwrong")
    assert "受け付けませんでした" in await said()
    await counter.configure(secret_key="", webhook_secret="")
    assert "先に設定で両方のキーを入力してください" in await said()
    await counter.configure()
    http.cookies.clear()


@pytest.mark.req("CL-30")
async def test_stripes_origins_are_on_the_payment_page_alone(
    stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer, stall: Stall
) -> None:
    runtime, app = stripe_runtime
    live = {"api_url": "https://api.stripe.com", "script_url": "https://js.stripe.com/v3/"}
    given = settings_for(shops_stripe, **live)
    await switches.configure(runtime, stall.tenant.id, "payments_stripe", given)
    await runtime.directory.catch_up()
    goods = await stall.goods("honten", "木櫛", 2000, 9)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods, 1)])
    cookie = {"Cookie": f"sid={await stall.browser_session(buyer)}"}
    async with client_of(app, runtime, stall.tenant) as client:
        placed = (await Till(client, buyer).place()).json()
        pay = f"/shop/checkout/pay/{placed['purchase_id']}"
        shown = (await client.get(pay, headers=cookie)).text.replace("<wbr>", "")
        for brand in ("Visa", "Mastercard", "JCB", "American Express", "Diners Club", "Discover"):
            assert brand in shown, "the cards that are taken"
        rules = {}
        for path in (pay, "/shop/products", "/shop/cart", "/shop/orders", "/account", "/payments/cards"):
            answer = await client.get(path, headers=cookie)
            assert answer.status_code == 200, path
            rules[path] = answer.headers["content-security-policy"]
        for origin in ORIGINS:
            assert origin in rules[pay]
            parts = {part.split()[0]: part for part in rules[pay].split(";") if part.strip()}
            assert origin in parts["connect-src"]
            assert origin in parts["frame-src"]
        assert [path for path, rule in rules.items() if "stripe" in rule] == [pay]
        assert "unsafe" not in rules[pay]
    await switches.configure(runtime, stall.tenant.id, "payments_stripe", settings_for(shops_stripe))
    await runtime.directory.catch_up()
