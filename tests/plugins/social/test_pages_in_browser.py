"""Profile, lists and notifications in Chromium, on a phone and on a desktop, light and dark."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from nakamise.testing.fixtures import Drain
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import Stage, ok, on_air
from tests.plugins.livestream.test_pages_in_browser import OpenWindow, open_window
from tests.plugins.social.acts import broadcaster_id, follow

__all__ = ["open_window"]  # a fixture
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.full)])
@pytest.mark.req("LC-2.4.1", "LC-2.4.3", "LC-6.4.1", "LC-6.7.1", "LC-7.5.1")
async def test_pages(
    stage: Stage, presenter: Person, drain: Drain, open_window: OpenWindow, scheme: str
) -> None:
    viewer = await stage.person("視聴者")
    await ok(await follow(viewer, presenter))
    await on_air(presenter)
    await drain(stage.tenant)
    id_ = await broadcaster_id(presenter)
    theirs = ["/social/following", "/social/notifications", f"/social/{id_}"]
    for person, paths in ((viewer, theirs), (presenter, ["/social/followers", "/livestream/apply"])):
        window = await open_window(person, scheme)
        for path in paths:
            await window.page.goto(path)
            assert await window.faults() == [], path


async def test_the_button_changes_in_place(stage: Stage, presenter: Person, open_window: OpenWindow) -> None:
    viewer = await stage.person("視聴者")
    window = await open_window(viewer)
    await window.page.goto(f"/social/{await broadcaster_id(presenter)}")
    await window.page.evaluate("window.stays = true")
    await window.page.get_by_role("button", name="フォローする").click()
    await expect(window.page.get_by_role("button", name="フォロー中")).to_be_visible()
    await expect(window.page.locator(".social-follow")).to_contain_text("フォロワー 1")
    assert await window.page.evaluate("window.stays") is True
    assert await window.faults() == []
