"""Windows of Chromium with a fake camera, on a phone and on a desktop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page

from nakamise.testing.chromium import cookies_of
from nakamise.testing.people import Person
from tests.axe import axe_faults

PHONE = (390, 844)
DESKTOP = (1280, 800)
# Half of a colour's change has half of its contrast; a head that stays lies on what was scrolled below it.
_AT_REST = """scrollTo({top: 0, behavior: "instant"}), Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished))"""


@dataclass
class Window:
    """``said``: errors of its console, without the refusals that a broadcast without a picture gets."""

    page: Page
    said: list[str] = field(default_factory=list)

    async def faults(self) -> list[str]:
        """What axe finds, sideways scrolling down to 320 px, and what the console said."""
        await self.page.evaluate(_AT_REST)
        return [*await axe_faults(self.page), *await self._sideways(), *self.said]

    async def _sideways(self) -> list[str]:
        size = self.page.viewport_size
        assert size is not None
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        faults = []
        for width in {size["width"], min(size["width"], 320)} if size["width"] < 600 else {size["width"]}:
            await self.page.set_viewport_size({"width": width, "height": size["height"]})
            if (more := await self.page.evaluate(wide)) > 0:
                faults.append(f"{more} px too wide at {width} px")
        await self.page.set_viewport_size(size)
        return faults

    async def do(self, method: str, path: str, body: object = None) -> None:
        """One of the acts of the plugin's pages, by a script of the page that is open."""
        script = """async ([method, path, body]) => (await fetch(`/livestream/do${path}`, {method,
            headers: {"content-type": "application/json", accept: "application/json"},
            ...(body === null ? {} : {body: JSON.stringify(body)})})).status"""
        status = await self.page.evaluate(script, [method, path, body])
        assert status < 300, (method, path, status)


@asynccontextmanager
async def window(
    chromium: Browser, base: str, size: tuple[int, int], person: Person | None = None
) -> AsyncIterator[Window]:
    context = await chromium.new_context(
        locale="ja-JP",
        viewport={"width": size[0], "height": size[1]},
        base_url=base,
        timezone_id="Asia/Tokyo",
    )
    context.set_default_timeout(15_000)
    if person is not None:
        await context.add_cookies(cookies_of(person))
    made = Window(await context.new_page())
    made.page.on(
        "console",
        lambda line: (
            made.said.append(line.text)
            if line.type == "error" and "Failed to load" not in line.text
            else None
        ),
    )
    made.page.on("pageerror", lambda error: made.said.append(f"error: {error}"))
    yield made
    await context.close()
