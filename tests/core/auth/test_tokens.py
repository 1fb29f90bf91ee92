"""Access and refresh tokens of the API."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from nakamise.auth.keys import derive_key
from tests.core.accounts import PASSWORD, Site

EXPIRED = timedelta(minutes=10)


async def refresh(site: Site, token: str) -> httpx.Response:
    return await site.device().post("/api/auth/refresh", json={"refresh_token": token})


def b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def claims_of(site: Site) -> dict[str, Any]:
    access, _ = await site.tokens(await site.user())
    body = access.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return decoded


@pytest.mark.req("LC-0.14")
async def test_an_access_token_lives_ten_minutes_and_names_its_tenant(site: Site) -> None:
    claims = await claims_of(site)
    assert claims["aud"] == str(site.tenant.id)
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "exp"}


@pytest.mark.req("LC-0.14")
async def test_an_expired_access_token_is_refused_and_a_refresh_helps(site: Site) -> None:
    access, token = await site.tokens(await site.user())
    device = site.device(access)
    assert (await device.get("/api/account")).status_code == 200
    site.clock.advance(EXPIRED)
    refused = await device.get("/api/account")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    answer = await refresh(site, token)
    assert answer.status_code == 200
    assert (await site.device(answer.json()["access_token"]).get("/api/account")).status_code == 200


@pytest.mark.req("LC-0.14")
async def test_forged_tokens_are_nobody(site: Site, other_site: Site) -> None:
    claims = await claims_of(site)
    key = OctKey.import_key(derive_key(site.runtime.settings.secret_key, "access-token", site.tenant.id))
    foreign = OctKey.import_key(
        derive_key(site.runtime.settings.secret_key, "access-token", other_site.tenant.id)
    )

    def signed(changes: dict[str, Any], header: dict[str, Any] | None = None, with_key: OctKey = key) -> str:
        head = {"alg": "HS256", "typ": "at+jwt", **(header or {})}
        return jwt.encode(head, {**claims, **changes}, with_key, algorithms=["HS256", "HS512"])

    good = signed({})
    assert (await site.device(good).get("/api/account")).status_code == 200
    forged = [
        f"{b64({'alg': 'none', 'typ': 'at+jwt'})}.{b64(claims)}.",
        f"{b64({'alg': 'RS256', 'typ': 'at+jwt'})}.{'.'.join(good.split('.')[1:])}",
        signed({}, {"alg": "HS512"}),
        signed({}, {"typ": "JWT"}),
        signed({}, {"jku": "https://evil.example/keys"}, foreign),
        signed({}, None, foreign),
        signed({"aud": str(other_site.tenant.id)}),
        signed({"iss": "elsewhere"}),
        signed({"exp": claims["iat"]}),
        signed({"iat": claims["iat"] + 60}),
        signed({"sub": str(uuid.uuid4())}),
        signed({"sid": str(uuid.uuid4())}),
        signed({"sub": "x"}),
        good[:-2],
        "",
        "a.b.c",
        "Ä",
    ]
    for token in forged:
        headers = [(b"authorization", b"Bearer " + token.encode())]
        answer = await site.device().get("/api/account", headers=headers)
        assert answer.status_code == 401, token


@pytest.mark.req("LC-0.14")
async def test_a_token_of_one_tenant_is_refused_on_another(site: Site, other_site: Site) -> None:
    access, token = await site.tokens(await site.user())
    assert (await other_site.device(access).get("/api/account")).status_code == 401
    assert (await refresh(other_site, token)).status_code == 401


async def test_a_cookie_counts_on_pages_only_and_a_bearer_token_on_the_api_only(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    assert (await browser.get("/api/account")).status_code == 401
    assert (await (await site.logged_in_device(user)).get("/account")).status_code == 303


@pytest.mark.req("LC-0.14")
async def test_sixty_four_refreshes_at_once_leave_one_live_token(site: Site) -> None:
    user = await site.user()
    _, token = await site.tokens(user)
    answers = await asyncio.gather(*(refresh(site, token) for _ in range(64)))
    assert [answer.status_code for answer in answers] == [200] * 64
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    async with site.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM core_session WHERE revoked_at IS NULL") == 1
        assert await tx.value("SELECT count(*) FROM core_refresh WHERE used_at IS NULL") == 1
        assert await tx.value("SELECT count(*) FROM core_refresh") == 2


@pytest.mark.req("LC-0.14")
async def test_a_stolen_refresh_token_ends_the_family(site: Site) -> None:
    _, stolen = await site.tokens(await site.user())
    owner = (await refresh(site, stolen)).json()
    site.clock.advance(timedelta(seconds=11))
    assert (await refresh(site, stolen)).status_code == 401
    assert (await refresh(site, owner["refresh_token"])).status_code == 401
    assert (await site.device(owner["access_token"]).get("/api/account")).status_code == 401


@pytest.mark.req("LC-0.14")
async def test_an_older_token_ends_the_family_even_at_once(site: Site) -> None:
    _, first = await site.tokens(await site.user())
    second = (await refresh(site, first)).json()["refresh_token"]
    third = (await refresh(site, second)).json()["refresh_token"]
    assert (await refresh(site, first)).status_code == 401
    assert (await refresh(site, third)).status_code == 401


async def test_a_lost_answer_may_be_asked_for_again(site: Site) -> None:
    _, token = await site.tokens(await site.user())
    lost = (await refresh(site, token)).json()["refresh_token"]
    site.clock.advance(timedelta(seconds=10))
    again = await refresh(site, token)
    assert again.json()["refresh_token"] == lost


async def test_an_unknown_refresh_token_harms_nobody(site: Site) -> None:
    access, _ = await site.tokens(await site.user())
    for token in ("x", "", "é", "A" * 5000):
        assert (await refresh(site, token)).status_code == 401
    assert (await site.device(access).get("/api/account")).status_code == 200


@pytest.mark.req("LC-0.14")
async def test_logging_out_revokes_access_and_refresh(site: Site) -> None:
    access, token = await site.tokens(await site.user())
    assert (await site.device(access).post("/api/auth/logout")).status_code == 204
    assert (await site.device(access).get("/api/account")).status_code == 401
    assert (await refresh(site, token)).status_code == 401


async def test_a_refresh_token_dies_after_seven_idle_days(site: Site) -> None:
    _, token = await site.tokens(await site.user())
    site.clock.advance(timedelta(days=6))
    token = (await refresh(site, token)).json()["refresh_token"]
    site.clock.advance(timedelta(days=7))
    assert (await refresh(site, token)).status_code == 401


async def test_nothing_that_opens_an_account_is_stored_as_it_is(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    access, token = await site.tokens(user)
    secrets = [PASSWORD, browser.cookies["sid"], access, token]
    async with site.ctx.read() as tx:
        for table in ("core_user", "core_session", "core_refresh", "core_audit"):
            for row in await tx.values(f"SELECT t::text FROM {table} t"):
                assert not any(secret in row for secret in secrets)


async def test_unknown_fields_are_refused(site: Site) -> None:
    body = {"email": "a@example.com", "password": "x", "roles": ["admin"]}
    assert (await site.device().post("/api/auth/login", json=body)).status_code in (400, 422)
