"""One request straight into the application, so that every byte of the path and of the answer is ours to see."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App

Answer = list[dict[str, Any]]
# What differs between any two requests.
_EACH_TIME: Final = re.compile(r"nonce[-=]\W*[\w-]{20,}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}")


async def ask(
    app: App,
    tenant: Tenant,
    method: str,
    raw_path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Every message that the application sent; ``raw_path`` as it stands in the request line."""
    scope = {**_scope("http", tenant, raw_path, headers), "method": method, "scheme": "http"}
    return await _run(app, scope, [{"type": "http.request", "body": body, "more_body": False}])


async def connect(app: App, tenant: Tenant, raw_path: str) -> Answer:
    """A WebSocket handshake."""
    scope = {**_scope("websocket", tenant, raw_path, None), "scheme": "ws", "subprotocols": []}
    return await _run(
        app, scope, [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
    )


def _scope(type_: str, tenant: Tenant, raw_path: str, headers: dict[str, str] | None) -> dict[str, Any]:
    path, _, query = raw_path.partition("?")
    host = tenant.canonical_host
    sent = {"host": host, "origin": f"http://{host}", "accept": "*/*", **(headers or {})}
    return {
        "type": type_,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 50000),
        "server": (host, 80),
        "root_path": "",
        "extensions": {},
        "state": {},
    }


async def _run(app: App, scope: dict[str, Any], messages: list[dict[str, Any]]) -> Answer:
    sent: Answer = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent


def plain(answer: Answer, name: str, instead: str) -> Any:
    """Comparable: ``name``, the path that stands for nobody's, may be shown back and becomes ``instead``."""
    return _EACH_TIME.sub("", repr(answer).replace(name, instead))
