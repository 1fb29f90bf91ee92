"""Who is let in: linking by verified address, new accounts, suspended ones, second factors, roles."""

from __future__ import annotations

import pytest

from nakamise.auth.cookies import SECOND_FACTOR, SESSION
from nakamise.testing.people import actor_of
from tests.plugins.sso.place import Shop, log_in, why
from tests.plugins.sso.strict import Strict

pytestmark = pytest.mark.req("LC-0.24")
RULES = [
    {"claim": "groups", "value": "shop-team", "role": "shop_staff"},
    {"claim": "realm_access.roles", "value": "boss", "role": "admin"},
]


async def test_unverified_address_links_nothing(shop: Shop, strict: Strict) -> None:
    await shop.user(strict.person["email"])
    provider = await shop.add(strict.origin, may_create=True)

    for verified in (False, "false", None, 1):
        strict.person["email_verified"] = verified
        browser = shop.browser()
        assert why(await log_in(browser, provider)) == "email_unverified"
        assert SESSION not in browser.cookies
    assert "core.login.refused" in await shop.acts()


async def test_account_that_was_never_confirmed_is_nobodys(shop: Shop, strict: Strict) -> None:
    """Somebody may have registered a stranger's address and knows its password."""
    await shop.user(strict.person["email"], verified=False)
    provider = await shop.add(strict.origin, may_create=True)

    answer = await log_in(shop.browser(), provider)
    assert why(answer) == "account_unconfirmed"
    assert "confirmation mail" in answer.text


async def test_unknown_person_needs_permission_or_an_invitation(shop: Shop, strict: Strict) -> None:
    provider = await shop.add(strict.origin)
    assert why(await log_in(shop.browser(), provider)) == "no_account"

    invited = await shop.admin.client.post(
        "/api/core/invitations", json={"email": strict.person["email"], "roles": ["shop_staff"]}
    )
    assert invited.is_success, invited.text
    browser = shop.browser()
    await log_in(browser, provider)
    assert SESSION in browser.cookies
    # The roles of the invitation come with accepting it.
    assert await shop.roles_of(strict.person["email"]) == set()


async def test_new_account_when_the_tenant_allows(shop: Shop, strict: Strict) -> None:
    provider, browser = await shop.add(strict.origin, may_create=True), shop.browser()
    await log_in(browser, provider)

    seen = await actor_of(shop.place.runtime, shop.tenant, browser.cookies[SESSION])
    assert (seen.email, seen.display_name, seen.email_verified) == (strict.person["email"], "みどり", True)
    assert {"account.registered", "account.linked", "account.signed_in"} <= set(await shop.acts())


async def test_same_address_at_another_tenant_is_another_person(shop: Shop, strict: Strict) -> None:
    other = await shop.place.shop()
    provider = await shop.add(strict.origin, may_create=True)
    elsewhere = await other.add(strict.origin)
    await log_in(shop.browser(), provider)

    assert why(await log_in(other.browser(), elsewhere)) == "no_account"


async def test_suspended_user_stays_out(shop: Shop, strict: Strict) -> None:
    user_id = await shop.user(strict.person["email"])
    provider = await shop.add(strict.origin)
    await log_in(shop.browser(), provider)
    stopped = await shop.admin.client.post(f"/api/core/users/{user_id}/suspend", json={"reason": "Abuse."})
    assert stopped.is_success, stopped.text

    assert why(await log_in(shop.browser(), provider)) == "suspended"


async def test_domains(shop: Shop, strict: Strict) -> None:
    provider = await shop.add(strict.origin, may_create=True, email_domains=["@Example.co.jp"])
    await log_in(shop.browser(), provider)
    strict.person |= {"email": "a@example.co.jp.evil.example", "sub": "other"}
    assert why(await log_in(shop.browser(), provider)) == "domain"
    strict.person |= {"email": "b@example.co.jp", "email_verified": False}
    assert why(await log_in(shop.browser(), provider)) == "domain"


async def test_address_from_the_user_info(shop: Shop, strict: Strict) -> None:
    provider = await shop.add(strict.origin, may_create=True)
    strict.info = dict(strict.person)
    strict.person = {"sub": strict.person["sub"]}
    browser = shop.browser()
    await log_in(browser, provider)
    assert SESSION in browser.cookies

    strict.info = {**strict.info, "sub": "somebody-else"}
    assert why(await log_in(shop.browser(), provider)) == "token"


async def test_second_factor_of_the_provider_counts_only_where_the_tenant_says_so(
    shop: Shop, strict: Strict
) -> None:
    person = await shop.place.person(shop.tenant, mfa=True)
    strict.person |= {"email": person.email, "amr": ["pwd", "mfa"]}
    trusting = await shop.add(strict.origin, mfa_values=["mfa"])
    careful = await shop.add(strict.origin)

    browser = shop.browser()
    asked = await log_in(browser, careful, "/account/security")
    assert asked.headers["location"] == "/login/code"
    assert SECOND_FACTOR in browser.cookies
    assert SESSION not in browser.cookies

    browser = shop.browser()
    await log_in(browser, trusting)
    seen = await actor_of(shop.place.runtime, shop.tenant, browser.cookies[SESSION])
    assert seen.has_mfa

    strict.person["amr"] = ["pwd"]
    assert (await log_in(shop.browser(), trusting)).headers["location"] == "/login/code"


async def test_roles_come_and_go_with_claims(shop: Shop, strict: Strict) -> None:
    email = strict.person["email"]
    await shop.user(email, "broadcaster")
    provider = await shop.add(strict.origin, rules=RULES)

    strict.person |= {"groups": ["shop-team", "other"], "realm_access": {"roles": ["boss"]}}
    answer = await log_in(shop.browser(), provider)
    assert answer.headers["location"] == "/admin"
    assert await shop.roles_of(email) == {"broadcaster", "shop_staff", "admin"}

    strict.person |= {"groups": "shop-team", "realm_access": {"roles": []}}
    await log_in(shop.browser(), provider)
    assert await shop.roles_of(email) == {"broadcaster", "shop_staff"}

    # No claim, no role; what no rule names is left alone.
    del strict.person["groups"]
    await log_in(shop.browser(), provider)
    assert await shop.roles_of(email) == {"broadcaster"}
    assert "core.user.roles_changed" in await shop.acts()


async def test_last_manager_keeps_the_role(shop: Shop, strict: Strict) -> None:
    strict.person["email"] = shop.admin.email
    provider = await shop.add(strict.origin, rules=RULES)

    browser = shop.browser()
    await log_in(browser, provider)
    assert SESSION in browser.cookies
    assert await shop.roles_of(shop.admin.email) == {"admin"}
    assert "core.login.roles_kept" in await shop.acts()


async def test_person_is_forgotten_with_the_link(shop: Shop, strict: Strict) -> None:
    user_id = await shop.user(strict.person["email"])
    provider = await shop.add(strict.origin)
    await log_in(shop.browser(), provider)
    assert (await shop.admin.client.post(f"/api/core/users/{user_id}/export")).is_success
    erased = await shop.admin.client.post(
        f"/api/core/users/{user_id}/erase", json={"confirm": strict.person["email"]}
    )
    assert erased.is_success, erased.text

    assert why(await log_in(shop.browser(), provider)) == "no_account"
