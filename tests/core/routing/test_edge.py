"""What every request meets: host, origin, headers, errors, language."""

from __future__ import annotations

import re

import httpx
import pytest

from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App


@pytest.mark.req("LC-0.1")
async def test_home_answers_in_the_tenants_name_and_hides_ours(
    browser: httpx.AsyncClient, bare_tenant: Tenant
) -> None:
    answer = await browser.get("/")
    assert answer.status_code == 200
    assert bare_tenant.name in answer.text
    everything = answer.text + str(answer.headers)
    assert "nakamise" not in everything.lower()


async def test_health_answers_on_any_host(app: App) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:9") as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_readiness_asks_the_database(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/readyz")).text == "ok"


@pytest.mark.parametrize("name", ["nobody.localhost", "localhost", "127.0.0.1", "evil.example"])
async def test_unknown_host_is_misdirected(app: App, name: str) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as client:
        assert (await client.get("/")).status_code == 421


async def test_two_host_headers_are_refused(app: App, bare_tenant: Tenant) -> None:
    host = bare_tenant.canonical_host
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        request = client.build_request("GET", "/", headers=[("host", host), ("host", "evil.example")])
        assert (await client.send(request)).status_code == 400


async def test_forwarded_host_never_decides(browser: httpx.AsyncClient, bare_tenant: Tenant) -> None:
    answer = await browser.get("/", headers={"x-forwarded-host": "evil.example"})
    assert bare_tenant.name in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://["},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"cookie": "sid=x"},
        {"origin": "https://evil.example", "authorization": "Bearer x", "cookie": "sid=x"},
        {"origin": "https://evil.example", "authorization": "Basic dTpw"},
        {"sec-fetch-site": "cross-site", "authorization": "bearer"},
    ],
)
async def test_cross_site_post_is_refused(app: App, bare_tenant: Tenant, headers: dict[str, str]) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://{bare_tenant.canonical_host}"
    ) as client:
        answer = await client.post("/preferences", data={"locale": "en"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/sdp"}, 404),
        ({"content-type": "application/sdp", "cookie": "sid=x"}, 403),
        ({"content-type": "text/plain; charset=utf-8"}, 403),
        ({}, 403),
    ],
)
async def test_what_needs_a_preflight_is_the_routes_own_affair(
    browser: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """A page may send it only where the route's CORS says so; with cookies never."""
    answer = await browser.post(
        "/nowhere", content="x", headers={"origin": "https://evil.example", **headers}
    )
    assert answer.status_code == status


async def test_no_page_of_another_site_is_let_in_by_cors(browser: httpx.AsyncClient) -> None:
    """The gate takes a token from anywhere: a browser sends one for another site only after such an answer."""
    asked = {
        "origin": "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    for path in ("/preferences", "/api/core/me", "/api/auth/login", "/"):
        answer = await browser.options(path, headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")], path


async def test_same_site_post_passes_and_sets_the_language(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/preferences", data={"locale": "en", "next": "/pages/x"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/pages/x"
    assert 'lang="en"' in (await browser.get("/")).text


@pytest.mark.parametrize(
    "evil", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2fevil.example", "x"]
)
async def test_next_never_leaves_the_site(browser: httpx.AsyncClient, evil: str) -> None:
    answer = await browser.post("/preferences", data={"locale": "en", "next": evil})
    assert answer.headers["location"] == "/"


async def test_language_follows_the_browser(browser: httpx.AsyncClient) -> None:
    english = await browser.get("/", headers={"accept-language": "en-GB,en;q=0.9,ja;q=0.5"})
    other = await browser.get("/", headers={"accept-language": "fr"})
    assert 'lang="en"' in english.text
    assert 'lang="ja"' in other.text


async def test_pages_carry_a_policy_with_a_fresh_nonce(browser: httpx.AsyncClient) -> None:
    nonces = set()
    for _ in range(2):
        answer = await browser.get("/")
        policy = answer.headers["content-security-policy"]
        found = re.search(r"'nonce-([^']+)'", policy)
        assert found is not None
        assert f'nonce="{found[1]}"' in answer.text
        nonces.add(found[1])
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(nonces) == 2


async def test_missing_page_helps_and_missing_api_says_problem_json(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/nowhere")
    api = await browser.get("/api/nowhere", headers={"accept-language": "en"})
    assert page.status_code == api.status_code == 404
    assert "<main" in page.text
    assert api.headers["content-type"] == "application/problem+json"
    assert api.json()["code"] == "not_found"
    assert api.json()["detail"] == "The page or item was not found."


async def test_problem_is_in_the_users_language(browser: httpx.AsyncClient) -> None:
    api = await browser.get("/api/nowhere", headers={"accept-language": "ja"})
    assert re.search(r"[ぁ-ん]", api.json()["detail"])


async def test_bad_form_value_is_named(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/preferences", data={"locale": "xx"})
    assert answer.status_code == 422


async def test_guest_is_sent_to_the_login_and_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/admin?tab=x")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/admin%3Ftab%3Dx"


async def test_pages_travel_compressed(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/", headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert "<main" in answer.text
    assert "Accept-Encoding" in answer.headers["vary"]
