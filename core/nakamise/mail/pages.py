"""The demo's mailbox: what this tenant sent, in place of a mail server. Not in production."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec
from litestar import MediaType, Response, get
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.ui.pages import page

_SHOWN: Final = 100
# A mail's own styles are inline; nothing in it may run or load.
_MAIL_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation allow-popups"


class MailLine(msgspec.Struct, frozen=True):
    id: uuid.UUID
    created_at: datetime
    recipient: str
    subject: str
    state: str


class WholeMail(msgspec.Struct, frozen=True):
    id: uuid.UUID
    created_at: datetime
    recipient: str
    subject: str
    state: str
    text_body: str
    html_body: str


def _only_in_demo(ctx: TenantCtx) -> None:
    if ctx.runtime.settings.environment != "demo":
        raise NotFound


async def newest_mails(tx: Tx, recipient: str = "") -> list[MailLine]:
    """``recipient`` "" = everybody's."""
    return await tx.all(
        MailLine,
        "SELECT id, created_at, recipient, subject, state FROM core_mail"
        " WHERE $1 = '' OR lower(recipient) = lower($1) ORDER BY created_at DESC, id DESC LIMIT $2",
        recipient,
        _SHOWN,
    )


async def _find(ctx: TenantCtx, mail_id: uuid.UUID) -> WholeMail:
    _only_in_demo(ctx)
    async with ctx.read() as tx:
        found = await tx.first(
            WholeMail,
            "SELECT id, created_at, recipient, subject, state, text_body, html_body FROM core_mail WHERE id = $1",
            mail_id,
        )
    if found is None:
        raise NotFound
    return found


@get("/dev/mail", opt=anyone(), include_in_schema=False)
async def mailbox(ctx: Ctx, to: FromQuery[str] = "") -> Response[bytes]:
    _only_in_demo(ctx)
    async with ctx.read() as tx:
        mails = await newest_mails(tx, to)
    return await page(ctx, "core/mailbox.html", mails=mails, to=to)


@get("/dev/mail/{mail_id:uuid}", opt=anyone(), include_in_schema=False)
async def one_mail(ctx: Ctx, mail_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await page(ctx, "core/mail.html", mail=await _find(ctx, mail_id))


@get("/dev/mail/{mail_id:uuid}/html", opt=anyone(), include_in_schema=False)
async def mail_html(ctx: Ctx, mail_id: FromPath[uuid.UUID]) -> Response[str]:
    """The mail as its reader sees it, for the frame on the page."""
    mail = await _find(ctx, mail_id)
    headers = {
        "content-security-policy": _MAIL_CSP,
        "x-frame-options": "SAMEORIGIN",
        "cache-control": "no-store",
    }
    # Links leave the frame.
    body = mail.html_body.replace("<head>", '<head><base target="_top">', 1)
    return Response(body, media_type=MediaType.HTML, headers=headers)


route_handlers: Final[list[ControllerRouterHandler]] = [mailbox, one_mail, mail_html]
