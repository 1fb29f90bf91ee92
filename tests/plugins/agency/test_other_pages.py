"""Brand, domains, plan, log; who may not; and the same as JSON."""

from __future__ import annotations

import html
import io
import re
import uuid

import asyncpg
import pytest
from PIL import Image

from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import Drain
from tests.plugins.agency.office import CONSOLE, Office, words_of

PATHS = (
    "",
    "/brand",
    "/brand/preview",
    "/brand/notes",
    "/domains",
    "/plan",
    "/log",
    "/log.csv",
    "/created",
    "/export",
)
ACTS = (
    "/brand",
    "/brand/pictures/logo",
    "/domains",
    "/domains/verify",
    "/domains/canonical",
    "/domains/remove",
    "/plan",
    "/export",
    "/suspend",
    "/resume",
    "/impersonate",
    "/delete",
    "/cancel-delete",
)
FORM = {
    "brand": "#0a6b5e",
    "accent": "#c2410c",
    "name": "花と器",
    "host": "shop.example.jp",
    "plan": "standard",
    "reason": "x",
    "confirm_slug": "x",
    "remove": "1",
}


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 120), "#0a6b5e").save(out, "PNG")
    return out.getvalue()


@pytest.mark.req("LC-0.28")
async def test_brand_is_saved_and_shown_on_the_site(office: Office) -> None:
    made = (await office.site()).summary
    fields = {**{k: FORM[k] for k in ("brand", "accent", "name")}, "tagline": "四季を飾る", "tint": "80"}
    answer = await office.post(f"/tenants/{made.id}/brand", **fields, radius="4", scheme="dark")
    assert answer.status_code == 303, answer.text
    look = (await office.plane.tenant(made.id)).brand
    assert (look.brand, look.radius, look.scheme, look.tint) == ("#0a6b5e", 4, "dark", 0.8)


@pytest.mark.req("LC-0.28")
async def test_preview_shows_what_is_not_saved_and_may_be_framed_here_only(office: Office) -> None:
    made = (await office.site()).summary
    path = f"/tenants/{made.id}/brand"
    answer = await office.get(f"{path}/preview?brand=%230a6b5e&tagline=まだ保存していない&radius=3&name=")
    assert "まだ保存していない" in words_of(answer)
    assert "--radius:3px" in answer.text
    assert made.name in answer.text
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert (await office.plane.tenant(made.id)).brand.tagline == ""
    odd = await office.get(f"{path}/preview?brand=nonsense&radius=9999")
    assert odd.status_code == 200


@pytest.mark.req("LC-0.28")
async def test_colour_that_cannot_be_read_is_moved_and_said(office: Office) -> None:
    made = (await office.site()).summary
    answer = await office.api("PATCH", f"/tenants/{made.id}/brand", json={"brand": "#ffff66"})
    assert answer.status_code == 200, answer.text
    colours = answer.json()["colours"]
    assert len(colours) == 4
    assert all(note["ratio"] >= 4.5 and note["text_ratio"] >= 4.5 for note in colours)
    grey = await office.get(f"/tenants/{made.id}/brand/notes?brand=%23777777&accent=%23777777")
    assert "自動調整" in grey.text


async def test_pictures_come_go_and_are_refused(office: Office) -> None:
    made = (await office.site()).summary
    path = f"{CONSOLE}/tenants/{made.id}/brand/pictures"
    sent = await office.client.post(f"{path}/logo", files={"picture": ("l.png", picture(), "image/png")})
    assert sent.status_code == 303
    shown = await office.client.get(f"{path}/logo")
    assert shown.headers["content-type"] == "image/webp"
    bad = await office.client.post(f"{path}/logo", files={"picture": ("l.png", b"no picture", "image/png")})
    assert "logo" in (await office.plane.tenant(made.id)).brand.pictures
    assert bad.status_code == 303
    assert (await office.client.post(f"{path}/logo", data={"remove": "1"})).status_code == 303
    assert (await office.client.get(f"{path}/logo")).status_code == 404
    assert (await office.client.get(f"{path}/nothing")).status_code == 404


@pytest.mark.req("LC-0.23")
async def test_domain_shows_its_record_until_it_is_proved(office: Office) -> None:
    made = (await office.site()).summary
    path = f"/tenants/{made.id}/domains"
    host = f"shop-{uuid.uuid4().hex[:8]}.example.jp"
    assert (await office.post(path, host=host)).status_code == 303
    claim = next(one for one in await office.plane.hosts(made.id) if one.host == host)
    shown = await office.get(path)
    assert claim.txt_name in shown.text
    assert f'data-copy="{claim.txt_value}"' in shown.text
    refused = await office.post(path, host="not a host")
    assert refused.status_code == 422
    assert (await office.post(f"{path}/canonical", host=host)).status_code == 303
    assert not next(one for one in await office.plane.hosts(made.id) if one.host == host).is_canonical
    assert (await office.post(f"{path}/remove", host=host)).status_code == 303
    assert host not in [one.host for one in await office.plane.hosts(made.id)]


@pytest.mark.req("LC-0.23")
async def test_log_is_searched_and_exported(office: Office) -> None:
    made = (await office.site()).summary
    await office.plane.suspend(made.id, "料金の確認")
    everything = await office.get("/log")
    assert made.slug in everything.text
    assert "条件に合う記録はありません" in words_of(await office.get("/log?q=none-such"))
    exported = await office.get(f"/tenants/{made.id}/log.csv?q=suspend")
    assert exported.text.count("\r\n") == 2
    assert "料金の確認" in exported.text


@pytest.mark.req("LC-0.23", "BX-18")
async def test_the_log_says_whether_somebody_tampered_with_it(
    office: Office, rival: Office, owner: asyncpg.Connection
) -> None:
    made = (await office.site()).summary
    assert "改ざんを検査" in words_of(await office.get("/log"))

    async def told(to: Office) -> str:
        assert (await to.post("/log/verify")).headers["location"] == f"{CONSOLE}/log"
        return words_of(await to.get("/log"))

    assert "改ざんはありません" in await told(office)
    assert (await office.api("POST", "/log/verify")).json()["ok"] is True
    swap = "UPDATE nakamise.control_audit SET actor = reverse(actor) WHERE tenant_id = $1 AND act = 'tenant.open'"
    await owner.execute(swap, made.id)
    try:
        assert "1 行が封印と一致しません" in await told(office)
        assert "この代理店の記録ではありません" in await told(rival)
        verdict = (await office.api("POST", "/log/verify")).json()
        assert (verdict["ok"], len(verdict["changed"])) == (False, 1)
        assert (await rival.api("POST", "/log/verify")).json()["changed"] == []
    finally:
        await owner.execute(swap, made.id)
    assert "改ざんはありません" in await told(office)


@pytest.mark.req("LC-0.23")
async def test_another_agencys_site_has_no_pages(office: Office, rival: Office) -> None:
    theirs = (await rival.site()).summary
    for path in PATHS:
        assert (await office.get(f"/tenants/{theirs.id}{path}")).status_code == 404, path
        assert (await rival.get(f"/tenants/{theirs.id}{path}")).status_code == 200, path


@pytest.mark.req("LC-0.23")
async def test_another_agencys_site_takes_no_acts(office: Office, rival: Office) -> None:
    theirs = (await rival.site()).summary
    for path in ACTS:
        answer = await office.post(f"/tenants/{theirs.id}{path}", **FORM)
        assert answer.status_code == 404, path
        after = (await rival.plane.tenant(theirs.id)).summary
        assert (after.name, after.state) == (theirs.name, theirs.state), path


async def test_without_a_second_factor_there_is_no_console(office: Office, as_admin: As) -> None:
    person = await as_admin(office.home)
    page = await person.client.get(CONSOLE)
    assert page.status_code == 303
    assert "/account/security" in page.headers["location"]
    answer = await person.client.get("/api/agency/tenants")
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")


async def test_without_the_permission_there_is_no_console(office: Office, as_buyer: As) -> None:
    person = await as_buyer(office.home, mfa=True)
    assert (await person.client.get(CONSOLE)).status_code == 403
    assert (await person.client.get("/api/agency/tenants")).status_code == 403


@pytest.mark.req("LC-0.19", "LC-0.23")
async def test_everything_by_api(office: Office) -> None:
    new = {"name": "花と器", "slug": f"n-{uuid.uuid4().hex[:8]}", "admin_email": "m@example.com"}
    made = await office.api("POST", "/tenants", json={**new, "admin_name": "みどり"})
    assert made.status_code == 201, made.text
    one = f"/tenants/{made.json()['summary']['id']}"
    assert (await office.api("GET", f"/slugs/{new['slug']}")).json() == {"is_free": False}
    listed = (await office.api("GET", "/tenants?state=active&limit=1")).json()
    assert (listed["total"], listed["items"][0]["slug"]) == (1, new["slug"])
    suspended = await office.api("POST", f"{one}/suspend", json={"reason": "料金"})
    assert suspended.json()["summary"]["state"] == "suspended"
    assert (await office.api("POST", f"{one}/suspend", json={"reason": "料金"})).status_code == 409
    assert (await office.api("POST", f"{one}/resume")).json()["summary"]["state"] == "active"
    claim = await office.api("POST", f"{one}/hosts", json={"host": f"{new['slug']}.example.jp"})
    assert claim.json()["state"] == "pending"
    assert len((await office.api("GET", f"{one}/hosts")).json()) == 2
    host = f"{one}/hosts/{new['slug']}.example.jp"
    assert (await office.api("POST", f"{host}/canonical")).status_code == 409
    assert (await office.api("DELETE", host)).status_code == 204
    file = {"data": ("l.png", picture(), "image/png")}
    assert "logo" in (await office.api("PUT", f"{one}/brand/pictures/logo", files=file)).json()["pictures"]
    assert (await office.api("DELETE", f"{one}/brand/pictures/logo")).json()["pictures"] == {}
    wrong = await office.api("POST", f"{one}/delete", json={"confirm_slug": "x", "reason": "閉店"})
    assert wrong.status_code == 422
    gone = await office.api("POST", f"{one}/delete", json={"confirm_slug": new["slug"], "reason": "閉店"})
    assert gone.json()["summary"]["state"] == "deleting"
    assert (await office.api("POST", f"{one}/cancel-delete")).json()["summary"]["state"] == "suspended"
    log = (await office.api("GET", "/log?limit=2")).json()
    assert (len(log["items"]), bool(log["cursor"])) == (2, True)
    for path in ("/me", "/blueprints", "/plans", f"{one}/brand"):
        assert (await office.api("GET", path)).status_code == 200


@pytest.mark.req("LC-0.23")
async def test_agencies_are_the_operators_only(office: Office, operator: Office) -> None:
    for path in ("/agencies", "/agencies/new", f"/agencies/{office.agency_id}"):
        assert (await office.get(path)).status_code == 403
        assert (await operator.get(path)).status_code == 200
    assert (await office.api("GET", "/agencies")).status_code == 403
    slug = f"a-{uuid.uuid4().hex[:8]}"
    fields = {"name": "みなと企画", "slug": slug, "admin_name": "うみ", "admin_email": f"{slug}@example.com"}
    bad = await operator.post("/agencies/new", **{**fields, "admin_email": "nobody"})
    assert bad.status_code == 422
    assert 'value="みなと企画"' in bad.text
    made = await operator.post("/agencies/new", **fields)
    assert made.status_code == 303, made.text
    path = made.headers["location"].removeprefix(CONSOLE)
    assert (await operator.post(f"{path}/name", name="みなと商会")).status_code == 303
    assert "みなと商会" in words_of(await operator.get(path))
    assert (await operator.post(f"{path}/staff", name="そら", email="sora@example.com")).status_code == 303
    assert (await operator.post(f"{path}/staff", name="", email="")).status_code == 422


async def test_home_leads_staff_into_the_console(office: Office) -> None:
    assert 'href="/admin/agency"' in (await office.client.get("/")).text


@pytest.mark.req("LC-0.23")
async def test_a_whole_site_is_exported_and_downloaded(office: Office, drain: Drain) -> None:
    made = (await office.site()).summary
    path = f"/tenants/{made.id}/export"
    assert (await office.post(path)).status_code == 303
    assert (await office.api("POST", f"/tenants/{made.id}/exports")).status_code == 409
    await drain(office.home)
    shown = await office.get(path)
    link = re.search(r'href="(/transfers/[^"]+)"', shown.text)
    assert link is not None
    file = await office.client.get(html.unescape(link[1]))
    assert file.headers["content-type"] == "application/zip"


@pytest.mark.req("LC-0.20", "LC-0.23")
async def test_plan_shows_usage_and_changes_at_once(office: Office) -> None:
    made = (await office.site()).summary
    path = f"/tenants/{made.id}/plan"
    offers = (await office.api("GET", path)).json()["offers"]
    other = next(one for one in offers if not one["is_own"] and one["net"])
    assert (await office.post(path, plan=other["id"])).status_code == 303
    assert (await office.plane.plan_sheet(made.id)).plan == other["title"]
    assert (await office.post(path, plan="no-such-plan")).status_code == 422
