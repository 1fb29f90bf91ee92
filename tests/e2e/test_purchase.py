"""A guest finds something, logs in, orders, pays; the staff ships it; mails and pages say so (issue: "it is done")."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import shopping
from tests.e2e.demo import Demo
from tests.e2e.shopping import words
from tests.e2e.visitor import DESKTOP, PHONE, Locale, Visitor, visit

pytestmark = pytest.mark.browser

TRACKING = "123456789013"  # its check digit is right


@pytest.mark.req(
    "LC-0.34", "LC-4.1.1", "LC-4.2.1", "LC-4.2.2", "LC-4.2.5", "LC-4.2.6", "LC-4.2.8", "LC-4.2.9"
)
@pytest.mark.req(
    "LC-5.1.2", "LC-5.2.1", "LC-5.2.2", "LC-5.2.3", "LC-5.2.4", "LC-5.2.5", "LC-5.2.8", "LC-4.3.1"
)
@pytest.mark.req("LC-8.5.1", "LC-8.6.1", "LC-8.6.2", "LC-8.6.3", "DF-02", "DF-07", "DF-08", "DF-11")
@pytest.mark.parametrize(
    ("slug", "locale", "product", "option"),
    [
        ("kanon", "ja", "dew-tint", "白桃"),
        pytest.param("gear", "en", "mame-air", "White", marks=pytest.mark.full),
    ],
    ids=["kanon-ja", "gear-en"],
)
async def test_from_the_shelf_to_the_parcel(
    browser: Browser, demo: Demo, slug: str, locale: Locale, product: str, option: str
) -> None:
    buyer = await visit(browser, demo, slug, locale, size=PHONE)
    number = await _order(buyer, product, option)
    staff = await visit(browser, demo, slug, locale, size=DESKTOP)
    await _ship(staff, number)
    assert TRACKING in await _parcel(buyer, number)
    await staff.leave()
    await buyer.leave()


async def _order(buyer: Visitor, product: str, option: str) -> str:
    say = words(buyer)
    await buyer.go("/")
    await expect(buyer.page.get_by_role("contentinfo").locator("a[href$='/legal']").first).to_be_attached()
    await shopping.choose(buyer, product, option)
    await shopping.add_to_cart(buyer)
    await buyer.go("/shop/cart")
    await buyer.sees(option)
    await buyer.submit(buyer.page.get_by_role("link", name=say.check_out).first)
    await buyer.log_in("buyer")
    await expect(buyer.page).to_have_url(re.compile("/shop/checkout/address"))
    await expect(buyer.page.locator("input[name=address]").first).to_be_checked()
    await buyer.sees(option)
    await buyer.submit(buyer.page.get_by_role("button", name=say.to_confirmation))
    for term in say.terms:
        await expect(buyer.page.locator("main").get_by_text(term).first).to_be_visible()
    await expect(buyer.page.locator("[data-due]").first).to_have_text(re.compile(r"^[¥￥]\d{1,3}(,\d{3})*$"))
    amount = await shopping.place(buyer)
    await shopping.pay(buyer, shopping.SUCCESS)
    number = await shopping.done(buyer)
    mail = await buyer.mail(f"buyer@{buyer.slug}.example", say.mail_thanks, number)
    assert number in mail
    assert amount in mail
    await _in_the_history(buyer, number, amount)
    return number


async def _in_the_history(buyer: Visitor, number: str, amount: str) -> None:
    await buyer.go("/shop/orders")
    row = buyer.page.locator("li.orders-row", has_text=number)
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text(words(buyer).confirmed)
    await expect(row).to_contain_text(words(buyer).paid)
    await buyer.submit(row.get_by_role("link"))
    await expect(buyer.page.locator("[data-due]")).to_have_text(amount)
    await expect(buyer.page.get_by_role("button", name=words(buyer).cancel)).to_be_visible()


async def _ship(staff: Visitor, number: str) -> None:
    say = words(staff)
    await staff.log_in("staff")
    await staff.go("/admin/shop/orders")
    await staff.submit(staff.page.get_by_role("link", name=number))
    await staff.submit(staff.page.get_by_role("button", name=say.start))
    await staff.sees(say.processing)
    await staff.page.get_by_label(re.compile("Tracking number|追跡番号")).fill(TRACKING)
    await staff.submit(staff.page.get_by_role("button", name=say.ship, exact=True))
    await staff.sees(say.shipped, TRACKING)


async def _parcel(buyer: Visitor, number: str) -> str:
    """Where the order's page leads to see how far the parcel is; the mail names it too."""
    say = words(buyer)
    mail = await buyer.mail(f"buyer@{buyer.slug}.example", say.mail_shipped, number)
    assert TRACKING in mail.replace("-", "")
    await buyer.go(f"/shop/orders/{number}")
    await buyer.sees(say.shipped)
    await expect(buyer.page.get_by_role("button", name=say.cancel)).to_have_count(0)
    return str(await buyer.page.get_by_role("link", name=say.track).get_attribute("href"))
