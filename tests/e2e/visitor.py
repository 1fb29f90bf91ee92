"""A person with a browser: goes to pages, presses things, and hears everything that goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.e2e.demo import PASSWORDS, Demo

Locale = Literal["ja", "en"]
PHONE: Final = (390, 844)
DESKTOP: Final = (1280, 900)
_LANGUAGES: Final = {"ja": "ja-JP", "en": "en-US"}


@dataclass
class Visitor:
    """``said`` lists what a visitor must never see: console errors, failed requests, answers from 400 up."""

    demo: Demo
    slug: str
    locale: Locale
    page: Page
    has_touch: bool
    said: list[str] = field(default_factory=list)

    async def go(self, path: str) -> Response:
        answer = await self.page.goto(self.demo.url(self.slug, path))
        assert answer is not None
        return answer

    async def press(self, target: Locator) -> None:
        """With a finger on a phone."""
        await (target.tap() if self.has_touch else target.click())

    async def submit(self, target: Locator) -> None:
        """Press a button that leads to another page, and wait for that."""
        async with self.page.expect_navigation():
            await self.press(target)

    async def log_in(self, who: str, password: str = "") -> None:
        """``who``: an address, or the part before the @ of one of the demo's."""
        email = who if "@" in who else f"{who}@{self.slug}.example"
        if "/login" not in self.page.url:
            await self.go("/login")
        await self.page.locator("#f-email").fill(email)
        await self.page.locator("#f-password").fill(password or PASSWORDS[self.slug])
        await self.submit(self.page.locator("form[action='/login'] button.n-btn--primary"))

    async def sees(self, *texts: str) -> None:
        for text in texts:
            await expect(self.page.locator("body")).to_contain_text(text)

    async def mail(self, recipient: str, *subject: str) -> str:
        """The plain text of the newest mail with all these words in its subject, as soon as it was sent."""
        row = self.page.locator("main a")
        for text in subject:
            row = row.filter(has_text=text)
        for _ in range(40):
            await self.go(f"/dev/mail?to={recipient}")
            if await row.count():
                await self.submit(row.first)
                return str(await self.page.locator("pre").text_content())
            await self.page.wait_for_timeout(250)
        raise AssertionError(f"no mail {subject} to {recipient}")

    async def leave(self) -> None:
        """Nothing went wrong on the way."""
        await self.page.context.close()
        assert not self.said, "\n".join(self.said)


async def visit(
    browser: Browser,
    demo: Demo,
    slug: str,
    locale: Locale,
    *,
    size: tuple[int, int] = PHONE,
    scheme: Literal["light", "dark"] | None = None,
) -> Visitor:
    """A browser of its own. Phones have a touch screen and no mouse. ``scheme`` None: as the tenant has it."""
    width, height = size
    has_touch = width < 1024
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=has_touch,
        is_mobile=has_touch,
        locale=_LANGUAGES[locale],
        timezone_id="Asia/Tokyo",
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    if scheme is not None:
        await context.add_cookies([{"name": "scheme", "value": scheme, "url": demo.url(slug)}])
    visitor = Visitor(demo, slug, locale, await context.new_page(), has_touch)
    _listen(visitor)
    return visitor


def _listen(visitor: Visitor) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.said.append(f"console: {message.text}")

    def on_failure(request: Request) -> None:
        # The browser itself gives up pictures when the page changes under them.
        if request.failure != "net::ERR_ABORTED":
            visitor.said.append(f"failed: {request.url} {request.failure}")

    def on_response(answer: Response) -> None:
        if answer.status >= 400:
            visitor.said.append(f"{answer.status}: {answer.url}")

    visitor.page.on("console", on_console)
    visitor.page.on("requestfailed", on_failure)
    visitor.page.on("response", on_response)
    visitor.page.on("pageerror", lambda error: visitor.said.append(f"script: {error}"))
