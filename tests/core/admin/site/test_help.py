"""Help for each role, linked from the screens; what a plugin adds is told before it is switched on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nakamise
from nakamise.admin.site.help_pages import CORE, sections
from tests.core.accounts import Site
from tests.core.admin.site.test_settings import admin, api

TEMPLATES = Path(nakamise.__file__).parent / "ui" / "templates"


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
    for japanese in (CORE / "help" / "ja").glob("*.md"):
        english = CORE / "help" / "en" / japanese.name
        anchors = [section.anchor for section in sections(japanese.read_text(encoding="utf-8"))]
        assert anchors, japanese
        assert [section.anchor for section in sections(english.read_text(encoding="utf-8"))] == anchors


@pytest.mark.req("LC-0.33")
async def test_every_link_to_the_help_leads_to_a_section() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (CORE / "help" / "ja").glob("*.md")]
    known = {section.anchor for text in texts for section in sections(text)}
    linked = {
        anchor
        for template in TEMPLATES.rglob("*.html")
        for anchor in re.findall(r"/help#([a-z-]+)", template.read_text(encoding="utf-8"))
    }
    assert linked
    assert linked <= known


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
