"""Signing in and out as JSON. The session is a bearer token; cookies mean nothing here."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.auth import login, register, reset
from nakamise.auth.forms import Address, CodeStep, Credentials, Link, RefreshBody
from nakamise.auth.pace import even_pace
from nakamise.auth.register import Registration
from nakamise.auth.reset import NewPassword
from nakamise.auth.sessions import revoke_session
from nakamise.auth.tokens import ACCESS_LIFETIME
from nakamise.plugin.access import anyone, in_maintenance, signed_in
from nakamise.plugin.context import Ctx

_TAGS: Final = ["auth"]


class Tokens(msgspec.Struct, frozen=True):
    """``expires_in`` is in seconds and concerns the access token."""

    access_token: str
    refresh_token: str
    expires_in: int = int(ACCESS_LIFETIME.total_seconds())
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme (RFC 6750)


class LoginAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """``tokens``, or the ``challenge`` that a second factor answers at /api/auth/login/code."""

    tokens: Tokens | None = None
    challenge: str | None = None


class Accepted(msgspec.Struct, frozen=True):
    """Heard; whether a mail goes out is not told."""

    status: Literal["accepted"] = "accepted"


def _tokens(opened: login.ApiSession) -> Tokens:
    return Tokens(opened.access_token, opened.refresh_token)


@post("/api/auth/login", opt=in_maintenance(anyone()), tags=_TAGS, status_code=200)
async def api_login(ctx: Ctx, data: JSONBody[Credentials]) -> LoginAnswer:
    """Tokens for a right pair; users with a second factor get a challenge instead."""
    outcome = await login.sign_in_api(ctx, data.email, data.password)
    if isinstance(outcome, login.SecondFactorNeeded):
        return LoginAnswer(challenge=outcome.challenge)
    return LoginAnswer(tokens=_tokens(outcome))


@post("/api/auth/login/code", opt=in_maintenance(anyone()), tags=_TAGS, status_code=200)
async def api_code(ctx: Ctx, data: JSONBody[CodeStep]) -> Tokens:
    """The second step: six digits, or a recovery code."""
    await login.brake_second_factor(ctx, data.challenge)
    async with ctx.begin() as tx:
        passed = await login.pass_second_factor(ctx, tx, data.challenge, data.code)
        opened = await login.open_for_api(ctx, tx, passed.user, mfa=True)
    return _tokens(opened)


@post("/api/auth/refresh", opt=in_maintenance(anyone()), tags=_TAGS, status_code=200)
async def api_refresh(ctx: Ctx, data: JSONBody[RefreshBody]) -> Tokens:
    """New tokens for a refresh token, which is used up; using it again ends the session."""
    return _tokens(await login.refresh_api(ctx, data.refresh_token))


@post("/api/auth/logout", opt=in_maintenance(signed_in()), tags=_TAGS, status_code=204)
async def api_logout(ctx: Ctx) -> None:
    """End this session: its access and refresh tokens work no more."""
    user_id = ctx.require_user()
    if ctx.actor.session_id is not None:
        async with ctx.begin() as tx:
            await revoke_session(tx, user_id, ctx.actor.session_id, ctx.now())


@post("/api/auth/register", opt=anyone(), tags=_TAGS, status_code=202)
async def api_register(ctx: Ctx, data: JSONBody[Registration]) -> Accepted:
    """The same answer for a new and a known address; a mail tells its owner."""
    async with even_pace():
        await register.register(ctx, data)
    return Accepted()


@post("/api/auth/register/resend", opt=anyone(), tags=_TAGS, status_code=202)
async def api_resend(ctx: Ctx, data: JSONBody[Address]) -> Accepted:
    """Another confirmation mail."""
    async with even_pace():
        await register.resend_confirmation(ctx, data.email, data.next)
    return Accepted()


@post("/api/auth/verify", opt=anyone(), tags=_TAGS, status_code=204)
async def api_verify(ctx: Ctx, data: JSONBody[Link]) -> None:
    """Confirm the address that the token was sent to."""
    await register.confirm_email(ctx, data.token)


@post("/api/auth/reset", opt=in_maintenance(anyone()), tags=_TAGS, status_code=202)
async def api_ask_reset(ctx: Ctx, data: JSONBody[Address]) -> Accepted:
    """A link to set a new password, by mail."""
    async with even_pace():
        await reset.send_reset(ctx, data.email)
    return Accepted()


@post("/api/auth/reset/new", opt=in_maintenance(anyone()), tags=_TAGS, status_code=204)
async def api_reset(ctx: Ctx, data: JSONBody[NewPassword]) -> None:
    """Set a new password with the token of a mail; all sessions end."""
    await reset.reset_password(ctx, data)


route_handlers: Final[list[ControllerRouterHandler]] = [
    api_login,
    api_code,
    api_refresh,
    api_logout,
    api_register,
    api_resend,
    api_verify,
    api_ask_reset,
    api_reset,
]
