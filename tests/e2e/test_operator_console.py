"""The operator's pages in English, on a phone and on a desk: agencies, the catalogue, a plan."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Browser

from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.second_factor import enter_code
from tests.e2e.visitor import DESKTOP, PHONE, visit

pytestmark = pytest.mark.browser
# As tenants/operator/tenant.toml has them for everybody.
EMAIL: Final = "operator@operator.example"
PASSWORD: Final = "demo-kanri-2026"
SECRET: Final = "KANRI2DEMO3SECRET4KEY5OPERATORAA"
PAGES: Final = ("agencies", "catalogue", "catalogue/starter", "catalogue/starter/version", "policy")


@pytest.mark.req("LC-0.23")
async def test_pages_of_the_operator(browser: Browser, demo: Demo) -> None:
    visitor = await visit(browser, demo, "operator", "en", size=DESKTOP)
    await visitor.log_in(EMAIL, PASSWORD)
    await enter_code(visitor, SECRET)
    for width, height in (DESKTOP, PHONE):
        await visitor.page.set_viewport_size({"width": width, "height": height})
        for path in PAGES:
            await visitor.go(f"/admin/agency/{path}")
            assert await examine(visitor) == []
    await visitor.leave()
