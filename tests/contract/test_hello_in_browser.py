"""Somebody else's wheel on every kind of page, in a real Chromium at the real server, without a build."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

import pytest
from playwright.async_api import Page, expect

from nakamise.plugin import Slot
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.author_fixtures import BrowserPage
from nakamise.testing.drain import drain
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from tests.isolation.house import House, furnish
from tests.isolation.stage import raise_stage

pytestmark = [pytest.mark.browser, pytest.mark.req("BX-19")]

# Who looks at which pages; {…} are things of the house.
PAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "guest": ("/", "/login", "/register", "/pages/{document}", "/nowhere"),
    "buyer": (
        "/account",
        "/account/profile",
        "/account/addresses",
        "/account/security",
        "/shop/products",
        "/shop/products/{products/slug}",
        "/shop/shops/{shops/slug}",
        "/shop/cart",
        "/shop/checkout/confirm?address={address_id}",
        "/shop/checkout/done/{done/purchase_id}",
        "/shop/orders",
        "/shop/orders/{number}",
        "/livestream/{broadcast_id}",
        "/livestream/apply",
        "/social/{handle}",
    ),
    "admin": (
        "/admin",
        "/admin/users/{user_id}",
        "/admin/shop/orders",
        "/admin/shop/orders/{order_id}",
        "/admin/shop/orders/{order_id}/slip",
        "/admin/shop/products/{product_id}",
        "/admin/shop/shops/{shop_id}",
    ),
}
# Mails are no pages, and the box of the price is another one.
NOT_MARKED: Final = {Slot.MAIL_FOOTER, Slot.PRODUCT_BELOW_PRICE}


@pytest.fixture(scope="module")
async def house(runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor, app: object) -> House:
    from nakamise.testing.tenants import client_of

    made = await furnish(make_tenant, ctx_for, partial(client_of, app, runtime), partial(drain, runtime))  # type: ignore[arg-type]
    await raise_stage(made)
    await switches.configure(runtime, made.stall.tenant.id, "hello", {"shows_marks": True})
    variant = await made.stall.value("SELECT id FROM shop_variant LIMIT 1")
    await made.stall.fill_cart(made.people["buyer"], [(variant, 1)])  # type: ignore[list-item]
    made.things["document"] = str(await made.stall.value("SELECT slug FROM core_page LIMIT 1"))
    made.things["user_id"] = str(made.people["buyer"].id)
    return made


async def signed_in(browser_page: BrowserPage, house: House, name: str) -> Page:
    page = await browser_page(house.stall.tenant, "/healthz")
    if name != "guest":
        value = (await house.sign_in(name, is_api=False))["Cookie"].partition("=")[2]
        host = house.stall.tenant.canonical_host
        await page.context.add_cookies([{"name": "sid", "value": value, "domain": host, "path": "/"}])
    return page


async def test_a_box_stands_in_every_slot_of_every_kind_of_page(
    browser_page: BrowserPage, live_server: LiveServer, house: House
) -> None:
    seen: set[str] = set()
    for name, paths in PAGES.items():
        page = await signed_in(browser_page, house, name)
        for path in paths:
            at = filled(path, house.things)
            answer = await page.goto(live_server.url(house.stall.tenant, at))
            assert answer is not None
            assert answer.status == (404 if path == "/nowhere" else 200), at
            marks = page.locator("[data-hello]")
            seen |= {str(await mark.get_attribute("data-hello")) for mark in await marks.all()}
            assert await marks.first.inner_text() != "Hello from here", "in the reader's language"
    assert seen == {slot.value for slot in Slot if slot not in NOT_MARKED}


def filled(path: str, things: Mapping[str, str]) -> str:
    for name, value in things.items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def test_the_navigation_of_site_account_and_administration_leads_to_its_pages(
    browser_page: BrowserPage, live_server: LiveServer, house: House
) -> None:
    tenant = house.stall.tenant
    page = await signed_in(browser_page, house, "admin")
    for start, path in (
        ("/", "/hello/greetings"),
        ("/account", "/hello/mine"),
        ("/admin", "/admin/hello/greetings"),
    ):
        await page.goto(live_server.url(tenant, start))
        link = page.locator(f"nav a[href='{path}']").first
        address = await link.evaluate("link => link.href")
        answer = await page.goto(address)
        assert answer is not None
        assert answer.status == 200
        await expect(page.locator("h1")).to_contain_text("あいさつ")


async def test_its_card_stands_on_the_dashboard(
    browser_page: BrowserPage, live_server: LiveServer, house: House
) -> None:
    page = await signed_in(browser_page, house, "admin")
    await page.goto(live_server.url(house.stall.tenant, "/admin"))
    await expect(page.get_by_text("あいさつの件数")).to_be_visible()
    kept = await house.stall.value("SELECT count(*) FROM hello_greeting")
    label = page.locator("a[href='/admin/hello/greetings']", has_text="あいさつの件数")
    card = label.locator("xpath=ancestor::*[contains(., '2')][1]")
    await expect(card).to_contain_text(re.compile(rf"あいさつの件数\s*{kept}\b"))
    answer = await page.goto(await label.evaluate("link => link.href"))
    assert answer is not None
    assert answer.status == 200, "the card leads to what it counts"


async def test_its_style_lies_in_its_layer(
    browser_page: BrowserPage, live_server: LiveServer, house: House
) -> None:
    """It changes a component, though core's rule may be longer; a utility wins over its id."""
    page = await signed_in(browser_page, house, "guest")
    await page.goto(live_server.url(house.stall.tenant, "/hello/greetings"))
    style = "([id, name]) => getComputedStyle(document.getElementById(id)).getPropertyValue(name)"
    assert await page.evaluate(style, ["hello-new", "letter-spacing"]) == "3px"
    assert await page.evaluate(style, ["hello-note", "font-weight"]) == "600"
    sheets = await page.locator("link[rel=stylesheet][href*='/assets/hello/']").all()
    [href] = [await sheet.get_attribute("href") for sheet in sheets]
    text = await page.evaluate("href => fetch(href).then(answer => answer.text())", href)
    assert text.startswith("@layer plugins{")
    assert "#hello-note.n-strong{font-weight:300" in text, "the rule that lost is there"


async def test_a_live_message_arrives_on_an_open_page_in_its_module(
    browser_page: BrowserPage, live_server: LiveServer, house: House
) -> None:
    """One visitor greets; the page of another one shows it without being loaded again."""
    tenant = house.stall.tenant
    first, second = [await signed_in(browser_page, house, "guest") for _ in range(2)]
    said: list[str] = []
    for page in (first, second):
        page.on("pageerror", lambda error: said.append(str(error)))
        await page.goto(live_server.url(tenant, "/hello/greetings"))
    imports = await first.evaluate(
        "JSON.parse(document.querySelector('script[type=importmap]').text).imports"
    )
    assert imports["hello/wave"].startswith("/assets/hello/")
    await expect(first.locator("html[data-live]")).to_be_attached()
    await second.get_by_label("お名前").fill("みか")
    await second.get_by_role("button", name="あいさつする").click()
    await expect(first.locator("li[data-greeting]")).to_have_text("Hello, みか")
    assert said == []
