"""The dashboard's figures are those of a query over the same days; the checklist ticks itself."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.core.accounts import PASSWORD, Site

DASHBOARD = "/api/core/dashboard"


async def admin_api(site: Site) -> httpx.AsyncClient:
    return await site.logged_in_device(await site.user(roles=("admin",)))


async def registered(site: Site, days_ago: int) -> None:
    user = await site.user()
    async with site.ctx.begin() as tx:
        await tx.execute(
            "UPDATE core_user SET created_at = $2 WHERE id = $1",
            user.id,
            site.clock.now() - timedelta(days=days_ago),
        )


@pytest.mark.req("LC-9.1.1", "DF-14")
@pytest.mark.parametrize(("period", "new", "before"), [("today", 2, 1), ("week", 4, 1), ("month", 5, 1)])
async def test_new_users_of_the_period(site: Site, period: str, new: int, before: int) -> None:
    for days_ago in (0, 1, 6, 10, 40):
        await registered(site, days_ago)
    api = await admin_api(site)
    found = (await api.get(DASHBOARD, params={"period": period})).json()
    figures = {one["icon"]: one for one in found["figures"]}
    assert (figures["user-plus"]["value"], figures["user-plus"]["previous"]) == (new, before)
    days = [one["day"] for one in found["new_users"]]
    assert len(days) == {"today": 1, "week": 7, "month": 30}[period]
    assert days == sorted(days)
    assert sum(one["number"] for one in found["new_users"]) == new
    listed = await api.get("/api/core/users", params={"since": found["first"], "until": found["last"]})
    assert listed.json()["total"] == new
    assert figures["users"]["value"] == (await api.get("/api/core/users")).json()["total"]


async def test_the_checklist_ticks_itself(site: Site) -> None:
    api = await admin_api(site)

    async def done() -> dict[str, bool]:
        return {one["href"]: one["is_done"] for one in (await api.get(DASHBOARD)).json()["steps"]}

    before = await done()
    assert not before["/admin/staff"]
    assert not before["/admin/legal"]
    await api.post("/api/core/invitations", json={"email": "n@example.com", "roles": ["shop_staff"]})
    async with site.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_page (slug, locale, title, body) VALUES"
            " ('terms', 'ja', '規約', 'x'), ('privacy', 'ja', '方針', 'x')"
        )
    after = await done()
    assert after["/admin/staff"]
    assert after["/admin/legal"]


@pytest.mark.req("LC-9.1.2")
async def test_what_waits_links_to_its_list(site: Site) -> None:
    api = await admin_api(site)
    await api.post("/api/core/invitations", json={"email": "n@example.com", "roles": ["shop_staff"]})
    site.clock.advance(timedelta(days=7, seconds=1))
    found = (await (await admin_api(site)).get(DASHBOARD)).json()
    assert [(one["count"], one["href"]) for one in found["todos"]] == [(1, "/admin/staff#invitations")]


async def test_staff_see_what_concerns_them(site: Site) -> None:
    clerk = await site.logged_in_device(await site.user(roles=("shop_staff",)))
    found = (await clerk.get(DASHBOARD)).json()
    assert (found["figures"], found["recent"], found["steps"]) == ([], [], [])
    buyer = await site.logged_in_device(await site.user())
    assert (await buyer.get(DASHBOARD)).status_code == 403


@pytest.mark.req("LC-0.2")
@pytest.mark.parametrize(
    ("role", "home"),
    [("", "/account"), ("broadcaster", "/admin"), ("shop_staff", "/admin"), ("admin", "/admin")],
)
async def test_each_role_lands_on_its_own_menu(site: Site, role: str, home: str) -> None:
    user = await site.user(roles=(role,) if role else ())
    pair = {"email": user.email, "password": PASSWORD}
    assert (await site.browser().post("/login", data=pair)).headers["location"] == home
    wanted = await site.browser().post("/login", data={**pair, "next": "/account/profile"})
    assert wanted.headers["location"] == "/account/profile"


async def test_every_act_is_told_in_words(site: Site) -> None:
    admin = await site.user(roles=("admin",))
    async with site.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_audit (id, at, actor_id, actor_name, act)"
            " VALUES (gen_random_uuid(), $2, $1, 'あきら', 'core.mail_text.saved')",
            admin.id,
            site.clock.now(),
        )
    browser = await site.logged_in(admin)
    for path in ("/admin", f"/admin/users/{admin.id}"):
        text = (await browser.get(path)).text
        assert "メールの文言を変更" in text, path
        assert "core.mail_text.saved" not in text, path
