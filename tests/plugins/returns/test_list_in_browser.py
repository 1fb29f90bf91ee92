"""The staff's list of returns as it is seen."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from nakamise.testing.fixtures import ClientFor
from nakamise.testing.live import LiveServer
from nakamise.testing.people import sign_in
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window
from tests.plugins.returns.counter import Counter

INSET = """() => {
  const tabs = document.querySelector('main .n-tabs');
  return tabs.querySelector('a').getBoundingClientRect().left - tabs.closest('.n-card').getBoundingClientRect().left;
}"""


@pytest.mark.browser
async def test_the_tabs_keep_off_the_edge_of_their_card(
    desk: Counter, client: ClientFor, live_server: LiveServer, browser: Browser
) -> None:
    stall = desk.stall
    person = await sign_in(stall.ctx, client(stall.tenant), ["shop_staff"], "店員")
    for size in (PHONE, DESKTOP):
        async with window(browser, live_server.url(stall.tenant), size, person) as staff:
            await staff.page.goto("/admin/returns")
            assert await staff.page.evaluate(INSET) >= 16
            assert await staff.faults() == []
