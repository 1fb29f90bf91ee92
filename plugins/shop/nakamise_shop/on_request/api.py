"""Requests for what notices keep as JSON: anybody's own, and the shops' log."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, requires
from nakamise_shop.on_request import log, service
from nakamise_shop.on_request.schemas import Asked, AskNotice, NoticeRequest, NoticeRequestPage
from nakamise_shop.staff.shops.pages import MANAGE

STAFF: Final = ["shop staff"]
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


@post(
    "/shops/{slug:str}/notice-requests",
    opt=anyone(),
    status_code=202,
    tags=["shop"],
    operation_id="shop_ask_for_notice",
)
async def ask(ctx: Ctx, slug: FromPath[str], data: JSONBody[AskNotice]) -> Asked:
    """The whole legal notice goes to the address by mail at once. 404 for a shop whose notice keeps nothing, 429 for
    too many requests."""
    await service.ask(ctx, slug, data)
    return Asked(data.email)


@get(
    "/staff/notice-requests",
    opt=requires(MANAGE),
    tags=STAFF,
    operation_id="shop_staff_list_notice_requests",
)
async def list_all(ctx: Ctx, page_number: PageNumber = 1) -> NoticeRequestPage:
    """Of the shops that the acting person works for."""
    async with ctx.read() as tx:
        return await log.found_page(ctx, tx, page_number)


@post(
    "/staff/notice-requests/{request_id:uuid}/again",
    opt=requires(MANAGE),
    status_code=200,
    tags=STAFF,
    operation_id="shop_staff_answer_notice_request_again",
)
async def send_again(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> NoticeRequest:
    """409 ``not_failed`` for one whose mail is on its way or was told, ``nothing_kept`` when the notice shows it."""
    async with ctx.begin() as tx:
        return await log.send_again(ctx, tx, request_id)


@post(
    "/staff/notice-requests/{request_id:uuid}/helped",
    opt=requires(MANAGE),
    status_code=200,
    tags=STAFF,
    operation_id="shop_staff_note_notice_request_helped",
)
async def note_helped(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> NoticeRequest:
    """The person was told another way. 409 ``not_failed``."""
    async with ctx.begin() as tx:
        return await log.note_helped(ctx, tx, request_id)


route_handlers: Final[list[ControllerRouterHandler]] = [ask, list_all, send_again, note_helped]
