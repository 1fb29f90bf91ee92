"""A stranger becomes a buyer: registers, confirms by mail, logs in, and then with a second factor."""

from __future__ import annotations

import re
import secrets
import time

import pytest
from playwright.async_api import Browser, expect
from pyotp.totp import TOTP

from tests.e2e.demo import Demo
from tests.e2e.visitor import Locale, Visitor, visit

pytestmark = pytest.mark.browser

PASSWORD = "quiet lantern over water"


@pytest.mark.req("LC-0.15", "LC-1.1.1", "LC-1.1.4", "LC-1.2.1", "LC-1.2.2", "LC-6.6.1")
@pytest.mark.parametrize(
    ("slug", "locale"),
    [("kanon", "ja"), pytest.param("gear", "en", marks=pytest.mark.full)],
    ids=["kanon-ja", "gear-en"],
)
async def test_register_confirm_log_in_and_protect(
    browser: Browser, demo: Demo, slug: str, locale: Locale
) -> None:
    visitor = await visit(browser, demo, slug, locale)
    email = f"new-{secrets.token_hex(4)}@buyer.example"
    await _register(visitor, email)
    await _confirm(visitor, email)
    await _log_out(visitor)
    await visitor.log_in(email, PASSWORD)
    secret = await _protect(visitor)
    await _log_out(visitor)
    await visitor.log_in(email, PASSWORD)
    await expect(visitor.page).to_have_url(re.compile("/login/code"))
    assert "/login" in (await visitor.go("/account")).url, "the password alone opens nothing"
    await visitor.go("/login/code")
    # A code counts once: the next one, which a phone whose clock is ahead would show.
    await _enter_code(visitor, TOTP(secret).at(int(time.time()) + 30))
    account = await visitor.go("/account")
    assert "/login" not in account.url, "two factors open the account"
    assert email in await account.text()
    await visitor.leave()


async def _register(visitor: Visitor, email: str) -> None:
    await visitor.go("/register")
    await visitor.page.locator("#f-display_name").fill("すみれ")
    await visitor.page.locator("#f-email").fill(email)
    await visitor.page.locator("#f-password").fill(PASSWORD)
    await visitor.page.locator("#f-password_again").fill(PASSWORD)
    await visitor.page.locator("#f-terms").check()
    await visitor.submit(visitor.page.locator("form[action='/register'] button.n-btn--primary"))
    await visitor.sees(email)


async def _confirm(visitor: Visitor, email: str) -> None:
    text = await visitor.mail(email, "")
    link = re.search(r"http://\S+/verify\?\S+", text)
    assert link is not None, text
    await visitor.page.goto(link[0])
    await visitor.submit(visitor.page.locator("form[action='/verify'] button.n-btn--primary"))
    if "/login" in visitor.page.url:
        await visitor.log_in(email, PASSWORD)
    await visitor.go("/account")
    await visitor.sees(email)


async def _protect(visitor: Visitor) -> str:
    """Switch the second factor on; the secret that the authenticator app keeps."""
    page = visitor.page
    await visitor.go("/account/security")
    await page.locator("#f-totp-password").fill(PASSWORD)
    await visitor.submit(page.locator("form[action='/account/security/totp'] button.n-btn--primary"))
    secret = str(await page.locator(".n-account__secret").text_content()).replace(" ", "")
    await expect(page.locator(".n-account__qr svg")).to_be_visible()
    await _enter_code(visitor, TOTP(secret).now())
    await expect(page.locator(".n-account__codes li")).to_have_count(10)
    return secret


async def _enter_code(visitor: Visitor, code: str) -> None:
    """The form sends itself with the sixth digit."""
    async with visitor.page.expect_navigation():
        await visitor.page.locator("#f-code").press_sequentially(code)


async def _log_out(visitor: Visitor) -> None:
    await visitor.go("/account")
    await visitor.submit(visitor.page.locator(".n-account__nav form[action='/logout'] button"))
