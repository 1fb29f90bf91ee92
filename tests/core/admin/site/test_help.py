"""Help for each role, linked from the screens; what a plugin adds is told before it is switched on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nakamise
from nakamise.admin.site.help_pages import sections
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant
from tests.core.accounts import Site
from tests.core.admin.site.test_settings import admin, api

PLUGINS = Path(__file__).parents[4] / "plugins"


@pytest.mark.req("LC-0.33")
async def test_each_role_reads_its_own(site: Site) -> None:
    guest = (await site.browser().get("/help")).text
    operator = (await (await admin(site)).get("/help")).text
    staff = (await (await site.logged_in(await site.user(roles=("shop_staff",)))).get("/help")).text
    assert "アカウント" in guest
    assert "監査ログ" not in guest
    assert "管理画面" in staff
    assert 'id="audit"' not in staff
    assert 'id="audit"' in operator
    assert "△" in operator


@pytest.mark.req("LC-0.33")
async def test_both_languages_have_the_same_sections() -> None:
    places = [Path(nakamise.__file__).parent, *PLUGINS.glob("*/nakamise_*")]
    for japanese in [file for place in places for file in (place / "help" / "ja").glob("*.md")]:
        english = japanese.parents[1] / "en" / japanese.name
        anchors = [section.anchor for section in sections(japanese.read_text(encoding="utf-8"))]
        assert anchors, japanese
        assert [section.anchor for section in sections(english.read_text(encoding="utf-8"))] == anchors


@pytest.mark.req("LC-0.33")
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_screen_of_the_administration_links_to_its_section(
    make_tenant: MakeTenant, as_admin: As, language: str
) -> None:
    person = await as_admin(await make_tenant(plugins=("shop", "payments", "sso", "webhooks")), mfa=True)
    person.client.headers["Accept-Language"] = language
    dashboard = (await person.client.get("/admin")).text
    menu = re.search(r'id="n-side".*?</nav>', dashboard, re.DOTALL)
    assert menu is not None
    screens: list[str] = re.findall(r'href="(/admin[^"]*)"', menu[0])
    assert {"/admin", "/admin/users", "/admin/plan", "/admin/shop/orders", "/admin/payments"} <= {*screens}
    assert {"/admin/sso", "/admin/webhooks"} <= {*screens}
    manual = (await person.client.get("/help")).text
    anchors = set()
    for screen in screens:
        found = re.search(r'href="/help#([a-z-]+)"', (await person.client.get(screen)).text)
        assert found is not None, screen
        assert f'id="{found[1]}"' in manual, screen
        anchors.add(found[1])
    assert len(anchors) == len(screens), "a section of its own for each"


@pytest.mark.req("LC-0.33")
async def test_who_reads_the_log_only_reads_about_the_log(site: Site) -> None:
    async with site.ctx.begin() as tx:
        await tx.execute("INSERT INTO core_role (id, label, is_preset) VALUES ('auditor', 'Auditor', false)")
        await tx.execute(
            "INSERT INTO core_role_permission (role_id, permission, is_granted)"
            " VALUES ('auditor', 'core.audit.read', true)"
        )
    browser = await site.logged_in(await site.user(roles=("auditor",)))
    page = (await browser.get("/help")).text
    assert 'id="audit"' in page
    assert 'id="settings"' not in page


@pytest.mark.req("LC-0.33")
async def test_the_api_gives_the_same_sections(site: Site) -> None:
    found = (await (await api(site)).get("/api/core/help")).json()
    assert {"settings", "audit", "legal"} <= {section["anchor"] for section in found}


async def test_what_a_plugin_adds_is_told_before_it_is_on(site: Site) -> None:
    page = (await (await admin(site)).get("/admin/plugins/shop")).text
    for text in ("追加されるもの", "権限", "個人データ", "オンにする"):
        assert text in page
    about = (await (await api(site)).get("/api/core/plugins/shop")).json()
    assert about["plugin"]["is_on"] is False
    shop = site.runtime.host.manifest("shop")
    assert about["personal_data"] is (shop.privacy is not None)
    assert {right["id"] for right in about["rights"]} >= {"shop.orders.read"}
    assert (await (await admin(site)).get("/admin/plugins/nosuch")).status_code == 404


@pytest.mark.req("LC-0.33")
@pytest.mark.parametrize("plugin_id", ["agency", "payments", "shop", "sso", "webhooks"])
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_entry_that_a_plugin_adds_to_the_menu_is_explained(
    site: Site, plugin_id: str, language: str
) -> None:
    plugin = site.runtime.host.plugin(plugin_id)
    assert plugin.folder is not None
    files = (plugin.folder / "help" / language).glob("*.md")
    explained = {
        path for file in files for section in sections(file.read_text("utf-8")) for path in section.paths
    }
    assert {item.path for item in plugin.manifest.nav if item.area == "admin"} == explained
