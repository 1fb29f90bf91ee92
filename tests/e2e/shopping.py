"""The steps of a purchase, as a visitor takes them."""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import Locator, expect

from tests.e2e.visitor import Visitor
from tests.e2e.words import WORDS, Words

NUMBER: Final = re.compile(r"[A-Z]{1,6}-\d{8}-\d{4}")
SUCCESS: Final = "4242 4242 4242 4242"
THREE_D_SECURE: Final = "4000 0000 0000 3220"
DECLINED: Final = "4000 0000 0000 0002"
ANSWER_LOST: Final = "4000 0000 0000 0119"


def words(visitor: Visitor) -> Words:
    return WORDS[visitor.locale]


async def choose(visitor: Visitor, product: str, option: str) -> None:
    """Find the product in the list, open it, choose a variant by its label."""
    await visitor.go("/shop/products")
    await visitor.submit(visitor.page.locator(f"main a[href*='/shop/products/{product}']").first)
    label = visitor.page.locator(".n-options label", has_text=option)
    await visitor.press(label)
    await expect(label.locator("input")).to_be_checked()


async def add_to_cart(visitor: Visitor) -> None:
    """The page stays; the badge counts one more."""
    before = await _badge(visitor)
    await visitor.page.evaluate("window.sameDocument = true")
    await visitor.press(visitor.page.get_by_role("button", name=words(visitor).add_to_cart))
    await expect(visitor.page.locator("#shop-badge .n-count")).to_contain_text(str(before + 1))
    assert await visitor.page.evaluate("window.sameDocument === true"), "the page was loaded anew"


async def to_confirmation(visitor: Visitor) -> None:
    """From the cart over the address, which is chosen already."""
    await visitor.go("/shop/cart")
    await visitor.submit(visitor.page.get_by_role("link", name=words(visitor).check_out).first)
    await visitor.submit(visitor.page.get_by_role("button", name=words(visitor).to_confirmation))


async def place(visitor: Visitor) -> str:
    """The amount, as it stood on the confirmation and stands on the payment page."""
    confirmed = await due(visitor)
    await visitor.submit(visitor.page.get_by_role("button", name=words(visitor).place))
    await expect(visitor.page).to_have_url(re.compile("/shop/checkout/pay/"))
    assert await due(visitor) == confirmed
    return confirmed


async def pay(visitor: Visitor, card: str) -> None:
    page = visitor.page
    await page.locator("[data-card=number]").fill(card)
    await page.locator("[data-card=expiry]").fill("12/30")
    await page.locator("[data-card=cvc]").fill("123")
    await visitor.submit(page.locator("form[data-pay] button.n-btn--primary"))


async def done(visitor: Visitor) -> str:
    """The order's number, from the page that says thank you."""
    await expect(visitor.page).to_have_url(re.compile("/shop/checkout/done/"))
    await visitor.sees(words(visitor).thanks)
    number = str(await visitor.page.locator("main a[href*='/shop/orders/']").first.text_content()).strip()
    assert NUMBER.fullmatch(number), number
    return number


async def buy(visitor: Visitor, product: str, option: str, card: str = SUCCESS) -> str:
    """All of it, for somebody who is logged in; the order's number."""
    await choose(visitor, product, option)
    await add_to_cart(visitor)
    await to_confirmation(visitor)
    await place(visitor)
    await pay(visitor, card)
    return await done(visitor)


async def due(visitor: Visitor) -> str:
    return str(await visitor.page.locator("[data-due]").first.text_content())


async def _badge(visitor: Visitor) -> int:
    shown = visitor.page.locator("#shop-badge .n-count")
    text = await _own_text(shown) if await shown.count() else "0"
    return int(text)


async def _own_text(element: Locator) -> str:
    """Without what is said to screen readers only."""
    return str(await element.evaluate("(node) => node.firstChild.textContent.trim()"))
