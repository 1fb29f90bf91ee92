"""A team is built: a role from a template, an invitation by mail, the new person at work, and out again."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.demo import Demo
from tests.e2e.examine import examine
from tests.e2e.visitor import DESKTOP, PHONE, Locale, Visitor, visit

pytestmark = pytest.mark.browser

PASSWORD = "quiet lantern over water"


@pytest.mark.req("LC-9.1.1", "LC-9.2.1", "LC-10.3", "LC-10.4", "AR-03", "BX-18")
@pytest.mark.parametrize(
    ("locale", "size"),
    [("ja", PHONE), pytest.param("en", DESKTOP, marks=pytest.mark.full)],
    ids=["phone-ja", "desktop-en"],
)
async def test_a_team_is_built(browser: Browser, demo: Demo, locale: Locale, size: tuple[int, int]) -> None:
    admin = await visit(browser, demo, "kanon", locale, size=size)
    await admin.log_in("admin")
    email = f"team-{secrets.token_hex(4)}@staff.example"
    faults = await _role_from_template(admin)
    faults += await _invite(admin, email)
    newcomer = await visit(browser, demo, "kanon", locale, size=PHONE)
    faults += await _join(newcomer, email)
    await newcomer.go("/admin/shop/orders")
    faults += await _suspend(admin, email)
    # No session lives, so the same page asks for a login.
    await newcomer.go("/admin/shop/orders")
    await expect(newcomer.page).to_have_url(re.compile("/login"))
    await newcomer.leave()
    await admin.leave()
    assert not faults, "\n".join(faults)


async def _role_from_template(admin: Visitor) -> list[str]:
    name = f"Packer {secrets.token_hex(3)}"
    faults = await examine(admin, await admin.go("/admin"))
    faults += await examine(admin, await admin.go("/admin/roles"))
    await admin.submit(admin.page.locator("a[href='/admin/roles/new?template=shipping']"))
    faults += await examine(admin)
    await expect(admin.page.locator("input[value='shop.orders.fulfil']")).to_be_checked()
    await expect(admin.page.locator("input[value='core.users.manage']")).not_to_be_checked()
    await admin.page.locator("#f-label").fill(name)
    await admin.submit(admin.page.locator("main form button.n-btn--primary"))
    await admin.sees(name)
    return faults


async def _invite(admin: Visitor, email: str) -> list[str]:
    faults = await examine(admin, await admin.go("/admin/staff"))
    await admin.submit(admin.page.locator("a[href='/admin/staff/invite']"))
    faults += await examine(admin)
    await admin.page.locator("#f-email").fill(email)
    await admin.press(admin.page.locator("label", has_text="Packer").last)
    await admin.submit(admin.page.locator("main form button.n-btn--primary"))
    await admin.sees(email)
    return faults


async def _join(newcomer: Visitor, email: str) -> list[str]:
    link = re.search(r"/invite/[\w-]{40,}", await newcomer.mail(email, ""))
    assert link is not None
    faults = await examine(newcomer, await newcomer.go(link[0]))
    await newcomer.page.locator("#f-display_name").fill("しおり")
    await newcomer.page.locator("#f-password").fill(PASSWORD)
    await newcomer.page.locator("#f-password_again").fill(PASSWORD)
    await newcomer.page.locator("#f-terms").check()
    await newcomer.submit(newcomer.page.locator("main form button.n-btn--primary"))
    await newcomer.sees("しおり")
    return faults


async def _suspend(admin: Visitor, email: str) -> list[str]:
    faults = await examine(admin, await admin.go(f"/admin/users?q={email}"))
    await admin.submit(admin.page.locator("tbody a", has_text="しおり"))
    faults += await examine(admin)
    await admin.press(admin.page.locator("[commandfor='people-suspend'][command='show-modal']"))
    await admin.page.locator("#f-reason").fill("Left the team")
    await admin.submit(admin.page.locator("#people-suspend form button.n-btn--danger"))
    await admin.sees("Left the team")
    faults += await examine(admin)
    return faults
