"""Host → tenant on the real application, for pages and for WebSockets."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from nakamise.plugin import Tenant
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy.control import announce
from nakamise.testing.fixtures import ClientFor, NewTenant
from tests.core.tenancy.test_hosts import SPELLINGS


async def _call(app: App, kind: str, hosts: list[bytes], path: str = "/") -> list[dict[str, Any]]:
    """What the application sends to one request that says no more than its hosts."""
    scope: dict[str, Any] = {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", host) for host in hosts],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
        "extensions": {},
    }
    if kind == "http":
        scope["method"] = "GET"
    else:
        scope["subprotocols"] = []
        scope["headers"].append((b"origin", b"http://" + hosts[0]))
    sent: list[dict[str, Any]] = []
    opening = {"http": {"type": "http.request", "body": b""}, "websocket": {"type": "websocket.connect"}}
    incoming = [opening[kind]]

    async def receive() -> Any:
        return incoming.pop() if incoming else {"type": f"{kind}.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def _status(sent: list[dict[str, Any]]) -> int | None:
    return next((message["status"] for message in sent if message["type"].endswith("response.start")), None)


@pytest.mark.parametrize(("raw", "expected"), SPELLINGS, ids=[repr(raw)[2:40] for raw, _ in SPELLINGS])
async def test_page(raw: bytes, expected: str | None, app: App, runtime: Runtime) -> None:
    served = expected is not None and runtime.directory.by_host(expected) is not None
    wanted = 400 if expected is None else 200 if served else 421
    assert _status(await _call(app, "http", [raw])) == wanted


@pytest.mark.parametrize(("raw", "expected"), SPELLINGS, ids=[repr(raw)[2:40] for raw, _ in SPELLINGS])
async def test_websocket(raw: bytes, expected: str | None, app: App) -> None:
    sent = await _call(app, "websocket", [raw])
    assert not any(message["type"] == "websocket.accept" for message in sent)
    assert sent[0]["type"] in ("websocket.close", "websocket.http.response.start")


async def test_two_hosts(app: App, new_tenant: NewTenant, runtime: Runtime) -> None:
    tenant = await new_tenant()
    await runtime.directory.refresh()
    host = tenant.canonical_host.encode()
    assert _status(await _call(app, "http", [host, host])) == 400
    assert _status(await _call(app, "http", [host])) == 200


async def test_liveness_needs_no_tenant(app: App) -> None:
    assert _status(await _call(app, "http", [b"anything at all"], "/healthz")) == 200


async def test_a_suspended_tenant(
    client: ClientFor, new_tenant: NewTenant, runtime: Runtime, owner: asyncpg.Connection
) -> None:
    tenant: Tenant = await new_tenant()
    await runtime.directory.refresh()
    browser = client(tenant)
    assert (await browser.get("/")).status_code == 200
    async with owner.transaction():
        await owner.execute("UPDATE nakamise.tenant SET state = 'suspended' WHERE id = $1", tenant.id)
        await announce(owner, tenant.id, "tenant.suspend")
    await runtime.directory.refresh()
    answer = await browser.get("/")
    assert answer.status_code == 503
    assert "nakamise" not in answer.text.lower()
