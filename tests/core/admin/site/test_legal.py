"""Legal texts: drafts, versions, differences, and agreement to what changed."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import pytest

from tests.core.accounts import Site
from tests.core.admin.site.test_settings import admin, api

pytestmark = pytest.mark.req("LC-1.2.5")


async def publish(site: Site, slug: str, body: str, *, needs_consent: bool = False) -> int:
    site.clock.advance(timedelta(seconds=1))
    device = await api(site)
    begun = await device.get(f"/api/core/legal/{slug}/ja/draft")
    revision = begun.json()["revision"] if begun.status_code == 200 else 0
    text = {"title": "利用規約", "body": body, "revision": revision}
    saved = await device.put(f"/api/core/legal/{slug}/ja/draft", json=text)
    assert saved.status_code == 204, saved.text
    answer = await device.post(f"/api/core/legal/{slug}/publish", json={"needs_consent": needs_consent})
    assert answer.status_code == 200, answer.text
    fresh = site.runtime.directory.by_id(site.tenant.id)
    assert fresh is not None
    site.tenant = fresh
    return int(answer.json()["version"])


def new_slug() -> str:
    return f"text-{secrets.token_hex(4)}"


async def test_a_draft_is_not_public(site: Site) -> None:
    slug = new_slug()
    text = {"title": "特商法", "body": "まだ秘密", "revision": 0}
    saved = await (await api(site)).put(f"/api/core/legal/{slug}/ja/draft", json=text)
    assert saved.status_code == 204
    assert (await site.browser().get(f"/pages/{slug}")).status_code == 404


async def test_every_version_stays_readable_with_its_date(site: Site) -> None:
    slug = new_slug()
    first = await publish(site, slug, "送料は 500 円です。")
    second = await publish(site, slug, "送料は 700 円です。")
    assert second == first + 1
    now = (await site.browser().get(f"/pages/{slug}")).text
    assert "700 円" in now
    assert "2026" in now
    old = (await site.browser().get(f"/pages/{slug}?version={first}")).text
    assert "500 円" in old
    assert "過去の版" in old
    assert (await site.browser().get(f"/pages/{slug}?version=99")).status_code == 404


async def test_differences_are_shown_line_by_line(site: Site) -> None:
    slug = new_slug()
    first = await publish(site, slug, "同じ行\n送料は 500 円です。")
    second = await publish(site, slug, "同じ行\n送料は 700 円です。")
    page = (await (await admin(site)).get(f"/admin/legal/{slug}/diff?old={first}&new={second}")).text
    assert "<del>送料は 500 円です。</del>" in page
    assert "<ins>送料は 700 円です。</ins>" in page
    assert "<p>同じ行</p>" in page


async def test_a_preview_saves_nothing_and_runs_no_html(site: Site) -> None:
    slug, browser = new_slug(), await admin(site)
    typed = {"title": "試し", "body": "**太字** <script>alert(1)</script>", "act": "preview"}
    page = (await browser.post(f"/admin/legal/{slug}", data=typed)).text
    assert "<strong>太字</strong>" in page
    assert "<script>alert(1)" not in page
    assert (await (await api(site)).get(f"/api/core/legal/{slug}/ja/draft")).status_code == 404


async def test_two_editors_at_once_lose_nothing(site: Site) -> None:
    slug, browser = new_slug(), await admin(site)
    first = {"title": "題", "body": "先に書いた文章", "revision": "0"}
    await browser.post(f"/admin/legal/{slug}", data=first)
    answer = await browser.post(f"/admin/legal/{slug}", data={**first, "body": "後から書いた文章"})
    assert answer.status_code == 409
    assert "先に書いた文章" in answer.text
    assert "後から書いた文章" in answer.text
    revision = re.search(r'name="revision" value="(\d+)"', answer.text)
    assert revision is not None
    again = {"title": "題", "body": "後から書いた文章", "revision": revision[1]}
    assert (await browser.post(f"/admin/legal/{slug}", data=again)).status_code == 303


async def test_publishing_nothing_is_refused(site: Site) -> None:
    assert (await (await api(site)).post(f"/api/core/legal/{new_slug()}/publish", json={})).status_code == 404


async def test_users_must_agree_to_a_version_that_asks_for_it(site: Site) -> None:
    buyer = await site.user()
    browser, device = await site.logged_in(buyer), await site.logged_in_device(buyer)
    version = await publish(site, "terms", f"新しい規約 {secrets.token_hex(4)}", needs_consent=True)
    stopped = await browser.get("/account/profile?a=1")
    assert stopped.status_code == 303
    assert stopped.headers["location"] == "/consent?next=/account/profile%3Fa%3D1"
    refused = await device.get("/api/account")
    assert refused.status_code == 403
    assert refused.json()["code"] == "consent_required"
    assert refused.json()["documents"] == {"terms": version}
    shown = (await browser.get(stopped.headers["location"])).text
    assert "利用規約" in shown
    assert (await browser.get("/pages/terms")).status_code == 200
    unticked = await browser.post("/consent", data={"next": "/account", "version_terms": str(version)})
    assert unticked.status_code == 422
    given = {"next": "/account/profile?a=1", "version_terms": str(version), "agreed": "1"}
    on = await browser.post("/consent", data=given)
    assert on.headers["location"] == "/account/profile?a=1"
    assert (await browser.get("/account/profile")).status_code == 200
    assert (await device.get("/api/account")).status_code == 200
    async with site.ctx.read() as tx:
        rows = await tx.value(
            "SELECT count(*) FROM core_consent WHERE user_id = $1 AND slug = 'terms' AND version = $2",
            buyer.id,
            version,
        )
    assert rows == 1


async def test_the_api_can_agree_too(site: Site) -> None:
    device = await site.logged_in_device(await site.user())
    version = await publish(site, "privacy", f"新しい方針 {secrets.token_hex(4)}", needs_consent=True)
    asked = (await device.get("/api/core/consents")).json()
    assert {"privacy": version}.items() <= {one["slug"]: one["version"] for one in asked}.items()
    old = await device.post("/api/core/consents", json={"documents": {"privacy": version - 1}})
    assert old.status_code == 409
    every = {one["slug"]: one["version"] for one in asked}
    assert (await device.post("/api/core/consents", json={"documents": every})).status_code == 204
    assert (await device.get("/api/account")).status_code == 200


async def test_who_registers_afterwards_is_not_asked(site: Site) -> None:
    await publish(site, "terms", f"規約 {secrets.token_hex(4)}", needs_consent=True)
    browser = await site.logged_in(await site.user())
    assert (await browser.get("/account")).status_code == 200


async def test_another_site_asks_nobody(site: Site, other_site: Site) -> None:
    neighbour = await other_site.logged_in(await other_site.user())
    await publish(site, "terms", f"規約 {secrets.token_hex(4)}", needs_consent=True)
    assert (await neighbour.get("/account")).status_code == 200


async def test_only_what_registering_agrees_to_can_be_asked_for(site: Site) -> None:
    slug = new_slug()
    device = await api(site)
    await device.put(f"/api/core/legal/{slug}/ja/draft", json={"title": "題", "body": "文"})
    answer = await device.post(f"/api/core/legal/{slug}/publish", json={"needs_consent": True})
    assert answer.status_code == 422
