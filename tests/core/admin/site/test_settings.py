"""The settings of a site: saved, kept in a history, never overwritten unseen."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.core.accounts import Site

pytestmark = pytest.mark.req("LC-9.14.7")


async def admin(site: Site) -> httpx.AsyncClient:
    return await site.logged_in(await site.user(roles=("admin",)))


async def api(site: Site) -> httpx.AsyncClient:
    return await site.logged_in_device(await site.user(roles=("admin",)))


def form_of(page: str) -> dict[str, str]:
    """What the browser would send back, as far as these tests care."""
    version = re.search(r'name="version" value="([^"]*)"', page)
    assert version is not None
    return {
        "version": version[1],
        "locale": "ja",
        "registration": "open",
        "maintenance_notice_hours": "24",
    }


async def fresh(site: Site) -> None:
    """Every test begins at the defaults."""
    device = await api(site)
    answer = await device.put("/api/core/settings", json={})
    assert answer.status_code == 200, answer.text
    known = site.runtime.directory.by_id(site.tenant.id)
    assert known is not None
    site.tenant = known


async def test_every_setting_has_a_label_and_a_help_text(site: Site) -> None:
    page = (await (await admin(site)).get("/admin/settings")).text
    for text in ("メンテナンスモード", "単独ブランド", "送信者名", "登録"):
        assert text in page
    assert page.count('class="n-hint"') + page.count("<small>") >= 13


async def test_a_change_is_saved_and_stands_in_the_history(site: Site) -> None:
    await fresh(site)
    browser = await admin(site)
    form = form_of((await browser.get("/admin/settings")).text)
    answer = await browser.post("/admin/settings", data={**form, "mail_sender_name": "かのん堂"})
    assert answer.status_code == 303, answer.text
    page = (await browser.get("/admin/settings")).text
    assert 'value="かのん堂"' in page
    history = page[page.index('id="history"') :]
    for text in ("みか", "送信者名", "かのん堂"):
        assert text in history


async def test_two_people_at_once_lose_nothing(site: Site) -> None:
    await fresh(site)
    first, second = await admin(site), await admin(site)
    mine = form_of((await first.get("/admin/settings")).text)
    theirs = form_of((await second.get("/admin/settings")).text)
    saved = await second.post("/admin/settings", data={**theirs, "mail_sender_name": "先の人"})
    assert saved.status_code == 303
    late = await first.post("/admin/settings", data={**mine, "mail_sender_name": "後の人"})
    assert late.status_code == 409
    assert 'value="後の人"' in late.text
    assert "先の人" in late.text
    again = form_of(late.text) | {"mail_sender_name": "後の人"}
    assert (await first.post("/admin/settings", data=again)).status_code == 303


async def test_the_api_does_the_same(site: Site) -> None:
    await fresh(site)
    device = await api(site)
    version = (await device.get("/api/core/settings")).json()["version"]
    first = await device.put(
        "/api/core/settings", json={"single_brand": True}, headers={"If-Match": f'"{version}"'}
    )
    assert first.status_code == 200
    assert first.json()["settings"]["single_brand"] is True
    late = await device.put("/api/core/settings", json={}, headers={"If-Match": f'"{version}"'})
    assert late.status_code == 409
    assert late.json()["code"] == "changed_meanwhile"
    [newest, *_] = (await device.get("/api/core/settings/history")).json()
    assert newest["changes"] == {"single_brand": {"before": False, "after": True}}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"mail_sender_address": "no address"}, "mail_sender_address"),
        ({"maintenance_notice_hours": 5000}, "maintenance_notice_hours"),
        ({"maintenance_from": "2026-13-01T00:00"}, "maintenance_from"),
        (
            {"maintenance_from": "2026-12-02T00:00", "maintenance_until": "2026-12-01T00:00"},
            "maintenance_until",
        ),
        ({"maintenance": True, "maintenance_until": "2020-01-01T00:00"}, "maintenance_until"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    site: Site, given: dict[str, object], field: str
) -> None:
    answer = await (await api(site)).put("/api/core/settings", json=given)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


async def test_others_may_not(site: Site) -> None:
    staff = await site.logged_in(await site.user(roles=("shop_staff",)))
    assert (await staff.get("/admin/settings")).status_code == 403
    assert (await site.device().get("/api/core/settings")).status_code == 401


async def test_registration_can_be_for_invited_people_only(site: Site) -> None:
    device = await api(site)
    assert (await device.put("/api/core/settings", json={"registration": "invited"})).status_code == 200
    guest = site.browser()
    assert (await guest.get("/register")).status_code == 403
    form = {"display_name": "新人", "email": "new@example.com", "password": "a long pass 2026", "terms": "1"}
    form["password_again"] = form["password"]
    assert (await guest.post("/register", data=form)).status_code == 403
    assert 'href="/register"' not in (await guest.get("/")).text
    await fresh(site)
    assert (await guest.get("/register")).status_code == 200


async def test_staff_can_be_made_to_use_a_second_factor(site: Site) -> None:
    device, staff = await api(site), await admin(site)
    buyer = await site.logged_in(await site.user())
    assert (await device.put("/api/core/settings", json={"require_staff_mfa": True})).status_code == 200
    refused = await device.get("/api/core/settings")
    assert refused.status_code == 403
    assert refused.json()["code"] == "mfa_required"
    assert (await staff.get("/admin/settings")).status_code in (303, 403)
    assert (await buyer.get("/account")).status_code == 200
    async with site.ctx.begin() as tx:
        await tx.execute("UPDATE core_session SET mfa_at = now()")
    await fresh_by(device)
    assert (await staff.get("/admin/settings")).status_code == 200


async def fresh_by(device: httpx.AsyncClient) -> None:
    assert (await device.put("/api/core/settings", json={})).status_code == 200
