"""Every page of the administration of an agency and of the operators, with all plugins on that a console can have.

The browser opens what a console alone has; what every administration has, ``test_every_page`` opens. With
``NAKAMISE_FULL=1`` it opens everything here too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pytest
from playwright.async_api import Browser

from tests.e2e import test_agency, test_operator_console
from tests.e2e.crawl import crawl
from tests.e2e.demo import Demo
from tests.e2e.sample import below
from tests.e2e.second_factor import enter_code
from tests.e2e.visitor import DESKTOP, PHONE, Locale, Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.req("DF-01", "DF-03", "DF-22", "LC-0.23")]

# Off in the demo; their pages hold nothing yet.
MORE: Final = {"webhooks": "/admin/webhooks", "sso": "/admin/sso"}


@dataclass(frozen=True)
class Login:
    slug: str
    email: str
    password: str
    secret: str


AGENCY: Final = Login("agency", test_agency.EMAIL, test_agency.PASSWORD, test_agency.SECRET)
OPERATOR: Final = Login(
    "operator", test_operator_console.EMAIL, test_operator_console.PASSWORD, test_operator_console.SECRET
)


async def test_pages_of_an_agency(browser: Browser, demo: Demo) -> None:
    visitor = await _logged_in(browser, demo, AGENCY, "ja", PHONE)
    for plugin in MORE:
        await _switch(visitor, plugin, "on")
    pages = ["/admin", *MORE.values(), "/admin/webhooks/new", "/admin/sso/new"]
    visited, faults = await crawl(
        visitor, pages, re.compile("/admin"), below("/admin/agency", *MORE.values())
    )
    for plugin in MORE:
        await _switch(visitor, plugin, "off")
    assert not faults, "\n".join(faults)
    assert {"/admin/agency", "/admin/agency/log", "/admin/plugins/sso", *pages} <= set(visited)
    await visitor.leave()


async def test_pages_of_the_operators(browser: Browser, demo: Demo) -> None:
    """Plugins and their settings are the same as at an agency's."""
    visitor = await _logged_in(browser, demo, OPERATOR, "en", DESKTOP)
    visited, faults = await crawl(
        visitor, ["/admin"], re.compile("/admin(?!/plugins/)"), below("/admin/agency")
    )
    assert not faults, "\n".join(faults)
    assert {"/admin/agency/agencies", "/admin/agency/catalogue", "/admin/agency/policy"} <= set(visited)
    await visitor.leave()


async def _logged_in(
    browser: Browser, demo: Demo, login: Login, locale: Locale, size: tuple[int, int]
) -> Visitor:
    visitor = await visit(browser, demo, login.slug, locale, size=size)
    await visitor.log_in(login.email, login.password)
    await enter_code(visitor, login.secret)
    return visitor


async def _switch(visitor: Visitor, plugin: str, way: str) -> None:
    """Off asks once more."""
    await visitor.go("/admin/plugins")
    button = visitor.page.locator(f"form[action='/admin/plugins/{plugin}/{way}'] button")
    if way == "off":
        await visitor.press(button)
        button = visitor.page.locator("dialog[open] .n-btn--danger, dialog[open] .n-btn--primary").first
    await visitor.submit(button)
