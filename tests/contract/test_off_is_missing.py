"""A plugin that is off for a tenant is, byte for byte, a plugin that does not exist."""

from __future__ import annotations

import re

import pytest

from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App
from nakamise.testing.asgi import ask, connect, plain
from nakamise.testing.fixtures import ClientFor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
# A first segment of the same length that nobody owns: paths may show in answers.
NOBODY = "hallo"
PATHS = (
    "/hello",
    "/hello/greetings",
    "/hello/greetings/",
    "//hello//greetings",
    "/%68ello/greetings",
    "/hello%2Fgreetings",
    "/hello/none",
    "/api/hello/greetings",
    "/api/hello/greetings/00000000-0000-0000-0000-000000000001",
    "/api/hello/greetings/not-a-uuid",
    "/api//hello/greetings",
    "/admin/hello/greetings",
    "/assets/hello/0/hello.css",
)


def missing(path: str) -> str:
    return path.replace("hello", NOBODY).replace("%68ello", "%68allo")


@pytest.mark.parametrize("path", PATHS)
async def test_every_method_answers_as_if_it_did_not_exist(
    app: App, without_hello: Tenant, path: str
) -> None:
    for method in METHODS:
        body = b'{"name": "x"}' if method in ("POST", "PUT", "PATCH") else b""
        off = await ask(app, without_hello, method, path, body, {"content-type": "application/json"})
        gone = await ask(
            app, without_hello, method, missing(path), body, {"content-type": "application/json"}
        )
        assert plain(off, NOBODY, "hello") == plain(gone, NOBODY, "hello"), f"{method} {path}"
        assert off[0]["status"] in (400, 404, 405), f"{method} {path}: {off[0]}"


async def test_the_same_paths_answer_where_it_is_on(app: App, with_hello: Tenant) -> None:
    """The negative control: the comparison above would notice."""
    for path in ("/hello/greetings", "/%68ello/greetings", "/api/hello/greetings", "//hello//greetings"):
        there = await ask(app, with_hello, "GET", path)
        assert there[0]["status"] == 200, path
        assert plain(there, NOBODY, "hello") != plain(
            await ask(app, with_hello, "GET", missing(path)), NOBODY, "hello"
        )
    wrong_method = await ask(app, with_hello, "DELETE", "/hello/greetings")
    assert wrong_method[0]["status"] == 405


async def test_a_websocket_is_refused_like_one_that_does_not_exist(
    app: App, with_hello: Tenant, without_hello: Tenant
) -> None:
    off = await connect(app, without_hello, "/api/hello/live")
    gone = await connect(app, without_hello, f"/api/{NOBODY}/live")
    assert plain(off, NOBODY, "hello") == plain(gone, NOBODY, "hello")
    on = await connect(app, with_hello, "/api/hello/live")
    assert [message["type"] for message in on][:2] == ["websocket.accept", "websocket.send"]


@pytest.mark.req("LC-0.19")
async def test_openapi_has_no_trace_of_it(
    client: ClientFor, with_hello: Tenant, without_hello: Tenant
) -> None:
    on = (await client(with_hello).get("/api/openapi.json")).text
    off = (await client(without_hello).get("/api/openapi.json")).text
    assert "/api/hello/greetings" in on
    assert "hello.Greeting" in on
    assert "hello" not in off.lower().replace(without_hello.name.lower(), "")
    assert "greeting" not in off.lower()


async def test_openapi_references_all_resolve(client: ClientFor, with_hello: Tenant) -> None:
    document = (await client(with_hello).get("/api/openapi.json")).json()
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')))
    assert references == set(document["components"]["schemas"])


async def test_navigation_and_styles_are_there_or_not(
    client: ClientFor, with_hello: Tenant, without_hello: Tenant
) -> None:
    on = (await client(with_hello).get("/")).text
    off = (await client(without_hello).get("/")).text
    assert "/hello/greetings" in on
    assert "hello.css" in on
    assert "hello" not in off


async def test_the_page_speaks_both_languages(client: ClientFor, with_hello: Tenant) -> None:
    browser = client(with_hello)
    japanese = await browser.get("/hello/greetings", headers={"accept-language": "ja"})
    english = await browser.get("/hello/greetings", headers={"accept-language": "en"})
    assert "あいさつ" in japanese.text
    assert "Greetings" in english.text
