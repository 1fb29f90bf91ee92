"""The page of an application in Chromium, on a phone: empty, refused, sent."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from nakamise.testing.chromium import cookies_of
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from tests.axe import axe_faults
from tests.plugins.livestream.stage import Stage
from tests.plugins.shop.staff.test_shops import FULL
from tests.plugins.shop.stall import PLUGINS

pytestmark = pytest.mark.browser
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.req("LC-8.0.1")
async def test_a_broadcaster_applies_on_a_phone(
    chromium: Browser, live_server: LiveServer, make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor
) -> None:
    tenant = await make_tenant(plugins=(*PLUGINS, "livestream"))
    host = await Stage(tenant, ctx_for(tenant), client, ctx_for).host()
    context = await chromium.new_context(
        locale="ja-JP", viewport={"width": 390, "height": 844}, base_url=live_server.url(tenant)
    )
    await context.add_cookies(cookies_of(host))
    window = await context.new_page()
    await window.goto("/livestream/apply")
    await window.get_by_role("link", name="お店を開く（申請）").click()
    assert await axe_faults(window) == []
    await window.fill("#f-name", "花の店")
    await window.fill("#f-slug", "hana")
    await window.get_by_role("button", name="申請").click()
    await window.wait_for_selector('[role="alert"]')
    assert await window.input_value("#f-name") == "花の店"
    assert (await axe_faults(window), await window.evaluate(WIDTH)) == ([], 0)
    for name, text in FULL.items():
        await window.fill(f'[name="legal.{name}"]', text)
    await window.get_by_role("button", name="申請").click()
    await window.wait_for_selector("text=承認待ち")
    assert (await axe_faults(window), await window.evaluate(WIDTH)) == ([], 0)
    await context.close()
