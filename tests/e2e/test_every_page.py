"""Every page that guests, buyers, staff and administrators can reach, in both tenants, languages and widths."""

from __future__ import annotations

import re
from typing import Final, Literal

import pytest
from playwright.async_api import Browser

from tests.e2e import shopping
from tests.e2e.crawl import crawl
from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.visitor import DESKTOP, PHONE, Locale, visit

pytestmark = pytest.mark.browser

ANYWHERE: Final = re.compile(r"/(?!admin|account|logout)")
OWN: Final = re.compile(r"/(?:account|shop/(?:orders|cart))")
ADMIN: Final = re.compile(r"/admin")
# Every language, every width and both schemes meet every tenant's brand.
LOOKS: Final = [
    ("kanon", "ja", PHONE, "light"),
    ("kanon", "en", DESKTOP, "dark"),
    ("gear", "en", PHONE, "light"),
    ("gear", "ja", DESKTOP, "dark"),
]
each_look = pytest.mark.parametrize(
    ("slug", "locale", "size", "scheme"), LOOKS, ids=[f"{slug}-{locale}" for slug, locale, *_ in LOOKS]
)
Scheme = Literal["light", "dark"]
defects = pytest.mark.req("DF-01", "DF-02", "DF-03", "DF-11", "DF-12", "DF-22")


@defects
@pytest.mark.req("LC-4.3.1")
@each_look
async def test_pages_for_everybody(
    browser: Browser, demo: Demo, slug: str, locale: Locale, size: tuple[int, int], scheme: Scheme
) -> None:
    guest = await visit(browser, demo, slug, locale, size=size, scheme=scheme)
    visited, faults = await crawl(guest, ["/", "/login", "/register", "/reset", "/dev/mail"], ANYWHERE)
    assert not faults, "\n".join(faults)
    assert {"/shop/products", "/shop/shops", "/pages/terms", "/pages/privacy", "/pages/contact"} <= set(
        visited
    )
    assert any(path.endswith("/legal") for path in visited)
    await guest.leave()


@defects
@each_look
async def test_pages_of_a_buyer(
    browser: Browser, demo: Demo, slug: str, locale: Locale, size: tuple[int, int], scheme: Scheme
) -> None:
    buyer = await visit(browser, demo, slug, locale, size=size, scheme=scheme)
    await buyer.log_in("buyer")
    await shopping.choose(buyer, *SOMETHING[slug][locale])
    await shopping.add_to_cart(buyer)
    visited, faults = await crawl(buyer, ["/account", "/shop/orders", "/shop/cart"], OWN)
    assert {"/account/profile", "/account/addresses", "/account/security", "/shop/orders"} <= set(visited)
    await shopping.to_confirmation(buyer)
    faults += await examine(buyer)
    await shopping.place(buyer)
    faults += await examine(buyer)
    await shopping.pay(buyer, shopping.SUCCESS)
    faults += await examine(buyer)
    await shopping.done(buyer)
    assert not faults, "\n".join(faults)
    await buyer.leave()


@defects
@each_look
async def test_pages_of_staff_and_administrators(
    browser: Browser, demo: Demo, slug: str, locale: Locale, size: tuple[int, int], scheme: Scheme
) -> None:
    faults: list[str] = []
    for who in ("staff", "admin"):
        visitor = await visit(browser, demo, slug, locale, size=size, scheme=scheme)
        await visitor.log_in(who)
        visited, found = await crawl(visitor, ["/admin"], ADMIN)
        faults += found
        assert {"/admin/shop/products", "/admin/shop/orders"} <= set(visited)
        await visitor.leave()
    assert not faults, "\n".join(faults)


SOMETHING: Final[dict[str, dict[Locale, tuple[str, str]]]] = {
    "kanon": {"ja": ("dew-tint", "無花果"), "en": ("dew-tint", "Fig")},
    "gear": {"ja": ("mame-air", "ライム"), "en": ("mame-air", "Lime")},
}
