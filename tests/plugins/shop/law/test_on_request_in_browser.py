"""Asking for address and phone as people do: on a phone, and at the shop's desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.people import sign_in
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window
from tests.plugins.shop.law.test_on_request import ADDRESS, FULL, NOTICE
from tests.plugins.shop.law.test_on_request import PHONE as NUMBER
from tests.plugins.shop.staff.office import PAGES
from tests.plugins.shop.stall import open_stall


@pytest.mark.browser
@pytest.mark.req("BX-14")
async def test_staff_choose_it_and_somebody_asks(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor, live_server: LiveServer, browser: Browser
) -> None:
    stall = await open_stall(make_tenant, ctx_for)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET legal = $1", FULL)
    base = live_server.url(stall.tenant)
    person = await sign_in(stall.ctx, client(stall.tenant), ["shop_staff"], "店員")
    async with window(browser, base, PHONE) as phone, window(browser, base, DESKTOP, person) as desk:
        await desk.page.goto(f"{PAGES}/shops/{stall.shops['honten']}")
        for item in ("所在地", "電話番号"):
            await desk.page.get_by_label(f"{item}の表示方法").select_option(label="請求があれば開示する")
        assert await desk.faults() == []
        await desk.page.get_by_role("button", name="保存").click()
        await expect(desk.page.get_by_text("保存しました")).to_be_visible()

        page = phone.page
        await page.goto("/shop/shops/honten")
        await page.get_by_role("link", name="住所・電話番号の開示を請求する").click()
        form = page.locator("#ask")
        await expect(form.get_by_role("heading")).to_be_in_viewport()
        assert await phone.faults() == []
        assert ADDRESS not in await page.content()
        await form.get_by_label("メールアドレス").fill("hanako")
        await form.get_by_role("button").click()
        await expect(form.get_by_role("alert")).to_be_in_viewport()
        assert await phone.faults() == []
        await form.get_by_label("メールアドレス").fill("hanako@example.com")
        await form.get_by_label("お名前").fill("花子")
        await form.get_by_role("button").click()
        await expect(page.get_by_text("hanako@example.comへお送りしました")).to_be_in_viewport()
        assert page.url.endswith(f"{NOTICE}#main")
        assert NUMBER not in await page.content()

        async with stall.ctx.begin() as tx:
            await tx.execute("UPDATE core_mail SET state = 'failed', last_error = '550 no such user'")
        await desk.page.goto(f"{PAGES}/notice-requests")
        await expect(desk.page.get_by_text("hanako@example.com")).to_be_visible()
        assert await desk.faults() == []
        await desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert await desk.faults() == []
        await desk.page.get_by_role("button", name="開示済みにする").click()
        await expect(desk.page.get_by_text("別の方法で開示済み")).to_be_visible()
        assert await desk.faults() == []
