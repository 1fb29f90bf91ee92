"""The log of requests for what notices keep, for those who run shops."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise.web import N_, acted, page
from nakamise_shop.legal import LABELS
from nakamise_shop.on_request import log
from nakamise_shop.on_request.keeping import FORGOTTEN_AFTER_DAYS
from nakamise_shop.on_request.schemas import STATES
from nakamise_shop.staff.shops.pages import MANAGE
from nakamise_shop.staff.text import labels, words

Page = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
LIST: Final = "/admin/shop/notice-requests"


@get("/notice-requests", opt=requires(MANAGE), include_in_schema=False)
async def request_list(ctx: Ctx, page_number: Page = 1) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await log.found_page(ctx, tx, page_number)
    _ = words(ctx)
    return await page(
        ctx,
        "shop/notice_requests.html",
        found=found.items,
        states={state.value: (_(label), kind) for state, (label, kind) in STATES.items()},
        labels=labels(ctx, LABELS),
        days=FORGOTTEN_AFTER_DAYS,
        page_number=page_number,
        pages=found.page_count,
        here=LIST,
    )


@post("/notice-requests/{request_id:uuid}/again", opt=requires(MANAGE), include_in_schema=False)
async def send_again(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await acted(
        ctx,
        LIST,
        lambda tx: log.send_again(ctx, tx, request_id),
        words(ctx)(N_("The mail is being sent again.")),
    )


@post("/notice-requests/{request_id:uuid}/helped", opt=requires(MANAGE), include_in_schema=False)
async def note_helped(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await acted(ctx, LIST, lambda tx: log.note_helped(ctx, tx, request_id), words(ctx)(N_("Noted.")))


route_handlers: Final[list[ControllerRouterHandler]] = [request_list, send_again, note_helped]
