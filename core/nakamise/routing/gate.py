"""The outermost layer: host → tenant → which plugins are on → who is asking.

It stands outside Litestar, so that a path owned by a plugin that is off is answered exactly like a path
that never existed, for every method and for WebSockets, before any middleware of that plugin runs.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable
from typing import Final

from nakamise.db import DATABASE_AWAY
from nakamise.plugin.context import GUEST, HttpInfo, Tenant, TenantCtx
from nakamise.routing import answers
from nakamise.routing.admission import Bounds, who
from nakamise.routing.asgi import App, Message, Receive, Scope, Send
from nakamise.routing.body import replayed, whole_body
from nakamise.routing.client import client_address, is_secure
from nakamise.routing.crowded import come_again
from nakamise.routing.csp import security_headers
from nakamise.routing.language import choose_locale
from nakamise.routing.origin import forged
from nakamise.routing.oversized import too_large
from nakamise.runtime import Runtime
from nakamise.tenancy.hosts import HostRefused, host_of
from nakamise.ui.assets import PREFIX as ASSETS_PREFIX

log: Final = logging.getLogger("nakamise.gate")
CTX_KEY: Final = "nakamise.ctx"
# Never routed by anything: Litestar answers it with its own "not found".
NOWHERE: Final = "/\x00"
# Of what is bounded; forms of ours are far smaller.
BODY_MAX: Final = 128 * 1024
# Answered without looking at cookies: they never depend on who asks.
_ANONYMOUS: Final = (f"{ASSETS_PREFIX}/", "/media/")


class Gate:
    def __init__(self, app: App, runtime: Runtime, bounds: Bounds | None = None) -> None:
        self._app = app
        self._runtime = runtime
        self.bounds = bounds or Bounds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/healthz" and scope["type"] == "http":
            await answers.plain(send, 200, "ok")
            return
        try:
            tenant = self._runtime.directory.by_host(host_of(scope))
        except HostRefused as refused:
            await answers.refuse(scope, send, refused.status, str(refused))
            return
        if tenant is None:
            await answers.refuse(scope, send, 421, "This host is not served here.")
            return
        await self._admit(tenant, scope, receive, send)

    async def _admit(self, tenant: Tenant, scope: Scope, receive: Receive, send: Send) -> None:
        if forged(scope):
            await answers.refuse(scope, send, 403, "This request came from another site.")
            return
        http = _http_info(scope, self._runtime)
        ctx = TenantCtx(
            self._runtime,
            tenant,
            GUEST,
            self._runtime.host.lineup(tenant.plugins),
            locale=choose_locale(tenant, http, scope["headers"]),
            http=http,
        )
        send = _with_headers(send, http)
        bound = self.bounds.of(tenant, scope) if self._exists(tenant, scope["path"]) else None
        if bound is None:
            await self._serve(ctx, scope, receive, send)
            return
        # Read first: whoever sends slowly holds no place.
        body = await whole_body(receive, BODY_MAX)
        if body is None:
            await too_large(ctx, send)
            return
        if wait_s := bound.enter(who(scope)):
            await come_again(ctx, scope, body, send, wait_s)
            return
        receive = replayed(body, receive)
        try:
            await self._serve(ctx, scope, receive, send)
        finally:
            bound.leave()

    async def _serve(self, ctx: TenantCtx, scope: Scope, receive: Receive, send: Send) -> None:
        """As whoever asks, if that path is anybody's."""
        tenant, http = ctx.tenant, ctx.http
        if not scope["path"].startswith(_ANONYMOUS):
            try:
                actor = await self._runtime.auth.actor(
                    tenant, cookies=http.cookies, authorization=_authorization(scope), http=http
                )
                ctx = ctx.acting_as(actor)
            except DATABASE_AWAY:
                log.exception("nobody can be recognised: the database is away")
                await answers.refuse(scope, send, 503, "Please try again in a moment.")
                return
        if not self._exists(tenant, scope["path"]):
            scope["path"] = NOWHERE
            scope["raw_path"] = NOWHERE.encode()
        scope.setdefault("state", {})[CTX_KEY] = ctx
        await self._app(scope, receive, send)

    def _exists(self, tenant: Tenant, path: str) -> bool:
        if "\x00" in path or not (tenant.is_active or path.startswith(_ANONYMOUS)):
            return False
        return self._runtime.host.exists(path, tenant.plugins)


def _http_info(scope: Scope, runtime: Runtime) -> HttpInfo:
    headers = dict(scope["headers"])
    secure = is_secure(scope, runtime.settings.trusted_proxies)
    host = headers.get(b"host", b"").decode("latin-1")
    path = scope["path"]
    return HttpInfo(
        method=scope.get("method", "GET"),
        path=path,
        query=scope.get("query_string", b"").decode("latin-1"),
        origin=f"{'https' if secure else 'http'}://{host}",
        nonce=secrets.token_urlsafe(16),
        client=client_address(scope, runtime.settings.trusted_proxies),
        user_agent=headers.get(b"user-agent", b"").decode("latin-1")[:300],
        secure=secure,
        is_partial=headers.get(b"hx-request-type") == b"partial",
        is_framed=_is_framed(headers),
        is_api=path.startswith("/api/"),
        wants_json=headers.get(b"accept", b"").startswith(b"application/json"),
        cookies=_cookies(headers.get(b"cookie", b"")),
    )


def _is_framed(headers: dict[bytes, bytes]) -> bool:
    """Scripts and other sites cannot forge these two: https://www.w3.org/TR/fetch-metadata/."""
    return headers.get(b"sec-fetch-dest") == b"iframe" and headers.get(b"sec-fetch-site") == b"same-origin"


def _cookies(header: bytes) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.decode("latin-1").split(";"))
    return {name.strip(): value.strip() for name, mark, value in pairs if mark}


def _authorization(scope: Scope) -> str | None:
    """Bearer tokens count on the API only; cookies count everywhere else only (see ``Auth.actor``)."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None


def _with_headers(send: Send, http: HttpInfo) -> Send:
    extra = security_headers(http)

    def send_with_headers(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            present = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((name, value) for name, value in extra if name not in present),
            ]
        return send(message)

    return send_with_headers
