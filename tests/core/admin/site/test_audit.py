"""Reading the audit log."""

from __future__ import annotations

import csv
import io
import secrets

import pytest

from tests.core.accounts import Site
from tests.core.admin.site.test_settings import admin, api

pytestmark = pytest.mark.req("BX-18")


async def note(site: Site, act: str, subject: str, **detail: object) -> None:
    async with site.ctx.begin() as tx:
        await site.ctx.audit(tx, act, subject, **detail)


async def test_acts_are_told_in_words(site: Site) -> None:
    page = (await (await admin(site)).get("/admin/audit")).text
    assert "ログイン" in page
    assert "account.signed_in" not in page.replace('value="account.signed_in"', "")


async def test_search_by_act_subject_and_person(site: Site) -> None:
    word = secrets.token_hex(4)
    await note(site, "core.user.suspended", word)
    await note(site, "core.user.resumed", word)
    device = await api(site)
    found = (await device.get(f"/api/core/audit?subject={word}")).json()
    assert found["total"] == 2
    one = (await device.get(f"/api/core/audit?subject={word}&act=core.user.resumed")).json()
    assert [row["act"] for row in one["rows"]] == ["core.user.resumed"]
    assert (await device.get(f"/api/core/audit?subject={word}&act=core.user")).json()["total"] == 2
    assert (await device.get(f"/api/core/audit?subject={word}&who=nobody")).json()["total"] == 0


async def test_days_are_the_sites_own_and_inclusive(site: Site) -> None:
    word = secrets.token_hex(4)
    await note(site, "core.user.suspended", word)
    async with site.ctx.read() as tx:
        at = await tx.value("SELECT at FROM core_audit WHERE subject = $1", word)
    day = at.astimezone(site.tenant.zone).date()
    device = await api(site)
    inside = await device.get(f"/api/core/audit?subject={word}&since={day}&until={day}")
    assert inside.json()["total"] == 1
    assert (await device.get(f"/api/core/audit?subject={word}&until=2001-01-01")).json()["total"] == 0


async def test_pages_of_fifty(site: Site) -> None:
    word = secrets.token_hex(4)
    for _ in range(51):
        await note(site, "core.user.suspended", word)
    device = await api(site)
    first = (await device.get(f"/api/core/audit?subject={word}")).json()
    second = (await device.get(f"/api/core/audit?subject={word}&page=2")).json()
    assert (len(first["rows"]), len(second["rows"])) == (50, 1)
    assert not {row["id"] for row in first["rows"]} & {row["id"] for row in second["rows"]}


async def test_csv_is_for_spreadsheets_and_holds_no_formula(site: Site) -> None:
    word = secrets.token_hex(4)
    await note(site, "core.user.suspended", f"=cmd|' /C calc'!A0 {word}")
    answer = await (await admin(site)).get(f"/admin/audit/export.csv?subject={word}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "日時"
    assert rows[1][4].startswith("'=cmd")


async def test_the_button_says_until_when_all_is_well(site: Site) -> None:
    browser = await admin(site)
    answer = await browser.post("/admin/audit/verify")
    assert answer.status_code == 303
    assert "改ざんはありません" in (await browser.get("/admin/audit")).text
    verdict = (await (await api(site)).post("/api/core/audit/verify")).json()
    assert verdict["ok"] is True
    assert len(verdict["hash"]) == 64


async def test_one_sites_log_is_not_anothers(site: Site, other_site: Site) -> None:
    word = secrets.token_hex(4)
    await note(other_site, "core.user.suspended", word)
    assert (await (await api(site)).get(f"/api/core/audit?subject={word}")).json()["total"] == 0


async def test_staff_may_not_read_it(site: Site) -> None:
    staff = await site.logged_in(await site.user(roles=("shop_staff",)))
    assert (await staff.get("/admin/audit")).status_code == 403
