"""In a browser on a phone: a card in Stripe's element, kept; two taps; the bank's page; a voucher; PayPay."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.settings import Settings
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port
from tests.axe import axe_faults
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.shop.stall import Buyer, Stall

pytestmark = pytest.mark.browser
PAID = re.compile("/shop/checkout/done/")
SLUG = "SELECT slug FROM shop_product WHERE id = (SELECT product_id FROM shop_variant WHERE id = $1)"
BOUGHT = "SELECT count(*) FROM shop_purchase WHERE state = 'paid' AND buyer_id = $1"


@pytest.fixture
async def server(
    settings: Settings, shops_stripe: StripeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[LiveServer]:
    """One that may call our Stripe; what it logs is in ``server.log``."""
    monkeypatch.setenv("NAKAMISE_EGRESS_ALLOW", shops_stripe.origin.removeprefix("http://"))
    with (tmp_path / "server.log").open("wb") as log:
        started = LiveServer(msgspec.structs.replace(settings, port=free_port()), log=log)
        started.start()
        yield started
        started.stop()


async def _page(browser: Browser, server: LiveServer, stall: Stall, buyer: Buyer) -> Page:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    session = await stall.browser_session(buyer)
    await context.add_cookies([{"name": "sid", "value": session, "url": server.url(stall.tenant)}])
    return await context.new_page()


async def _buy_now(page: Page, server: LiveServer, stall: Stall, slug: object) -> None:
    """The first tap: from the product straight to the confirmation."""
    await page.goto(server.url(stall.tenant, f"/shop/products/{slug}"))
    await page.get_by_role("button", name="今すぐ購入").click()
    await expect(page).to_have_url(re.compile("/shop/checkout/confirm"))


async def _place(page: Page) -> None:
    await page.locator("form[action='/shop/checkout/confirm'] button.n-btn--primary").click()


async def _type_card(page: Page, number: str) -> None:
    frame = page.frame_locator("[data-stripe-element] iframe")
    await frame.locator("#number").fill(number)
    await frame.locator("#expiry").fill("12/30")
    await frame.locator("#cvc").fill("123")


async def _look(page: Page, file: Path) -> None:
    await page.screenshot(path=file, full_page=True)
    assert await axe_faults(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page is wider than the phone"


@pytest.mark.req("GA-04", "CL-30", "CL-32", "BX-16")
async def test_a_phone_pays_keeps_its_card_and_pays_in_two_taps(
    stall: Stall, shops_stripe: StripeServer, server: LiveServer, browser: Browser, tmp_path: Path
) -> None:
    comb = await stall.goods("honten", "木櫛", 2400, 20)
    slug = await stall.value(SLUG, comb)
    buyer = await stall.buyer()
    page = await _page(browser, server, stall, buyer)
    sent: list[str] = []
    faults: list[str] = []
    page.on("request", lambda asked: sent.append(f"{asked.url} {asked.post_data or ''}"))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    await _buy_now(page, server, stall, slug)
    await page.get_by_label("クレジットカード").check()
    await _place(page)
    await _type_card(page, "4242 4242 4242 4242")
    await page.locator("input[name=save]").check()
    await _look(page, tmp_path / "pay.png")
    await page.locator("form[data-pay] button.n-btn--primary").click()
    await expect(page).to_have_url(PAID)
    ours = [one for one in sent if not one.startswith(shops_stripe.origin)]
    assert not any("4242424242424242" in one.replace("+", "").replace("%20", "") for one in ours)

    # Two taps, with everything that the law wants between them.
    await _buy_now(page, server, stall, slug)
    await expect(page.get_by_label(re.compile("4242"))).to_be_checked()
    await expect(page.locator("main")).to_contain_text("返品")
    await _look(page, tmp_path / "confirm.png")
    await _place(page)
    await expect(page).to_have_url(PAID)

    # The bank asks.
    await _buy_now(page, server, stall, slug)
    await page.get_by_label("クレジットカード").check()
    await _place(page)
    await _type_card(page, "4000000000003220")
    await page.locator("form[data-pay] button.n-btn--primary").click()
    await page.locator("main a.n-btn--primary").click()
    await expect(page.get_by_role("heading", name="3-D Secure")).to_be_visible()
    await page.get_by_role("button", name="Confirm").click()
    await expect(page).to_have_url(PAID)

    # A voucher.
    await _buy_now(page, server, stall, slug)
    await page.get_by_label("コンビニ払い").check()
    await _place(page)
    await page.locator("form[data-pay] button.n-btn--primary").click()
    await expect(page.locator("[data-payment-code]").first).to_be_visible()
    await _look(page, tmp_path / "voucher.png")
    assert await stall.value(BOUGHT, buyer.id) == 3
    assert faults == []
    await page.context.close()
    logged = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert "/v1/payment_intents" in logged, "what is called is logged"
    assert not re.search(r"4242[ -]?4242[ -]?4242[ -]?4242|4000000000003220|cvc", logged)


@pytest.mark.req("GA-04", "BX-16")
async def test_a_phone_pays_at_paypay_and_comes_back(
    stall: Stall, server: LiveServer, browser: Browser, tmp_path: Path
) -> None:
    """Who says no there may try again here."""
    comb = await stall.goods("honten", "柘植櫛", 2400, 20)
    slug = await stall.value(SLUG, comb)
    buyer = await stall.buyer()
    page = await _page(browser, server, stall, buyer)
    await _buy_now(page, server, stall, slug)
    await page.get_by_label("PayPay").check()
    await _place(page)
    await _look(page, tmp_path / "paypay.png")
    await _go_to_paypay(page)
    await page.get_by_role("button", name="Fail").click()
    await expect(page.get_by_role("alert")).to_contain_text("PayPayでのお支払いが完了しませんでした")
    await _go_to_paypay(page)
    await page.get_by_role("button", name="Confirm").click()
    await expect(page).to_have_url(PAID)
    assert await stall.value(BOUGHT, buyer.id) == 1
    await page.context.close()


async def _go_to_paypay(page: Page) -> None:
    await page.locator("form[data-pay] button.n-btn--primary").click()
    await page.get_by_role("link", name="PayPayへ進む").click()
    await expect(page.get_by_role("heading", name="PayPay")).to_be_visible()
