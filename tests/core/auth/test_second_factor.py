"""Two-step login: codes of an app and recovery codes."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta

import httpx
import pytest
from cryptography.exceptions import InvalidTag
from pyotp.totp import TOTP

from tests.core.accounts import PASSWORD, Site, User


def code_at(secret: str, moment: datetime) -> str:
    return TOTP(secret).at(int(moment.timestamp()))


async def switch_on(site: Site, browser: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Secret and recovery codes; the code of this moment is used up by it."""
    shown = await browser.post("/account/security/totp", data={"current_password": PASSWORD})
    assert shown.status_code == 200, shown.text
    found = re.search(r'n-account__secret">([A-Z2-7]+)<', shown.text)
    assert found is not None
    secret = found[1]
    done = await browser.post(
        "/account/security/totp/confirm", data={"code": code_at(secret, site.clock.now())}
    )
    assert done.status_code == 200, done.text
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", done.text)
    site.clock.advance(timedelta(seconds=30))
    return secret, codes


async def user_with_totp(site: Site) -> tuple[User, str, list[str]]:
    user = await site.user()
    secret, codes = await switch_on(site, await site.logged_in(user))
    return user, secret, codes


async def give_password(site: Site, user: User, next_path: str = "") -> httpx.AsyncClient:
    browser = site.browser()
    answer = await browser.post("/login", data={"email": user.email, "password": PASSWORD, "next": next_path})
    assert answer.headers["location"] == "/login/code"
    return browser


async def challenge(site: Site, user: User) -> str:
    answer = await site.device().post("/api/auth/login", json={"email": user.email, "password": PASSWORD})
    assert set(answer.json()) == {"challenge"}
    return str(answer.json()["challenge"])


async def send_code(site: Site, token: str, code: str) -> int:
    answer = await site.device().post("/api/auth/login/code", json={"challenge": token, "code": code})
    return answer.status_code


@pytest.mark.req("LC-6.6.1")
async def test_setting_up_shows_qr_and_secret_and_needs_a_code(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    shown = await browser.post("/account/security/totp", data={"current_password": PASSWORD})
    assert "<svg" in shown.text
    wrong = await browser.post("/account/security/totp/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    other = site.browser()
    await other.post("/login", data={"email": user.email, "password": PASSWORD})
    assert (await other.get("/account")).status_code == 200
    secret, codes = await switch_on(site, browser)
    assert len(set(codes)) == 10
    assert secret not in (await browser.get("/account/security")).text
    again = await browser.post("/account/security/totp", data={"current_password": PASSWORD})
    assert again.status_code == 409
    assert "account.totp_on" in await site.acts(user.id)
    assert "2段階認証" in (await site.mails(user.email))[-1].subject


@pytest.mark.req("LC-6.6.1")
async def test_setting_up_asks_for_the_password(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    assert (await browser.post("/account/security/totp", data={"current_password": "no"})).status_code == 422


@pytest.mark.req("LC-1.1.4", "LC-0.15")
async def test_without_the_code_there_is_no_session(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    browser = await give_password(site, user, "/account/profile")
    assert "sid" not in browser.cookies
    assert (await browser.get("/account")).status_code == 303
    token = await challenge(site, user)
    assert (await site.device(token).get("/api/account")).status_code == 401
    entered = await browser.post("/login/code", data={"code": code_at(secret, site.clock.now())})
    assert entered.headers["location"] == "/account/profile"
    assert (await browser.get("/account")).status_code == 200


@pytest.mark.req("LC-1.1.4")
async def test_a_code_is_accepted_once(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    code = code_at(secret, site.clock.now())
    assert await send_code(site, await challenge(site, user), code) == 200
    assert await send_code(site, await challenge(site, user), code) == 401


@pytest.mark.req("LC-1.1.4")
async def test_the_code_that_confirmed_the_set_up_is_used_up(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    before = code_at(secret, site.clock.now() - timedelta(seconds=30))
    assert await send_code(site, await challenge(site, user), before) == 401


@pytest.mark.req("LC-1.1.4")
async def test_of_two_logins_with_one_code_at_once_one_wins(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    tokens = [await challenge(site, user) for _ in range(4)]
    code = code_at(secret, site.clock.now())
    codes = await asyncio.gather(*(send_code(site, token, code) for token in tokens))
    assert sorted(codes) == [200, 401, 401, 401]


async def test_the_clock_of_a_phone_may_be_one_step_off(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    site.clock.advance(timedelta(minutes=5))
    late = code_at(secret, site.clock.now() - timedelta(seconds=60))
    assert await send_code(site, await challenge(site, user), late) == 401
    slow = code_at(secret, site.clock.now() - timedelta(seconds=30))
    assert await send_code(site, await challenge(site, user), slow) == 200
    fast = code_at(secret, site.clock.now() + timedelta(seconds=30))
    assert await send_code(site, await challenge(site, user), fast) == 200
    assert await send_code(site, await challenge(site, user), code_at(secret, site.clock.now())) == 401


async def test_guessing_codes_is_braked(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    token = await challenge(site, user)
    assert [await send_code(site, token, "000000") for _ in range(6)] == [401] * 5 + [429]
    assert await send_code(site, token, code_at(secret, site.clock.now())) == 429


async def test_the_step_between_dies_after_ten_minutes(site: Site) -> None:
    user, secret, _ = await user_with_totp(site)
    token = await challenge(site, user)
    site.clock.advance(timedelta(minutes=10))
    assert await send_code(site, token, code_at(secret, site.clock.now())) == 401


@pytest.mark.req("LC-1.1.4")
async def test_a_recovery_code_works_once_and_is_told(site: Site) -> None:
    user, _, codes = await user_with_totp(site)
    browser = await give_password(site, user)
    assert (await browser.post("/login/code", data={"code": codes[0].upper()})).headers[
        "location"
    ] == "/account"
    assert "リカバリーコード" in (await site.mails(user.email))[-1].subject
    again = await give_password(site, user)
    assert (await again.post("/login/code", data={"code": codes[0]})).status_code == 422
    assert "残りは9個" in (await browser.get("/account/security")).text


@pytest.mark.req("LC-1.1.4")
async def test_of_two_uses_of_a_recovery_code_at_once_one_wins(site: Site) -> None:
    user, _, codes = await user_with_totp(site)
    tokens = [await challenge(site, user) for _ in range(4)]
    answers = await asyncio.gather(*(send_code(site, token, codes[0]) for token in tokens))
    assert sorted(answers) == [200, 401, 401, 401]


@pytest.mark.req("LC-6.6.2")
async def test_switching_off_needs_password_and_code_and_is_told(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    secret, _ = await switch_on(site, browser)
    path = "/account/security/totp/disable"
    code = code_at(secret, site.clock.now())
    assert (await browser.post(path, data={"current_password": "no", "code": code})).status_code == 422
    assert (
        await browser.post(path, data={"current_password": PASSWORD, "code": "000000"})
    ).status_code == 422
    assert (await browser.post(path, data={"current_password": PASSWORD, "code": code})).status_code == 303
    assert "オフ" in (await site.mails(user.email))[-1].subject
    assert (await site.logged_in(user)).cookies["sid"]
    async with site.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM core_recovery_code") == 0


async def test_new_recovery_codes_replace_the_old_ones(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    secret, old = await switch_on(site, browser)
    proof = {"current_password": PASSWORD, "code": code_at(secret, site.clock.now())}
    answer = await browser.post("/account/security/recovery-codes", data=proof)
    new = re.findall(r"<code>([a-z2-7-]{19})</code>", answer.text)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert await send_code(site, await challenge(site, user), old[1]) == 401
    assert await send_code(site, await challenge(site, user), new[1]) == 200


async def test_a_sealed_secret_opens_for_its_owner_only(site: Site, other_site: Site) -> None:
    user, _, _ = await user_with_totp(site)
    neighbour = await site.user()
    async with site.ctx.read() as tx:
        sealed = await tx.value("SELECT sealed_secret FROM core_totp WHERE user_id = $1", user.id)
    sealer = site.runtime.auth.totp_sealer
    assert sealer.open(site.tenant.id, user.id, sealed)
    for tenant_id, user_id in ((site.tenant.id, neighbour.id), (other_site.tenant.id, user.id)):
        with pytest.raises(InvalidTag):
            sealer.open(tenant_id, user_id, sealed)


@pytest.mark.req("LC-6.6.1", "LC-6.6.2")
async def test_all_of_it_as_json(site: Site) -> None:
    user = await site.user()
    device = await site.logged_in_device(user)
    shown = (await device.post("/api/account/totp", json={"current_password": PASSWORD})).json()
    assert shown["uri"].startswith("otpauth://totp/")
    code = code_at(shown["secret"], site.clock.now())
    codes = (await device.post("/api/account/totp/confirm", json={"code": code})).json()["codes"]
    assert len(codes) == 10
    proof = {"current_password": PASSWORD, "code": codes[0]}
    assert (await device.post("/api/account/totp/disable", json=proof)).status_code == 204
