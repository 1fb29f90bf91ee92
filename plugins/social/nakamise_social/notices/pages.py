"""The list of notifications, the consent to mails, and the end of them without a login."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, TenantCtx, anyone, in_maintenance, signed_in
from nakamise.web import N_, NavLink, filter_of, page, page_address, page_base, read_form, see_other
from nakamise_social.notices import consent, inbox
from nakamise_social.notices.schemas import NoticeFilter, NoticePage, Preferences
from nakamise_social.words import KINDS, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/social/notifications"
FOLLOWING: Final = "/social/following"


class PreferencesForm(msgspec.Struct, frozen=True):
    """An unticked box is not sent."""

    mail_live: bool = False


@get("/notifications", opt=signed_in(), include_in_schema=False)
async def notifications(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(NoticeFilter, request.query_params)
    async with ctx.read() as tx:
        found = await inbox.inbox(ctx, tx, wanted)
    if wanted.page > found.page_count:
        return see_other(ctx, page_address(LIST, wanted, page=found.page_count))
    address = page_address(LIST, wanted, page=wanted.page)
    return await page(
        ctx,
        "social/notifications.html",
        found=found,
        wanted=wanted,
        query=address.removeprefix(LIST),
        icons={kind: name for kind, (_label, name) in KINDS.items()},
        labels={kind: words(ctx)(label) for kind, (label, _name) in KINDS.items()},
        paging=page_base(page_address(LIST, wanted)),
        filters=_filters(ctx, wanted, found),
    )


def _filters(ctx: TenantCtx, wanted: NoticeFilter, found: NoticePage) -> dict[str, list[NavLink]]:
    _ = words(ctx)
    tabs = [NavLink(_("All"), page_address(LIST, wanted, kind=None), current=wanted.kind is None)]
    tabs += [
        NavLink(
            _(label),
            page_address(LIST, wanted, kind=kind),
            current=wanted.kind == kind,
            count=found.unread_by_kind.get(kind),
        )
        for kind, (label, _name) in KINDS.items()
    ]
    chips = [
        NavLink(_("Everything"), page_address(LIST, wanted, unread=False), current=not wanted.unread),
        NavLink(
            _("Only unread"),
            page_address(LIST, wanted, unread=True),
            current=wanted.unread,
            count=found.unread,
        ),
    ]
    return {"tabs": tabs, "chips": chips}


def _back(request: AnyRequest) -> str:
    """The list as it was filtered."""
    return page_address(LIST, filter_of(NoticeFilter, request.query_params))


@post("/notifications/read", opt=signed_in(), include_in_schema=False)
async def read_all(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    kind = filter_of(NoticeFilter, request.query_params).kind
    async with ctx.begin() as tx:
        await inbox.mark_all_read(ctx, tx, kind)
    return see_other(ctx, _back(request))


@post("/notifications/{notice_id:uuid}/read", opt=signed_in(), include_in_schema=False)
async def read_one(request: AnyRequest, ctx: Ctx, notice_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await inbox.mark_read(ctx, tx, notice_id)
    return see_other(ctx, _back(request))


@post("/preferences", opt=signed_in(), include_in_schema=False)
async def choose(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, PreferencesForm)).valid()
    async with ctx.begin() as tx:
        await consent.choose(ctx, tx, Preferences(mail_live=form.mail_live))
    return see_other(ctx, FOLLOWING, flash=words(ctx)(N_("Saved.")))


@get("/unsubscribe/{token:str}", opt=in_maintenance(anyone()), include_in_schema=False)
async def ask_to_stop(ctx: Ctx, token: FromPath[str]) -> Response[bytes]:
    """Only asks: programs that look at links in mails follow them too."""
    async with ctx.read() as tx:
        await consent.known(tx, token)
    return await page(ctx, "social/unsubscribe.html", token=token, is_done=False)


@post("/unsubscribe/{token:str}", opt=in_maintenance(anyone()), include_in_schema=False, status_code=200)
async def stop(ctx: Ctx, token: FromPath[str]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await consent.stop(ctx, tx, token)
    return await page(ctx, "social/unsubscribe.html", token=token, is_done=True)


route_handlers: Final[list[ControllerRouterHandler]] = [
    notifications,
    read_all,
    read_one,
    choose,
    ask_to_stop,
    stop,
]
