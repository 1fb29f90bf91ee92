"""An operator runs the site: settings, a new version of the terms, maintenance, the log, the help."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.visitor import visit

pytestmark = pytest.mark.browser
PAGES = (
    "/admin/settings",
    "/admin/legal",
    "/admin/legal/terms",
    "/admin/audit",
    "/admin/plugins",
    "/admin/plugins/shop",
    "/help",
    "/pages/terms",
)


@pytest.mark.req("LC-9.14.7", "LC-0.33", "BX-18")
@pytest.mark.parametrize("slug", ["kanon", pytest.param("gear", marks=pytest.mark.full)])
async def test_the_pages_are_sound(browser: Browser, demo: Demo, slug: str) -> None:
    visitor = await visit(browser, demo, slug, "ja" if slug == "kanon" else "en")
    await visitor.log_in("admin")
    faults = []
    for path in PAGES:
        faults += await examine(visitor, await visitor.go(path))
    assert faults == []
    await visitor.leave()


@pytest.mark.req("LC-9.14.1", "LC-9.14.7")
async def test_closed_for_visitors_open_for_the_operator(browser: Browser, demo: Demo) -> None:
    operator = await visit(browser, demo, "gear", "ja")
    await operator.log_in("admin")
    await operator.go("/admin/settings")
    await operator.page.locator("#f-maintenance").check()
    await operator.page.locator("#f-maintenance_message_ja").fill("棚卸しをしています")
    await operator.submit(operator.page.locator("main form button.n-btn--primary").first)
    await operator.sees("保存しました", "メンテナンス中")
    guest = await browser.new_page()
    answer = await guest.goto(demo.url("gear", "/"))
    assert answer is not None
    assert answer.status == 503
    await expect(guest.get_by_text("棚卸しをしています")).to_be_visible()
    await operator.page.locator("#f-maintenance").uncheck()
    await operator.page.locator("#f-maintenance_message_ja").fill("")
    await operator.submit(operator.page.locator("main form button.n-btn--primary").first)
    again = await guest.goto(demo.url("gear", "/"))
    assert again is not None
    assert again.status == 200
    await guest.close()
    await operator.leave()
