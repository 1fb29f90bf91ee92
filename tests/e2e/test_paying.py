"""Cards that do not simply work, and a buyer who changes her mind."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import shopping
from tests.e2e.demo import Demo
from tests.e2e.shopping import words
from tests.e2e.visitor import DESKTOP, Visitor, visit

pytestmark = pytest.mark.browser

SMALL_PHONE = (375, 667)


async def _at_the_till(visitor: Visitor, product: str, option: str) -> None:
    await visitor.log_in("buyer")
    await shopping.choose(visitor, product, option)
    await shopping.add_to_cart(visitor)
    await shopping.to_confirmation(visitor)
    await shopping.place(visitor)


@pytest.mark.req("LC-0.34", "LC-4.2.7", "LC-4.2.8")
async def test_a_declined_card_leaves_the_order_payable(browser: Browser, demo: Demo) -> None:
    buyer = await visit(browser, demo, "kanon", "ja", size=SMALL_PHONE)
    await _at_the_till(buyer, "dew-tint", "石榴")
    await shopping.pay(buyer, shopping.DECLINED)
    await buyer.sees(words(buyer).declined)
    await expect(buyer.page).to_have_url(re.compile("/shop/checkout/pay/"))
    await shopping.pay(buyer, shopping.SUCCESS)
    assert await _is_paid(buyer, await shopping.done(buyer))
    await buyer.leave()


@pytest.mark.req("LC-4.2.7")
async def test_the_bank_asks_first(browser: Browser, demo: Demo) -> None:
    buyer = await visit(browser, demo, "gear", "en")
    await _at_the_till(buyer, "himo-cable", "2 m")
    await shopping.pay(buyer, shopping.THREE_D_SECURE)
    assert "/shop/checkout/done/" not in buyer.page.url, "nothing is paid before the bank was answered"
    await expect(buyer.page.get_by_role("heading", name="Confirm the payment")).to_be_visible()
    await buyer.submit(buyer.page.locator("button[name=outcome][value=confirm]"))
    assert await _is_paid(buyer, await shopping.done(buyer))
    await buyer.leave()


@pytest.mark.req("LC-4.2.7")
async def test_a_lost_answer_settles_by_itself(browser: Browser, demo: Demo) -> None:
    buyer = await visit(browser, demo, "gear", "ja", size=DESKTOP)
    await _at_the_till(buyer, "denchi-20k", "10,000mAh")
    await shopping.pay(buyer, shopping.ANSWER_LOST)
    # Nobody presses anything: the page asks, the worker finds out.
    await expect(buyer.page).to_have_url(re.compile("/shop/checkout/done/"), timeout=60_000)
    assert await _is_paid(buyer, await shopping.done(buyer))
    await buyer.leave()


@pytest.mark.req("LC-5.2.6", "LC-5.2.7")
async def test_cancelling_gives_the_goods_back(browser: Browser, demo: Demo) -> None:
    buyer = await visit(browser, demo, "gear", "en")
    await buyer.log_in("buyer")
    await shopping.choose(buyer, "toki-2", "Silver")
    left = await _stock(buyer)
    await shopping.add_to_cart(buyer)
    await shopping.to_confirmation(buyer)
    await shopping.place(buyer)
    await shopping.pay(buyer, shopping.SUCCESS)
    number = await shopping.done(buyer)
    await shopping.choose(buyer, "toki-2", "Silver")
    assert await _stock(buyer) == left - 1
    await buyer.go(f"/shop/orders/{number}")
    await buyer.press(buyer.page.get_by_role("button", name=words(buyer).cancel))
    await buyer.submit(buyer.page.locator("#n-confirm").get_by_role("button", name=words(buyer).cancel))
    await buyer.sees(words(buyer).cancelled)
    await expect(buyer.page.get_by_role("button", name=words(buyer).cancel)).to_have_count(0)
    mail = await buyer.mail("buyer@gear.example", "was cancelled", number)
    assert "will be refunded" in mail
    await shopping.choose(buyer, "toki-2", "Silver")
    assert await _stock(buyer) == left
    await buyer.leave()


async def _is_paid(visitor: Visitor, number: str) -> bool:
    """As the order's page says."""
    await visitor.go(f"/shop/orders/{number}")
    return words(visitor).paid in str(await visitor.page.locator("main").text_content())


async def _stock(visitor: Visitor) -> int:
    """Of a variant of which so few are left that the page says how many."""
    shown = str(await visitor.page.locator("#shop-face .shop-stock").text_content())
    found = re.search(r"\d+", shown)
    assert found is not None, shown
    return int(found[0])
