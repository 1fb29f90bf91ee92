"""On a phone: a file of products, its preview, applied; prices in the grid by the keyboard; the tree of categories."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, FilePayload, expect

from nakamise.testing.live import LiveServer
from tests.plugins.livestream.watch.window import PHONE, window
from tests.plugins.shop.staff.office import PAGES, Office

pytestmark = pytest.mark.browser
FILE = (
    "商品コード,商品名,状態,SKU,価格,在庫数\r\n"
    "silk-rouge,シルクルージュ,公開中,LIP-01,3960,10\r\n"
    "night-repair,ナイトリペア,公開中,NR-01,6800,4\r\n"
)


def upload(data: bytes) -> FilePayload:
    return {"name": "goods.csv", "mimeType": "text/csv", "buffer": data}


@pytest.mark.req("CL-19", "CL-21", "CL-08", "LC-9.10.1")
async def test_from_the_file_to_the_tree(office: Office, live_server: LiveServer, browser: Browser) -> None:
    base = live_server.url(office.stall.tenant)
    sid = office.browser.cookies["sid"]
    async with window(browser, base, PHONE) as seen:
        page = seen.page
        await page.context.add_cookies([{"name": "sid", "value": sid, "url": base}])
        await page.goto(f"{PAGES}/products/import")
        assert await seen.faults() == []
        wrong = upload(FILE.replace("6800", "安い").encode())
        await page.locator("input[type=file]").set_input_files(wrong)
        await page.get_by_role("button", name="プレビューを見る").click()
        await expect(page.get_by_text("1行に誤りがあります")).to_be_visible()
        await expect(page.get_by_role("button", name="適用する")).to_have_count(0)
        assert await seen.faults() == []
        await page.get_by_role("link", name="別のファイルを選ぶ").click()
        right = upload(FILE.encode("cp932"))
        await page.locator("input[type=file]").set_input_files(right)
        await page.get_by_role("button", name="プレビューを見る").click()
        await expect(page.get_by_text("¥6,800")).to_be_visible()
        assert await seen.faults() == []
        await page.get_by_role("button", name="適用する").click()
        await expect(page.get_by_text("2点の商品を保存しました")).to_be_visible()

        await page.goto(f"{PAGES}/products/grid?q=ないとりぺあ")
        price = page.get_by_role("textbox", name="価格: ナイトリペア")
        await expect(price).to_have_value("6800")
        assert await seen.faults() == []
        await page.goto(f"{PAGES}/products/grid")
        first, second = (page.locator("input[name^='stock.']").nth(at) for at in (0, 1))
        await first.focus()
        await page.keyboard.press("ArrowDown")
        await expect(second).to_be_focused()
        await second.fill("+6")
        await page.keyboard.press("ArrowUp")
        await expect(first).to_be_focused()
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("1か所を保存しました")).to_be_visible()
        assert await office.count("SELECT sum(on_hand)::int FROM shop_stock") == 20

        await page.goto(f"{PAGES}/categories")
        for name in ("メイク", "スキンケア"):
            await page.locator("#add #f-name").fill(name)
            await page.get_by_role("button", name="追加", exact=True).click()
            await expect(page.locator(".staff-tree")).to_contain_text(name)
        up = page.get_by_role("button", name="前へ: スキンケア")
        await up.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".staff-branch").first).to_contain_text("スキンケア")
        assert await seen.faults() == []
