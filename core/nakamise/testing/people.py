"""People of a tenant, signed in for real: rows of users, roles and sessions, a cookie and a bearer token."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import httpx
from pyotp.totp import TOTP

from nakamise.auth import totp
from nakamise.auth.cookies import SESSION
from nakamise.auth.sessions import open_api_session, open_browser_session
from nakamise.plugin.context import Actor, HttpInfo, Tenant, TenantCtx
from nakamise.runtime import Runtime

PASSWORD: Final = "correct horse 2026"  # noqa: S105  # of people who exist in tests only
_BROWSER: Final = HttpInfo(client="127.0.0.1", user_agent="nakamise-testing")


@dataclass(frozen=True)
class Person:
    """``client`` is a browser with the session's cookie, and with a bearer token that counts on /api/.

    ``ctx`` acts as this person. ``token`` is the cookie's value, for other browsers. A guest has no ids.
    """

    tenant: Tenant
    client: httpx.AsyncClient
    ctx: TenantCtx
    email: str = ""
    token: str = ""

    @property
    def actor(self) -> Actor:
        return self.ctx.actor

    @property
    def id(self) -> uuid.UUID:
        """Raises Unauthenticated for a guest."""
        return self.ctx.require_user()


async def sign_in(
    ctx: TenantCtx, client: httpx.AsyncClient, roles: Sequence[str], name: str, *, mfa: bool = False
) -> Person:
    """A new user of ``ctx``'s tenant with ``roles`` and a confirmed address; ``ctx`` acts as the system.

    With ``mfa`` the person has set up an authenticator app and logs in with it, step by step.
    """
    runtime, tenant = ctx.runtime, ctx.tenant
    email = f"{secrets.token_hex(6)}@example.com"
    async with ctx.begin() as tx:
        user_id = await runtime.auth.ensure_user(
            tx,
            email=email,
            password=PASSWORD,
            display_name=name,
            roles=roles,
            password_hash=await hash_of_password(runtime),
        )
    if mfa:
        await _log_in_with_code(ctx, client, email, await _set_up_app(ctx, user_id, email))
    else:
        await _open_sessions(ctx, client, user_id)
    token = client.cookies[SESSION]
    actor = await actor_of(runtime, tenant, token)
    acting = TenantCtx(runtime, tenant, actor, runtime.host.lineup(tenant.plugins))
    return Person(tenant, client, acting, email, token)


_hashes: list[str] = []


async def hash_of_password(runtime: Runtime) -> str:
    """Worked out once: thousands of people of tests have the same password."""
    if not _hashes:
        _hashes.append(await runtime.auth.passwords.hash(PASSWORD))
    return _hashes[0]


async def actor_of(runtime: Runtime, tenant: Tenant, token: str) -> Actor:
    """Whom the server recognises by a session cookie now."""
    return await runtime.auth.actor(tenant, cookies={SESSION: token}, authorization=None, http=_BROWSER)


async def _open_sessions(ctx: TenantCtx, client: httpx.AsyncClient, user_id: uuid.UUID) -> None:
    now = ctx.now()
    async with ctx.begin() as tx:
        browser = await open_browser_session(tx, user_id, _BROWSER, now)
        api = await open_api_session(tx, user_id, _BROWSER, now)
    client.cookies.set(SESSION, browser.token)
    bearer = ctx.runtime.auth.tokens.issue(ctx.tenant.id, user_id, api, now)
    client.headers["Authorization"] = f"Bearer {bearer}"


async def _set_up_app(ctx: TenantCtx, user_id: uuid.UUID, email: str) -> str:
    """The app's secret. The code of the step before now is used up by it."""
    sealer = ctx.runtime.auth.totp_sealer
    async with ctx.begin() as tx:
        enrolment = await totp.begin(tx, sealer, ctx.tenant, user_id, email)
        code = _code(ctx, enrolment.secret, -1)
        assert await totp.confirm(tx, sealer, ctx.tenant, user_id, code, ctx.now())
    return enrolment.secret


async def _log_in_with_code(ctx: TenantCtx, client: httpx.AsyncClient, email: str, secret: str) -> None:
    """Each code works once, so the API gets the next one; clocks may be a step apart."""
    credentials = {"email": email, "password": PASSWORD}
    await client.post("/login", data=credentials)
    entered = await client.post("/login/code", data={"code": _code(ctx, secret, 0)})
    assert SESSION in client.cookies, f"{entered.status_code} {entered.text}"
    asked = await client.post("/api/auth/login", json=credentials)
    step = {"challenge": asked.json()["challenge"], "code": _code(ctx, secret, 1)}
    opened = await client.post("/api/auth/login/code", json=step)
    client.headers["Authorization"] = f"Bearer {opened.json()['access_token']}"


def _code(ctx: TenantCtx, secret: str, drift: int) -> str:
    return TOTP(secret).generate_otp(int(ctx.now().timestamp()) // totp.STEP_S + drift)
