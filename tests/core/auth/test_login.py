"""Logging in and out with a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from tests.core.accounts import PASSWORD, Site

FAILED = "ログインに失敗しました"


async def log_in(
    browser: httpx.AsyncClient, email: str, password: str, next_path: str = ""
) -> httpx.Response:
    return await browser.post("/login", data={"email": email, "password": password, "next": next_path})


def without_changing_parts(page: str, email: str) -> str:
    """The nonce and the typed address differ by nature."""
    return re.sub(r'nonce="[^"]*"', "", page).replace(email, "")


@pytest.mark.req("LC-1.1.1", "LC-1.1.2")
async def test_the_right_pair_logs_in_and_leads_to_my_page(site: Site) -> None:
    user = await site.user()
    browser = site.browser()
    answer = await log_in(browser, user.email.upper(), PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    mine = await browser.get("/account")
    assert mine.status_code == 200
    assert user.email in mine.text


@pytest.mark.req("LC-1.1.2")
async def test_a_page_that_needs_a_login_leads_through_it_and_back(site: Site) -> None:
    user = await site.user()
    browser = site.browser()
    sent_away = await browser.get("/account/addresses?x=1")
    assert sent_away.status_code == 303
    form = await browser.get(sent_away.headers["location"])
    assert 'name="next" value="/account/addresses?x=1"' in form.text
    answer = await log_in(browser, user.email, PASSWORD, "/account/addresses?x=1")
    assert answer.headers["location"] == "/account/addresses?x=1"


@pytest.mark.req("LC-1.1.2")
@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2f/evil.example",
        "/%5cevil.example",
        "javascript:alert(1)",
        "/\tevil",
        "https:evil.example",
        "///evil.example",
    ],
)
async def test_a_next_to_elsewhere_is_ignored(site: Site, evil: str) -> None:
    user = await site.user()
    answer = await log_in(site.browser(), user.email, PASSWORD, evil)
    assert answer.headers["location"] == "/account"
    assert evil not in (await site.browser().get("/login", params={"next": evil})).text


@pytest.mark.req("LC-1.1.3")
async def test_unknown_address_and_wrong_password_look_the_same(site: Site) -> None:
    user = await site.user()
    stranger = "nobody@example.com"
    wrong = await log_in(site.browser(), user.email, "wrong password")
    unknown = await log_in(site.browser(), stranger, "wrong password")
    assert FAILED in wrong.text
    assert wrong.status_code == unknown.status_code == 422
    assert without_changing_parts(wrong.text, user.email) == without_changing_parts(unknown.text, stranger)
    assert "sid" not in wrong.cookies


@pytest.mark.req("LC-1.1.3")
async def test_five_failures_are_braked_for_a_while_and_only_there(site: Site) -> None:
    user, neighbour = await site.user(), await site.user()
    for _ in range(5):
        assert (await log_in(site.browser(), user.email, "wrong password")).status_code == 422
    braked = await log_in(site.browser(), user.email, PASSWORD)
    assert braked.status_code == 429
    assert int(braked.headers["retry-after"]) > 0
    assert (await log_in(site.browser(), neighbour.email, PASSWORD)).status_code == 303
    elsewhere = site.browser(address="198.51.100.7")
    assert (await log_in(elsewhere, user.email, PASSWORD)).status_code == 303
    site.clock.advance(timedelta(minutes=3))
    assert (await log_in(site.browser(), user.email, PASSWORD)).status_code == 303


async def test_an_unknown_address_is_braked_like_a_known_one(site: Site) -> None:
    answers = [(await log_in(site.browser(), "nobody@example.com", "x")).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


async def test_right_logins_do_not_use_up_tries(site: Site) -> None:
    user = await site.user()
    for _ in range(8):
        assert (await log_in(site.browser(), user.email, PASSWORD)).status_code == 303


async def test_many_addresses_from_one_network_are_braked(site: Site) -> None:
    async with site.ctx.begin() as tx:
        from nakamise.auth.throttle import LOGIN_NETWORK, take

        for _ in range(LOGIN_NETWORK.capacity):
            await take(tx, LOGIN_NETWORK, "203.0.113.0/24", site.clock.now())
    user = await site.user()
    assert (await log_in(site.browser(address="203.0.113.9"), user.email, PASSWORD)).status_code == 429
    assert (await log_in(site.browser(address="203.0.114.9"), user.email, PASSWORD)).status_code == 303


async def test_a_suspended_user_fails_like_anybody(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    async with site.ctx.begin() as tx:
        await tx.execute("UPDATE core_user SET state = 'suspended' WHERE id = $1", user.id)
    assert FAILED in (await log_in(site.browser(), user.email, PASSWORD)).text
    assert (await browser.get("/account")).status_code == 303


@pytest.mark.req("LC-1.1.5")
async def test_the_login_page_links_to_registration_and_reset(site: Site) -> None:
    page = (await site.browser().get("/login", params={"next": "/account/addresses"})).text
    assert re.search(r'href="/register\?next=/account/addresses"[^>]*>\s*新規登録', page)
    assert re.search(r'href="/reset"[^>]*>\s*パスワードをお忘れですか？', page)


@pytest.mark.req("LC-6.1.2")
async def test_logging_out_revokes_the_session_itself(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    kept = browser.cookies["sid"]
    assert (await browser.post("/logout")).status_code == 303
    assert "sid" not in browser.cookies
    thief = site.browser()
    thief.cookies.set("sid", kept)
    assert (await thief.get("/account")).status_code == 303


@pytest.mark.req("DF-11")
async def test_the_header_says_who_is_logged_in_on_first_paint(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    home = (await browser.get("/")).text
    assert 'action="/logout"' in home
    assert 'href="/login"' not in home
    assert 'href="/login"' in (await site.browser().get("/")).text


async def test_the_session_cookie_is_out_of_reach_of_scripts(site: Site) -> None:
    user = await site.user()
    set_cookie = (await log_in(site.browser(), user.email, PASSWORD)).headers["set-cookie"].lower()
    assert set_cookie.startswith("sid=")
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie
    assert "domain" not in set_cookie


async def test_a_session_ends_after_seven_idle_days_and_after_thirty_in_any_case(site: Site) -> None:
    user = await site.user()
    idle, busy = await site.logged_in(user), await site.logged_in(user)
    for day in range(1, 30):
        site.clock.advance(timedelta(days=1))
        assert (await busy.get("/account")).status_code == 200
        if day == 6:
            assert (await site.logged_in(user)).cookies
    assert (await idle.get("/account")).status_code == 303
    site.clock.advance(timedelta(days=1))
    assert (await busy.get("/account")).status_code == 303


async def test_last_seen_is_written_once_a_minute_at_most(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)

    async def last_seen() -> object:
        async with site.ctx.read() as tx:
            return await tx.value("SELECT last_seen_at FROM core_session WHERE user_id = $1", user.id)

    first = await last_seen()
    site.clock.advance(timedelta(seconds=59))
    await browser.get("/account")
    assert await last_seen() == first
    site.clock.advance(timedelta(seconds=1))
    await browser.get("/account")
    assert await last_seen() == site.clock.now()


async def test_a_cookie_of_one_tenant_means_nothing_on_another(site: Site, other_site: Site) -> None:
    browser = await site.logged_in(await site.user())
    foreign = other_site.browser()
    foreign.cookies.set("sid", browser.cookies["sid"])
    assert (await foreign.get("/account")).status_code == 303


async def test_a_request_from_another_site_is_refused(site: Site) -> None:
    user = await site.user()
    answer = await site.browser().post(
        "/login", data={"email": user.email, "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


async def test_an_old_hash_is_replaced_when_the_password_is_at_hand(site: Site) -> None:
    from argon2 import PasswordHasher

    user = await site.user()
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with site.ctx.begin() as tx:
        await tx.execute("UPDATE core_user SET password_hash = $2 WHERE id = $1", user.id, weak)
    await site.logged_in(user)
    async with site.ctx.read() as tx:
        stored = await tx.value("SELECT password_hash FROM core_user WHERE id = $1", user.id)
    assert "m=19456,t=2,p=1" in stored
