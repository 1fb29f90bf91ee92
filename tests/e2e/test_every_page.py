"""Every page that guests, buyers, staff and administrators can reach, in both tenants, languages and widths.

The browser opens a sample of them (``tests.e2e.sample``), all of them with ``NAKAMISE_FULL=1``: `make test-full`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import pytest
from playwright.async_api import Browser

from tests.e2e import shopping
from tests.e2e.crawl import crawl
from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.sample import key_pages, part
from tests.e2e.visitor import DESKTOP, PHONE, Locale, Visitor, visit
from tests.full import FULL

pytestmark = pytest.mark.browser

ANYWHERE: Final = re.compile(r"/(?!admin|account|logout)")
OWN: Final = re.compile(r"/(?:account|shop/(?:orders|cart))")
ADMIN: Final = re.compile(r"/admin")


@dataclass(frozen=True)
class Look:
    """``nth`` of the looks decides which pages are opened in it."""

    slug: str
    locale: Locale
    size: tuple[int, int]
    scheme: Literal["light", "dark"]
    nth: int

    async def visit(self, browser: Browser, demo: Demo) -> Visitor:
        return await visit(browser, demo, self.slug, self.locale, size=self.size, scheme=self.scheme)


# Every language, every width and both schemes meet every tenant's brand.
LOOKS: Final = [
    Look("kanon", "ja", PHONE, "light", 0),
    Look("kanon", "en", DESKTOP, "dark", 1),
    Look("gear", "en", PHONE, "light", 2),
    Look("gear", "ja", DESKTOP, "dark", 3),
]
# Both brands, languages, widths and schemes; all looks in full.
TWO_LOOKS: Final = (
    LOOKS
    if FULL
    else [
        Look("kanon", "ja", DESKTOP, "light", 0),
        Look("gear", "en", PHONE, "dark", 1),
    ]
)
each_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.slug}-{look.locale}")
defects = pytest.mark.req("DF-01", "DF-02", "DF-03", "DF-11", "DF-12", "DF-22")


@defects
@pytest.mark.req("LC-4.3.1")
@each_look
async def test_pages_for_everybody(browser: Browser, demo: Demo, look: Look) -> None:
    guest = await look.visit(browser, demo)
    start = ["/", "/login", "/register", "/reset", "/dev/mail"]
    visited, faults = await crawl(guest, start, ANYWHERE, part(look.nth, len(LOOKS), "guest"))
    assert not faults, "\n".join(faults)
    assert {"/shop/products", "/shop/shops", "/pages/terms", "/pages/privacy", "/pages/contact"} <= set(
        visited
    )
    assert any(path.endswith("/legal") for path in visited)
    await guest.leave()


@defects
@pytest.mark.parametrize("look", TWO_LOOKS, ids=lambda look: f"{look.slug}-{look.locale}")
async def test_pages_of_a_buyer(browser: Browser, demo: Demo, look: Look) -> None:
    buyer = await look.visit(browser, demo)
    await buyer.log_in("buyer")
    await shopping.choose(buyer, *SOMETHING[look.slug][look.locale])
    await shopping.add_to_cart(buyer)
    visited, faults = await crawl(
        buyer, ["/account", "/shop/orders", "/shop/cart"], OWN, part(look.nth, 2, "buyer")
    )
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
@pytest.mark.parametrize("look", TWO_LOOKS, ids=lambda look: f"{look.slug}-{look.locale}")
async def test_pages_of_staff_and_administrators(browser: Browser, demo: Demo, look: Look) -> None:
    """Staff see what administrators see, with less on it: in full, in every look too."""
    faults: list[str] = []
    who_opens = {"staff": key_pages, "admin": part(look.nth, 2, "admin")}
    if look.nth > 0 and not FULL:
        del who_opens["staff"]
    for who, opens in who_opens.items():
        visitor = await look.visit(browser, demo)
        await visitor.log_in(who)
        visited, found = await crawl(visitor, ["/admin"], ADMIN, opens)
        faults += found
        assert {"/admin/shop/products", "/admin/shop/orders"} <= set(visited)
        await visitor.leave()
    assert not faults, "\n".join(faults)


SOMETHING: Final[dict[str, dict[Locale, tuple[str, str]]]] = {
    "kanon": {"ja": ("dew-tint", "無花果"), "en": ("dew-tint", "Fig")},
    "gear": {"ja": ("mame-air", "ライム"), "en": ("mame-air", "Lime")},
}
