"""A buyer's returns as pages, under /returns."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.ids import uuid7
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import N_, gettext_for, page, read_form, see_other
from nakamise_returns import photos, requesting, rules, sending, words
from nakamise_returns.policy import payer_text, policy, postage_of, sentences
from nakamise_returns.saying import faults, say
from nakamise_returns.schemas import (
    FAULTS,
    NewRequest,
    Policy,
    Reason,
    Return,
    WantedLine,
    Wish,
    Words,
)
from nakamise_returns.story import story

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/returns"


class AskForm(msgspec.Struct, frozen=True, kw_only=True):
    """Besides ``qty_<line number>`` for each line, and the files ``photos``."""

    key: uuid.UUID
    reason: Reason
    wish: Wish = "refund"
    words: Words = ""


@get("/", opt=signed_in(), include_in_schema=False)
async def own_list(
    ctx: Ctx, page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1
) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await requesting.own_returns(ctx, tx, page_number)
    return await page(ctx, "returns/list.html", found=found, badges=words.badges(ctx), base="?page=")


@get("/new/{number:str}", opt=signed_in(), include_in_schema=False)
async def new(ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    return await _show_form(ctx, number)


async def _show_form(
    ctx: TenantCtx,
    number: str,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    async with ctx.read() as tx:
        order = await requesting.own_order(ctx, tx, number)
        lines = await rules.returnable(ctx, tx, order)
        promise = await policy(tx, order.shop_id)
    _ = gettext_for(ctx.locale, "returns")
    return await page(
        ctx,
        "returns/new.html",
        status=status,
        order=order,
        lines=lines,
        why_not={line.line_no: _(line.why_not, **line.params) for line in lines if line.why_not},
        policy=sentences(_, promise, locale=ctx.locale),
        reasons=_reasons(ctx, promise),
        wishes=words.choices(ctx, words.WISHES),
        most=photos.MOST,
        errors=errors or {},
        typed={"key": str(uuid7()), **(typed or {})},
    )


def _reasons(ctx: TenantCtx, promise: Policy) -> list[tuple[str, str]]:
    """Each with who bears the postage, before anything is sent."""
    _ = gettext_for(ctx.locale, "returns")
    payers = {
        reason: payer_text(_, "shop" if reason in FAULTS else promise.payer, postage_of(promise, reason))
        for reason in words.REASONS
    }
    return [
        (reason, _("%(reason)s — postage %(payer)s", reason=label, payer=payers[reason]))
        for reason, label in words.choices(ctx, words.REASONS)
    ]


@post("/new/{number:str}", opt=signed_in(), include_in_schema=False)
async def ask(request: AnyRequest, ctx: Ctx, number: FromPath[str]) -> Response[bytes]:
    form = await read_form(request, AskForm)
    typed = {
        name: str(value) for name, value in (await request.form()).multi_items() if isinstance(value, str)
    }
    try:
        lines = _lines(typed)
        given = form.valid()
        files = photos.files_of(form)
        wanted = NewRequest(
            lines=lines, reason=given.reason, wish=given.wish, words=given.words, id=given.key
        )
        found = await requesting.ask(ctx, number, wanted, await photos.keep(ctx, files))
    except Invalid as refused:
        errors = faults(ctx, {**form.errors, **refused.fields})
        return await _show_form(ctx, number, status=422, errors=errors, typed=typed)
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/new/{number}", flash=say(ctx, refused), kind="danger")
    _ = gettext_for(ctx.locale, "returns")
    return see_other(ctx, f"{LIST}/{found.head.id}", flash=_("Your request was sent to the shop."))


def _lines(typed: dict[str, str]) -> list[WantedLine]:
    """Raises Invalid when nothing was chosen, or something that is no number."""
    chosen = []
    for name, value in typed.items():
        number = name.removeprefix("qty_")
        if number == name or not number.isascii() or not number.isdigit() or value.strip() in ("", "0"):
            continue
        text = value.strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 3):
            raise Invalid({name: FieldError(N_("Please enter a whole number."), domain="returns")})
        chosen.append(WantedLine(int(number), int(text)))
    if not chosen:
        raise Invalid({"lines": FieldError(N_("Please choose what you want to return."), domain="returns")})
    return chosen


@get("/{request_id:uuid}", opt=signed_in(), include_in_schema=False)
async def detail(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await requesting.own_return(ctx, tx, request_id)
        to = await sending.address_lines(ctx, tx, found.head.shop_id)
    return await page(ctx, "returns/detail.html", found=found, to=to, **shown(ctx, found))


def shown(ctx: TenantCtx, found: Return) -> dict[str, Any]:
    """What the buyer's and the staff's page of a return share."""
    return {
        "badges": words.badges(ctx),
        "reasons": words.labels(ctx, words.REASONS),
        "wishes": words.labels(ctx, words.WISHES),
        "conditions": words.labels(ctx, words.CONDITIONS),
        "payers": words.labels(ctx, words.PAYERS),
        "story": story(ctx, found),
    }


@post("/{request_id:uuid}/cancel", opt=signed_in(), include_in_schema=False)
async def cancel(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "returns")
    try:
        await requesting.cancel(ctx, request_id)
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/{request_id}", flash=say(ctx, refused), kind="danger")
    return see_other(ctx, f"{LIST}/{request_id}", flash=_("The request was withdrawn."))


route_handlers: Final[list[ControllerRouterHandler]] = [own_list, new, ask, detail, cancel]
