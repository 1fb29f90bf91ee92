"""Password, e-mail address, two-step login and sessions as JSON."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.account import security
from nakamise.account.security import CodeProof, EmailChange, FullProof, PasswordChange, PasswordProof
from nakamise.auth.api import Accepted
from nakamise.auth.sessions import live_sessions
from nakamise.plugin.access import sensitive, signed_in
from nakamise.plugin.context import Ctx

_TAGS: Final = ["account"]


class SessionView(msgspec.Struct, frozen=True):
    """``device`` is a name such as "Chrome · Windows"; ``client`` an IP address."""

    id: uuid.UUID
    device: str
    client: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


class EnrolmentView(msgspec.Struct, frozen=True):
    """``uri`` is what the QR code holds (otpauth://)."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Shown this once."""

    codes: list[str]


class Ended(msgspec.Struct, frozen=True):
    count: int


@post("/api/account/password", opt=sensitive(signed_in()), tags=_TAGS, status_code=204)
async def change_password(ctx: Ctx, data: JSONBody[PasswordChange]) -> None:
    """All other sessions end."""
    await security.change_password(ctx, data)


@post("/api/account/email", opt=sensitive(signed_in()), tags=_TAGS, status_code=202)
async def change_email(ctx: Ctx, data: JSONBody[EmailChange]) -> Accepted:
    """In force once the link in the mail to the new address is used."""
    await security.ask_email_change(ctx, data)
    return Accepted()


@post("/api/account/totp", opt=sensitive(signed_in()), tags=_TAGS, status_code=200)
async def begin_totp(ctx: Ctx, data: JSONBody[PasswordProof]) -> EnrolmentView:
    """Begin setting up two-step login."""
    shown = await security.begin_totp(ctx, data)
    return EnrolmentView(shown.secret, shown.uri, shown.qr_svg)


@post("/api/account/totp/confirm", opt=sensitive(signed_in()), tags=_TAGS, status_code=200)
async def confirm_totp(ctx: Ctx, data: JSONBody[CodeProof]) -> RecoveryCodes:
    """Switch two-step login on with the first code."""
    return RecoveryCodes(await security.confirm_totp(ctx, data))


@post("/api/account/totp/disable", opt=sensitive(signed_in()), tags=_TAGS, status_code=204)
async def disable_totp(ctx: Ctx, data: JSONBody[FullProof]) -> None:
    """Switch two-step login off."""
    await security.disable_totp(ctx, data)


@post("/api/account/recovery-codes", opt=sensitive(signed_in()), tags=_TAGS, status_code=200)
async def renew_codes(ctx: Ctx, data: JSONBody[FullProof]) -> RecoveryCodes:
    """New recovery codes; the old ones work no more."""
    return RecoveryCodes(await security.renew_recovery_codes(ctx, data))


@get("/api/account/sessions", opt=signed_in(), tags=_TAGS)
async def list_sessions(ctx: Ctx) -> list[SessionView]:
    """Where this account is logged in."""
    async with ctx.read() as tx:
        rows = await live_sessions(tx, ctx.require_user(), ctx.now())
    return [
        SessionView(
            row.id, row.device, row.client, row.created_at, row.last_seen_at, row.id == ctx.actor.session_id
        )
        for row in rows
    ]


@delete("/api/account/sessions/{session_id:uuid}", opt=sensitive(signed_in()), tags=_TAGS)
async def end_session(ctx: Ctx, session_id: FromPath[uuid.UUID]) -> None:
    """Log one device out."""
    await security.end_session(ctx, session_id)


@post("/api/account/sessions/end-others", opt=sensitive(signed_in()), tags=_TAGS, status_code=200)
async def end_others(ctx: Ctx) -> Ended:
    """Log all devices but this one out."""
    return Ended(await security.end_other_sessions(ctx))


route_handlers: Final[list[ControllerRouterHandler]] = [
    change_password,
    change_email,
    begin_totp,
    confirm_totp,
    disable_totp,
    renew_codes,
    list_sessions,
    end_session,
    end_others,
]
