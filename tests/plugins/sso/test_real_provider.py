"""Logging in with a provider that somebody else wrote."""

from __future__ import annotations

import secrets

import httpx
import pytest

from nakamise.auth.cookies import SESSION
from nakamise.testing.people import actor_of
from tests.plugins.sso.place import Shop, query_of, to_provider


@pytest.mark.req("LC-0.24")
async def test_first_login_links_by_verified_email_and_later_ones_by_subject(
    shop: Shop, real_provider: str
) -> None:
    email, subject = f"{secrets.token_hex(5)}@example.co.jp", secrets.token_hex(6)
    user_id = await shop.user(email)
    provider = await shop.add(real_provider)
    async with httpx.AsyncClient(base_url=real_provider) as outside:
        await _person(outside, subject, email=email, email_verified=True, name="みどり")
        first = await _log_in(shop, provider, outside, subject)
        await _person(outside, subject, email=f"new-{email}", email_verified=False)
        again = await _log_in(shop, provider, outside, subject)

    for browser in (first, again):
        seen = await actor_of(shop.place.runtime, shop.tenant, browser.cookies[SESSION])
        assert seen.user_id == user_id
    async with shop.ctx.read() as tx:
        linked = await tx.values("SELECT user_id FROM core_external_login WHERE subject = $1", subject)
    assert linked == [user_id]
    assert (await shop.acts()).count("account.linked") == 1


@pytest.mark.req("LC-0.24")
async def test_the_button_is_on_the_login_page_and_denying_is_explained(
    shop: Shop, real_provider: str
) -> None:
    provider = await shop.add(real_provider)
    browser = shop.browser()

    login = await browser.get("/login", params={"next": "/account/security"})
    assert f'href="/sso/login/{provider}?next=/account/security"' in login.text
    assert shop.label in login.text

    location = await to_provider(browser, provider)
    async with httpx.AsyncClient() as outside:
        denied = await outside.post(location, data={"action": "deny"})
    query = query_of(denied.headers["location"]) | {"state": query_of(location)["state"]}
    answer = await browser.get(f"/sso/callback/{provider}", params=query)
    assert answer.status_code == 400
    assert "You cancelled the login" in answer.text
    assert SESSION not in browser.cookies


async def _person(outside: httpx.AsyncClient, subject: str, **claims: object) -> None:
    (await outside.put(f"/users/{subject}", json=claims)).raise_for_status()


async def _log_in(
    shop: Shop, provider: object, outside: httpx.AsyncClient, subject: str
) -> httpx.AsyncClient:
    browser = shop.browser()
    location = await to_provider(browser, provider)  # type: ignore[arg-type]
    allowed = await outside.post(location, data={"sub": subject})
    answer = await browser.get(allowed.headers["location"])
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/account"
    return browser
