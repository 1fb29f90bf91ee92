"""The list of users and what staff do to an account."""

from __future__ import annotations

import asyncio
import csv
import io
import uuid
from datetime import timedelta

import httpx
import pytest

from nakamise.admin.people.user_list import UserFilter, user_page
from tests.core.accounts import PASSWORD, Site, User


async def admin_api(site: Site) -> tuple[User, httpx.AsyncClient]:
    admin = await site.user(roles=("admin",))
    return admin, await site.logged_in_device(admin)


async def named(site: Site, name: str, email: str = "") -> User:
    user = await site.user(email=email)
    async with site.ctx.begin() as tx:
        await tx.execute("UPDATE core_user SET display_name = $2 WHERE id = $1", user.id, name)
    return user


async def found(api: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await api.get("/api/core/users", params=query)
    assert answer.status_code == 200, answer.text
    return [one["display_name"] for one in answer.json()["items"]]


@pytest.mark.req("LC-9.2.1")
async def test_search_knows_widths_cases_and_both_fields(site: Site) -> None:
    await named(site, "山田ﾊﾅｺ", "Hanako.Y@example.com")
    await named(site, "ＴＡＲＯ 100%", "taro@example.com")
    _, api = await admin_api(site)
    assert await found(api, q="ハナコ") == ["山田ﾊﾅｺ"]
    assert await found(api, q="ｈａｎａｋｏ 山田") == ["山田ﾊﾅｺ"]
    assert await found(api, q="taro") == ["ＴＡＲＯ 100%"]
    assert await found(api, q="0%") == ["ＴＡＲＯ 100%"]
    assert await found(api, q="_") == []
    assert await found(api, q="taro hanako") == []


@pytest.mark.req("LC-9.2.1")
async def test_filters_and_counts_agree(site: Site) -> None:
    plain, unconfirmed = await named(site, "plain"), await site.user(verified=False)
    admin, api = await admin_api(site)
    await api.post(f"/api/core/users/{plain.id}/suspend", json={"reason": "spam"})
    assert await found(api, state="suspended") == ["plain"]
    everybody = (await api.get("/api/core/users")).json()
    assert everybody["counts"] == {"active": 2, "suspended": 1}
    assert everybody["total"] == 3
    by_role = (await api.get("/api/core/users", params={"role": "admin"})).json()
    assert [one["id"] for one in by_role["items"]] == [str(admin.id)]
    by_mail = (await api.get("/api/core/users", params={"verified": "false"})).json()
    assert [one["id"] for one in by_mail["items"]] == [str(unconfirmed.id)]


async def test_the_registered_period_is_in_days_of_the_tenant(site: Site) -> None:
    user = await named(site, "midnight")
    async with site.ctx.begin() as tx:
        # 2026-03-01 00:30 in Tokyo
        await tx.execute("UPDATE core_user SET created_at = '2026-02-28T15:30:00Z' WHERE id = $1", user.id)
    _, api = await admin_api(site)
    assert await found(api, since="2026-03-01", until="2026-03-01") == ["midnight"]
    assert await found(api, until="2026-02-28") == []


async def test_pages_show_everybody_once(site: Site) -> None:
    async with site.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_user (id, email, email_key, password_hash, display_name, created_at)"
            " SELECT gen_random_uuid(), 'p' || n || '@example.com', 'p' || n || '@example.com', '!', 'p', $1"
            " FROM generate_series(1, 120) AS n",
            site.clock.now(),
        )
    seen: list[uuid.UUID] = []
    async with site.ctx.read() as tx:
        for number in (1, 2, 3):
            shown = await user_page(tx, UserFilter(page=number), site.tenant.zone)
            assert (shown.total, shown.page_count) == (120, 3)
            seen += [one.id for one in shown.items]
        beyond = await user_page(tx, UserFilter(page=99), site.tenant.zone)
    assert len(set(seen)) == len(seen) == 120
    assert beyond.page == 3


async def test_the_export_holds_all_rows_and_no_formula(site: Site) -> None:
    await named(site, "=1+2", "evil@example.com")
    _, api = await admin_api(site)
    answer = await api.get("/api/core/users.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert "'=1+2" in [row[0] for row in rows]


@pytest.mark.req("LC-9.2.1")
async def test_suspending_ends_everything_at_once(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    access, refresh = await site.tokens(user)
    admin, api = await admin_api(site)
    done = await api.post(f"/api/core/users/{user.id}/suspend", json={"reason": "転売", "tell": True})
    assert (done.status_code, done.json()["suspended_reason"]) == (200, "転売")
    assert done.json()["sessions"] == []
    assert (await browser.get("/account")).status_code == 303
    assert (await site.device(access).get("/api/account")).status_code == 401
    renewed = await site.device().post("/api/auth/refresh", json={"refresh_token": refresh})
    assert renewed.status_code == 401
    again = await site.device().post("/api/auth/login", json={"email": user.email, "password": PASSWORD})
    assert again.status_code == 401
    assert "core.user.suspended" in await site.acts(admin.id)
    assert "転売" not in (await site.mails(user.email))[-1].text_body


@pytest.mark.req("LC-9.2.1")
async def test_a_resumed_user_logs_in_again(site: Site) -> None:
    user = await site.user()
    _, api = await admin_api(site)
    await api.post(f"/api/core/users/{user.id}/suspend", json={"reason": "x"})
    twice = await api.post(f"/api/core/users/{user.id}/suspend", json={"reason": "x"})
    assert twice.json()["code"] == "not_active"
    back = await api.post(f"/api/core/users/{user.id}/resume")
    assert (back.json()["state"], back.json()["suspended_reason"]) == ("active", "")
    assert (await api.post(f"/api/core/users/{user.id}/resume")).json()["code"] == "not_suspended"
    await site.logged_in(user)


async def test_a_reason_is_asked_for_and_nobody_suspends_themselves(site: Site) -> None:
    user = await site.user()
    admin, api = await admin_api(site)
    missing = await api.post(f"/api/core/users/{user.id}/suspend", json={"reason": "  "})
    assert (missing.status_code, list(missing.json()["errors"])) == (422, ["reason"])
    own = await api.post(f"/api/core/users/{admin.id}/suspend", json={"reason": "x"})
    assert own.json()["code"] == "own_account"


@pytest.mark.req("LC-9.2.1", "BX-18")
async def test_two_admins_who_suspend_each_other_leave_one(site: Site) -> None:
    for _ in range(5):
        (first, one), (second, other) = await admin_api(site), await admin_api(site)
        answers = await asyncio.gather(
            one.post(f"/api/core/users/{second.id}/suspend", json={"reason": "x"}),
            other.post(f"/api/core/users/{first.id}/suspend", json={"reason": "x"}),
        )
        assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 409])
        async with site.ctx.begin() as tx:
            left = await tx.value("SELECT count(*) FROM core_user WHERE state = 'active'")
            assert left == 1
            await tx.execute("DELETE FROM core_user")


async def test_the_last_manager_keeps_the_role(site: Site) -> None:
    admin, api = await admin_api(site)
    answer = await api.put(f"/api/core/users/{admin.id}/roles", json={"roles": ["shop_staff"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_manager")
    assert {one["id"] for one in (await api.get(f"/api/core/users/{admin.id}")).json()["roles"]} == {"admin"}
    await site.user(roles=("admin",))
    fine = await api.put(f"/api/core/users/{admin.id}/roles", json={"roles": ["shop_staff"]})
    assert fine.status_code == 200


async def test_taken_roles_work_no_more_at_once(site: Site) -> None:
    clerk = await site.user(roles=("shop_staff",))
    browser = await site.logged_in(clerk)
    assert (await browser.get("/admin")).status_code == 200
    _, api = await admin_api(site)
    assert (await api.delete(f"/api/core/staff/{clerk.id}")).status_code == 204
    assert (await browser.get("/admin")).status_code == 403


async def test_sessions_of_a_user_end(site: Site) -> None:
    user = await site.user()
    first, second = await site.logged_in(user), await site.logged_in(user)
    _, api = await admin_api(site)
    shown = (await api.get(f"/api/core/users/{user.id}")).json()["sessions"]
    assert len(shown) == 2
    one = f"/api/core/users/{user.id}/sessions/{shown[0]['id']}"
    assert [(await api.delete(one)).status_code for _ in range(2)] == [204, 404]
    assert (await api.delete(f"/api/core/users/{user.id}/sessions")).status_code == 204
    assert [(await browser.get("/account")).status_code for browser in (first, second)] == [303, 303]


async def test_mails_that_help_with_the_login(site: Site) -> None:
    user, unconfirmed = await site.user(), await site.user(verified=False)
    _, api = await admin_api(site)
    assert (await api.post(f"/api/core/users/{user.id}/reset-password")).status_code == 204
    token = (await site.mails(user.email))[-1].token
    renewed = {"token": token, "password": "three blue herons", "password_again": "three blue herons"}
    assert (await site.device().post("/api/auth/reset/new", json=renewed)).status_code == 204
    confirmed = await api.post(f"/api/core/users/{user.id}/resend-verification")
    assert confirmed.json()["code"] == "verified_already"
    assert (await api.post(f"/api/core/users/{unconfirmed.id}/resend-verification")).status_code == 204
    token = (await site.mails(unconfirmed.email))[-1].token
    assert (await site.device().post("/api/auth/verify", json={"token": token})).status_code == 204


async def test_staff_see_addresses_in_part_only(site: Site) -> None:
    user = await site.user()
    address = {
        "family_name": "山田",
        "given_name": "花子",
        "family_kana": "ヤマダ",
        "given_kana": "ハナコ",
        "postal_code": "1500001",
        "prefecture": "東京都",
        "city": "渋谷区",
        "line1": "神宮前1-2-3",
        "phone": "09012345678",
    }
    own = await site.logged_in_device(user)
    assert (await own.post("/api/account/addresses", json=address)).status_code == 201
    _, api = await admin_api(site)
    text = (await api.get(f"/api/core/users/{user.id}")).text
    assert "渋谷区" in text
    assert not any(secret in text for secret in ("神宮前", "花子", "0901234", "1500001"))


async def test_what_may_be_seen_and_done_without_the_right(site: Site) -> None:
    user = await site.user()
    clerk = await site.logged_in_device(await site.user(roles=("shop_staff",)))
    assert (await clerk.get("/api/core/users")).status_code == 403
    assert (await clerk.post(f"/api/core/users/{user.id}/suspend", json={"reason": "x"})).status_code == 403
    nobody = uuid.uuid4()
    _, api = await admin_api(site)
    assert (await api.get(f"/api/core/users/{nobody}")).status_code == 404
    assert (await api.post(f"/api/core/users/{nobody}/suspend", json={"reason": "x"})).status_code == 404


async def test_the_pages_are_drawn_in_both_languages(site: Site) -> None:
    user = await named(site, "みどり")
    admin = await site.user(roles=("admin",))
    for language, words in (("ja", "ユーザー"), ("en", "Users")):
        browser = await site.logged_in(admin, language=language)
        for path in (
            "/admin",
            "/admin/users",
            f"/admin/users/{user.id}",
            "/admin/users?q=none",
            "/admin/staff",
        ):
            answer = await browser.get(path)
            assert answer.status_code == 200, path
            assert words in answer.text, path
    site.clock.advance(timedelta(hours=1))
