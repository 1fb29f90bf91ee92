"""Every mail that a demo tenant sent: in its own name, and without leftovers of programming."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser

from tests.e2e import shopping
from tests.e2e.demo import Demo
from tests.e2e.examine import LEFTOVERS, NOBODY
from tests.e2e.visitor import Locale, visit
from tests.e2e.words import WORDS

pytestmark = pytest.mark.browser

GOODS: dict[str, tuple[str, str]] = {"kanon": ("dew-tint", "White peach"), "gear": ("himo-cable", "1m")}


@pytest.mark.req("DF-01", "DF-02", "DF-22", "LC-4.2.9")
@pytest.mark.parametrize(("slug", "locale"), [("kanon", "en"), ("gear", "ja")])
async def test_mails_speak_for_the_tenant(browser: Browser, demo: Demo, slug: str, locale: Locale) -> None:
    visitor = await visit(browser, demo, slug, locale)
    await visitor.log_in("buyer")
    number = await shopping.buy(visitor, *GOODS[slug])
    await visitor.mail(f"buyer@{slug}.example", WORDS[locale].mail_thanks, number)
    await visitor.go("/dev/mail")
    hrefs = await visitor.page.locator("main td a").evaluate_all("links => links.map((link) => link.href)")
    assert hrefs
    for href in hrefs:
        answer = await visitor.page.goto(f"{href}/html")
        assert answer is not None
        html = await answer.text()
        assert answer.ok
        assert NOBODY.leaks(href, [("mail", html), ("headers", str(answer.headers))]) == []
        assert LEFTOVERS.findall(re.sub(r"<style.*?</style>|<[^>]+>", "", html, flags=re.DOTALL)) == []
    await visitor.leave()
