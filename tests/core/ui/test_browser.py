"""The style guide in a real Chromium: behaviour of the modules, accessibility, no errors, with and without scripts.

The browser's requests are answered from the renderer and the asset store, under the policy that the site sends.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from nakamise.ui.renderer import Renderer
from nakamise.ui.styleguide import sample_data
from nakamise.ui.theme import Brand
from nakamise.ui.views import NavLink, Shell, UserView
from tests.axe import axe_faults

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
ORIGIN = "http://kanon.localhost"
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-n'; style-src 'self' 'nonce-n'; img-src 'self' data: blob:;"
    " form-action 'self'; base-uri 'none'"
)
BRANDS = {
    "kanon": Brand(
        name="花音", brand="#c2345a", accent="#b98a3e", scheme="light", radius=18, display="serif"
    ),
    "gear": Brand(name="GEAR", brand="#bef51e", accent="#35d6ff", scheme="dark", radius=4, uppercase=True),
}

FRAGMENT = (
    '<dialog class="n-dialog" aria-label="buy" data-auto-open><button data-close>close</button></dialog>'
)


class Site:
    """Answers a browser: `/?brand=&locale=&scheme=` is the style guide; POSTs are remembered."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.posts: list[dict[str, list[str]]] = []

    async def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if route.request.method == "POST":
            self.posts.append(parse_qs(route.request.post_data or ""))
            await route.fulfill(status=204)
        elif url.path.startswith("/assets/"):
            await self._asset(route, url.path)
        elif url.path == "/fragment":
            headers = {"content-type": "text/html", "hx-trigger": json.dumps({"toast": "追加しました"})}
            await route.fulfill(body=FRAGMENT, headers=headers)
        else:
            headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
            await route.fulfill(body=self.page(parse_qs(url.query)), headers=headers)

    async def _asset(self, route: Route, path: str) -> None:
        _, _, owner, digest, name = path.split("/", 4)
        found = self.renderer.assets.find(owner, digest, name)
        if found is None:
            await route.fulfill(status=404)
        else:
            await route.fulfill(body=found[0].body, headers={"content-type": found[0].media_type})

    def page(self, query: dict[str, list[str]]) -> str:
        brand = BRANDS[query.get("brand", ["kanon"])[0]]
        scheme: Any = query.get("scheme", [brand.scheme])[0]
        shell = Shell(
            brand=brand,
            brand_name=brand.name,
            nonce="n",
            locale=query.get("locale", ["ja"])[0],
            scheme=scheme,
            user=UserView("1", "佐藤 美咲"),
            nav=[NavLink("新着", "/", current=True), NavLink("ライブ", "/live")],
            tabs=[
                NavLink("ホーム", "/", "house", current=True),
                NavLink("カート", "/cart", "shopping-bag", count=2),
            ],
            search_url="/search",
        )
        return self.renderer.render(
            "core/styleguide.html", shell, sample_data(brand, self.renderer.assets.url)
        )


@pytest.fixture
def site(core_renderer: Renderer) -> Site:
    return Site(core_renderer)


async def open_page(
    browser: Browser,
    site: Site,
    query: str = "",
    *,
    width: int = 1280,
    scripts: bool = True,
    bypass_csp: bool = False,
) -> tuple[Page, list[str]]:
    context = await browser.new_context(
        viewport={"width": width, "height": 844},
        reduced_motion="reduce",
        java_script_enabled=scripts,
        bypass_csp=bypass_csp,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = await context.new_page()
    problems: list[str] = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.route("**/*", site.answer)
    await page.goto(f"{ORIGIN}/{query}", wait_until="networkidle")
    return page, problems


@pytest.mark.req("DF-12")
@pytest.mark.parametrize("width", [320, pytest.param(390, marks=pytest.mark.full), 1280])
@pytest.mark.parametrize("brand", ["kanon", "gear"])
async def test_no_error_and_no_overflow(browser: Browser, site: Site, brand: str, width: int) -> None:
    page, problems = await open_page(browser, site, f"?brand={brand}", width=width)
    assert problems == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await page.context.close()


@pytest.mark.parametrize(
    ("brand", "locale", "scheme", "width"),
    [
        ("kanon", "ja", "light", 390),
        ("kanon", "en", "dark", 1280),
        ("gear", "ja", "light", 1280),
        ("gear", "en", "dark", 390),
    ],
)
async def test_axe_finds_nothing(
    browser: Browser, site: Site, brand: str, locale: str, scheme: Literal["light", "dark"], width: int
) -> None:
    query = f"?brand={brand}&locale={locale}&scheme={scheme}"
    page, _ = await open_page(browser, site, query, width=width, bypass_csp=True)
    assert await axe_faults(page) == []
    await page.context.close()


async def test_a_dialog_opens_closes_and_gives_the_focus_back(browser: Browser, site: Site) -> None:
    page, problems = await open_page(browser, site)
    opener = page.get_by_role("button", name="ダイアログを開く")
    await opener.press("Enter")
    dialog = page.get_by_role("dialog", name="お届け先を変更")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="キャンセル").click()
    await expect(dialog).to_be_hidden()
    await expect(opener).to_be_focused()
    await opener.press("Enter")
    await page.mouse.click(5, 5)
    await expect(dialog).to_be_hidden()
    assert problems == []
    await page.context.close()


async def test_a_question_comes_before_the_form_is_sent(browser: Browser, site: Site) -> None:
    page, problems = await open_page(browser, site)
    await page.evaluate("document.querySelector('form[data-confirm]').method = 'post'")
    button = page.get_by_role("button", name="確認してから実行")
    question = page.get_by_role("dialog", name="ご確認ください")
    await button.click()
    await expect(question).to_contain_text("このお届け先を削除しますか？")
    await question.get_by_role("button", name="戻る").click()
    await button.click()
    await page.keyboard.press("Escape")
    assert site.posts == []
    await button.click()
    await question.get_by_role("button", name="削除").click()
    await expect(question).to_be_hidden()
    await page.wait_for_timeout(100)
    assert len(site.posts) == 1
    assert problems == []
    await page.context.close()


async def test_a_second_click_sends_nothing(browser: Browser, site: Site) -> None:
    page, _ = await open_page(browser, site)
    await page.evaluate(
        """() => {
          const form = document.createElement("form");
          form.method = "post";
          form.innerHTML = '<button id="pay" name="go" value="1">pay</button>';
          document.querySelector("main").prepend(form);
        }"""
    )
    await page.evaluate(
        "() => { const b = document.getElementById('pay'); b.click(); b.click(); b.click(); }"
    )
    await page.wait_for_timeout(200)
    assert len(site.posts) == 1
    await expect(page.locator("#pay")).to_have_attribute("aria-busy", "true")
    await page.context.close()


async def test_the_scheme_changes_at_once_and_is_saved(browser: Browser, site: Site) -> None:
    page, problems = await open_page(browser, site, width=390)
    before = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.get_by_role("contentinfo").get_by_role("button", name="ダーク").click()
    await page.wait_for_timeout(100)
    after = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    assert site.posts == [{"next": ["/"], "scheme": ["dark"]}]
    assert problems == []
    await page.context.close()


async def test_small_helpers_of_fields(browser: Browser, site: Site) -> None:
    page, problems = await open_page(browser, site)
    password = page.locator("#f-password")
    await page.get_by_role("button", name="パスワードを表示").click()
    await expect(password).to_have_attribute("type", "text")
    quantity = page.locator("input[name=quantity]")
    await page.locator(".n-stepper", has=quantity).get_by_role("button", name="増やす").click()
    await expect(quantity).to_have_value("2")
    await page.get_by_role("button", name="コピー", exact=True).click()
    await expect(page.locator(".n-toast")).to_have_text("コピーしました。")
    assert await page.evaluate("navigator.clipboard.readText()") == "LC-20261120-0012"
    await page.locator("#f-photo").set_input_files(ROOT / "core/nakamise/ui/static/img/sample-1.svg")
    await expect(page.locator("[data-drop-files] img")).to_have_attribute("alt", "sample-1.svg")
    assert problems == []
    await page.context.close()


async def test_a_code_takes_full_width_digits_and_sends_itself(browser: Browser, site: Site) -> None:
    page, _ = await open_page(browser, site)
    await page.evaluate(
        """() => {
          const code = document.getElementById("f-code");
          code.toggleAttribute("data-otp", true);
          const form = document.createElement("form");
          form.method = "post";
          code.replaceWith(form);
          form.append(code);
        }"""
    )
    await page.locator("#f-code").press_sequentially("１２-3456")
    await page.wait_for_timeout(100)
    assert site.posts == [{"code": ["123456"]}]
    await page.context.close()


async def test_menus_close_by_escape_and_by_a_click_elsewhere(browser: Browser, site: Site) -> None:
    page, problems = await open_page(browser, site)
    summary = page.locator("summary[aria-label^='アカウント']")
    entry = page.get_by_role("button", name="ログアウト")
    await summary.click()
    await expect(entry).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(entry).to_be_hidden()
    await expect(summary).to_be_focused()
    await summary.click()
    await page.get_by_role("heading", name="スタイルガイド").click()
    await expect(entry).to_be_hidden()
    assert problems == []
    await page.context.close()


async def test_the_gallery_follows_its_thumbnails(browser: Browser, site: Site) -> None:
    page, _ = await open_page(browser, site)
    await page.get_by_role("link", name="画像 3").click()
    await expect(page.locator("#gallery-3")).to_be_in_viewport(ratio=0.3)
    await expect(page.get_by_role("link", name="画像 3")).to_have_attribute("aria-current", "true")
    assert page.url == f"{ORIGIN}/"
    await page.context.close()


async def test_without_scripts_forms_and_menus_still_work(browser: Browser, site: Site) -> None:
    page, _ = await open_page(browser, site, width=390, scripts=False)
    await page.get_by_role("button", name="メニュー").click()
    await expect(page.get_by_role("navigation", name="メニュー")).to_be_visible()
    await page.get_by_role("navigation", name="メニュー").get_by_role("button", name="English").click()
    await page.wait_for_timeout(100)
    assert site.posts == [{"next": ["/"], "locale": ["en"]}]
    await page.context.close()


async def test_a_fragment_may_bring_a_dialog_and_a_toast(browser: Browser, site: Site) -> None:
    page, problems = await open_page(browser, site)
    await page.wait_for_function("window.htmx")
    await page.evaluate(
        """() => {
          const button = document.createElement("button");
          button.id = "fetch";
          button.setAttribute("hx-get", "/fragment");
          button.setAttribute("hx-target", "#sheet");
          document.querySelector("main").prepend(button);
          htmx.process(button);
        }"""
    )
    await page.evaluate("document.getElementById('fetch').click()")
    dialog = page.get_by_role("dialog", name="buy")
    await expect(dialog).to_be_visible()
    await expect(page.locator(".n-toast")).to_have_text("追加しました")
    await expect(page.locator(".n-toast")).to_be_visible()
    await dialog.get_by_role("button", name="close").click()
    await expect(dialog).to_be_hidden()
    assert problems == []
    await page.context.close()
