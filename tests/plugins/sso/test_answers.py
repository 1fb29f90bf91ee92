"""What a provider's answer must be before anybody is let in: each lie is told by a provider that is fine otherwise."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from nakamise.auth.cookies import SESSION
from nakamise.testing.clock import SteeredClock
from tests.plugins.sso.place import Place, Shop, back, log_in, query_of, to_provider, why
from tests.plugins.sso.strict import (
    CLIENT_ID,
    Lie,
    Strict,
    make_key,
    signed_by_client_secret,
    unsigned,
)

pytestmark = pytest.mark.req("LC-0.24")


def says(**claims: Any) -> Lie:
    return lambda token: token.update(claims)


def leaves_out(name: str) -> Lie:
    return lambda token: token.pop(name)


LIES: dict[str, Lie] = {
    "issuer": says(iss="https://elsewhere.example"),
    "issuer-slash": lambda token: token.update(iss=token["iss"] + "/"),
    "audience": says(aud="another-client"),
    "audience-list": says(aud=["another-client"]),
    "several-audiences-no-azp": says(aud=[CLIENT_ID, "another-client"]),
    "authorized-party": says(azp="another-client"),
    "expired": says(exp=int(time.time()) - 3600),
    "no-expiry": leaves_out("exp"),
    "expiry-text": says(exp="tomorrow"),
    "made-long-ago": says(iat=int(time.time()) - 7200),
    "made-in-the-future": says(iat=int(time.time()) + 7200),
    "no-time": leaves_out("iat"),
    "not-yet": says(nbf=int(time.time()) + 3600),
    "another-nonce": says(nonce="of-another-login"),
    "no-nonce": leaves_out("nonce"),
    "nonce-number": says(nonce=1),
    "access-token-hash": says(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no-subject": leaves_out("sub"),
    "empty-subject": says(sub=""),
    "long-subject": says(sub="s" * 256),
}


@pytest.fixture(scope="module")
async def standing(place: Place, _strict: Strict) -> tuple[Shop, uuid.UUID]:
    """A shop and its provider, for whoever changes neither the provider nor its usual key."""
    shop = await place.shop()
    return shop, await shop.add(_strict.origin)


@pytest.fixture
async def known(standing: tuple[Shop, uuid.UUID], strict: Strict) -> tuple[Shop, uuid.UUID]:
    """The person of this test's provider has an account."""
    await standing[0].user(strict.person["email"])
    return standing


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_id_token_that_says_something_else_is_refused(
    known: tuple[Shop, uuid.UUID], strict: Strict, lie: Lie
) -> None:
    shop, provider = known
    browser = shop.browser()
    strict.lie = lie

    assert why(await log_in(browser, provider)) == "token"
    assert SESSION not in browser.cookies

    # The same provider, honest again.
    strict.lie = None
    await log_in(browser, provider)
    assert SESSION in browser.cookies


@pytest.mark.parametrize("sign", [unsigned, signed_by_client_secret])
async def test_signatures_that_prove_nothing(
    known: tuple[Shop, uuid.UUID], strict: Strict, sign: Callable[[dict[str, Any]], str]
) -> None:
    shop, provider = known
    strict.sign = sign

    assert why(await log_in(shop.browser(), provider)) == "token"


async def test_signed_with_a_key_that_is_not_published(shop: Shop, strict: Strict) -> None:
    provider = await _known(shop, strict)
    strict.key = make_key("RS256", kid=strict.key.kid)

    assert why(await log_in(shop.browser(), provider)) == "token"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA", "Ed25519"])
async def test_algorithms_that_are_taken(shop: Shop, strict: Strict, algorithm: str) -> None:
    strict.use(algorithm)
    provider, browser = await _known(shop, strict), shop.browser()

    await log_in(browser, provider)
    assert SESSION in browser.cookies


async def test_changed_key_is_found_without_waiting(shop: Shop, strict: Strict, clock: SteeredClock) -> None:
    provider = await _known(shop, strict)
    await log_in(shop.browser(), provider)
    strict.use("RS256")

    # Just asked: nobody can make us call the provider with every forged token.
    assert why(await log_in(shop.browser(), provider)) == "token"

    clock.advance(timedelta(seconds=31))
    browser = shop.browser()
    await log_in(browser, provider)
    assert SESSION in browser.cookies
    assert strict.paths.count("/jwks") == 2


async def test_weak_and_foreign_keys_are_left_out(shop: Shop, strict: Strict) -> None:
    provider = await _known(shop, strict)
    unfit = [{"use": "enc"}, {"alg": "PS256"}, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": "AQAB"}]
    strict.published = [{**strict.published[0], **change} for change in unfit]

    assert why(await log_in(shop.browser(), provider)) == "keys"


async def test_the_request_holds_what_protects_it(shop: Shop, strict: Strict) -> None:
    provider = await _known(shop, strict)
    for _ in range(2):
        await log_in(shop.browser(), provider)
    first, second = strict.asked

    assert first["redirect_uri"] == shop.ctx.url(f"/sso/callback/{provider}")
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43


async def test_answer_is_heard_once(shop: Shop, strict: Strict) -> None:
    provider, browser = await _known(shop, strict), shop.browser()
    location = await to_provider(browser, provider)
    cookies = dict(browser.cookies)
    answer = await back(location)
    await browser.get(answer)
    assert SESSION in browser.cookies

    thief = shop.browser()
    assert why(await thief.get(answer)) == "state"
    thief.cookies.update(cookies)
    assert why(await thief.get(answer)) == "state"
    assert SESSION not in thief.cookies


async def test_code_that_was_used_elsewhere(shop: Shop, strict: Strict) -> None:
    provider, browser = await _known(shop, strict), shop.browser()
    answer = await back(await to_provider(browser, provider))
    strict.codes.clear()

    assert why(await browser.get(answer)) == "code"


async def test_somebody_elses_code_is_bound_to_their_browser(shop: Shop, strict: Strict) -> None:
    """An attacker sends their own answer to a victim, who would then work in the attacker's account."""
    provider, attacker, victim = await _known(shop, strict), shop.browser(), shop.browser()
    stolen = query_of(await back(await to_provider(attacker, provider)))
    own = query_of(await to_provider(victim, provider))

    path = f"/sso/callback/{provider}"
    assert why(await victim.get(path, params=stolen)) == "state"
    # With the victim's state the code does not fit the victim's verifier.
    assert why(await victim.get(path, params={**stolen, "state": own["state"]})) == "code"
    assert SESSION not in victim.cookies


async def test_too_late(shop: Shop, strict: Strict, clock: SteeredClock) -> None:
    provider, browser = await _known(shop, strict), shop.browser()
    answer = await back(await to_provider(browser, provider))
    clock.advance(timedelta(minutes=11))

    assert why(await browser.get(answer)) == "state"


async def test_cookie_of_another_tenant_and_a_changed_one(shop: Shop, strict: Strict) -> None:
    provider, browser = await _known(shop, strict), shop.browser()
    answer = await back(await to_provider(browser, provider))
    (name, value), *_rest = [one for one in browser.cookies.items() if one[0].startswith("sso_")]
    browser.cookies.clear()
    browser.cookies.set(name, value[:-4] + "AAAA")

    assert why(await browser.get(answer)) == "state"


async def test_answer_of_another_provider(shop: Shop, strict: Strict) -> None:
    """RFC 9207: the answer names who gives it; a provider that promises to must do so."""
    provider = await _known(shop, strict)
    strict.iss_parameter = "https://attacker.example"
    assert why(await log_in(shop.browser(), provider)) == "mix_up"
    assert "/token" not in strict.paths

    strict.iss_parameter = strict.origin
    browser = shop.browser()
    await log_in(browser, provider)
    assert SESSION in browser.cookies


async def test_promised_issuer_that_is_missing(shop: Shop, strict: Strict) -> None:
    strict.metadata = {"authorization_response_iss_parameter_supported": True}
    provider = await _known(shop, strict)

    assert why(await log_in(shop.browser(), provider)) == "mix_up"


async def test_answer_for_one_provider_does_not_count_for_another(shop: Shop, strict: Strict) -> None:
    provider, browser = await _known(shop, strict), shop.browser()
    other = await shop.add(strict.origin)
    query = query_of(await back(await to_provider(browser, provider)))

    assert why(await browser.get(f"/sso/callback/{other}", params=query)) == "state"


async def test_faults_of_the_provider_are_explained(shop: Shop, strict: Strict, nobody: str) -> None:
    provider = await _known(shop, strict)
    strict.error = "server_error"
    assert why(await log_in(shop.browser(), provider)) == "provider"

    away = await shop.add(nobody)
    answer = await shop.browser().get(f"/sso/login/{away}")
    assert why(answer) == "unreachable"
    assert "does not answer at the moment" in answer.text
    assert "sso.login.failed" in await shop.acts()


async def test_begins_on_the_main_address_and_off_is_missing(shop: Shop, strict: Strict) -> None:
    provider = await _known(shop, strict)
    turned_off = {"label": "x", "discovery_url": strict.origin, "client_id": CLIENT_ID, "is_on": False}
    assert (await shop.admin.client.put(f"/api/sso/providers/{provider}", json=turned_off)).is_success

    assert (await shop.browser().get(f"/sso/login/{provider}")).status_code == 404
    assert (await shop.browser().get(f"/sso/callback/{provider}")).status_code == 404
    assert str(provider) not in (await shop.browser().get("/login")).text


async def test_where_to_go_on_is_local_only(shop: Shop, strict: Strict) -> None:
    provider = await _known(shop, strict)

    assert (await log_in(shop.browser(), provider, "/account/security")).headers["location"] == (
        "/account/security"
    )
    assert (await log_in(shop.browser(), provider, "//evil.example/")).headers["location"] == "/account"


async def _known(shop: Shop, strict: Strict) -> Any:
    """A provider, whose person has an account here."""
    await shop.user(strict.person["email"])
    return await shop.add(strict.origin)
