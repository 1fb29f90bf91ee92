"""The page where a broadcaster applies for a shop, and reads what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import Conflict, Invalid, NotFound, Problem
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import N_, fill, page, see_other
from nakamise_shop.legal import LABELS, MANDATORY, MAY_BE_ASKED_FOR
from nakamise_shop.opening import service
from nakamise_shop.opening.schemas import Apply, ApplyAgain
from nakamise_shop.saying import say
from nakamise_shop.staff.products.form import clean
from nakamise_shop.staff.shops import newcomers
from nakamise_shop.staff.shops import service as shops_service
from nakamise_shop.staff.shops.mails import OPENING
from nakamise_shop.staff.shops.pages import MANAGE, on_request_of
from nakamise_shop.staff.shops.schemas import StaffShop
from nakamise_shop.staff.text import NOTICE_WAYS, SHOP_STATES, badges, choices, fault_texts, labels, words

AnyRequest = Request[Any, Any, Any]
Again = Annotated[uuid.UUID | None, QueryParameter(name="again")]
Typed = Mapping[str, Any]
FIELDS: Final = {
    "name": N_("Shop name"),
    "slug": N_("Address of the shop"),
    "order_number_prefix": N_("Order numbers begin with"),
    "introduction": N_("Introduction of the shop"),
}
# Items of the notice that are one line, by what browsers call such a field.
ONE_LINE: Final = {"phone": "tel", "email": "email"}
APPROVED: Final = frozenset({"open", "suspended", "closed"})
_EMPTY: Final = dict.fromkeys((*FIELDS, *(f"legal.{name}" for name in MANDATORY)), "") | {
    f"told.{name}": "shown" for name in MAY_BE_ASKED_FOR
}


@get("/open", opt=signed_in(), include_in_schema=False)
async def opening(ctx: Ctx, again: Again = None) -> Response[bytes]:
    """``again``: one of the person's own that was rejected, to be changed."""
    return await _show(ctx, again)


@post("/open", opt=signed_in(), include_in_schema=False)
async def send(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    raw = await _typed(request)
    again = _again(raw)
    try:
        async with ctx.begin() as tx:
            await _submit(ctx, tx, raw, again)
    except (Invalid, Conflict) as refused:
        return await _show(ctx, again, {name: texts[-1] for name, texts in raw.items()}, refused)
    return see_other(ctx, OPENING, flash=words(ctx)(N_("Applied. You are told by mail when it is decided.")))


async def _typed(request: AnyRequest) -> dict[str, list[str]]:
    data = await request.form()
    return {name: [clean(name, str(value))] for name, value in data.multi_items()}


def _again(raw: Mapping[str, list[str]]) -> uuid.UUID | None:
    """Raises NotFound for what is no id."""
    text = raw.get("again", [""])[0]
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise NotFound from None


async def _submit(ctx: TenantCtx, tx: Tx, raw: Mapping[str, list[str]], again: uuid.UUID | None) -> None:
    """Raises Invalid with the faults of the fields and of the notice at once."""
    await service.require_broadcaster(ctx, tx)
    legal = {name: raw.get(f"legal.{name}", [""])[0] for name in MANDATORY}
    kept = on_request_of(raw)
    fields = {name: values for name, values in raw.items() if name not in ("legal", "on_request")}
    if again is None:
        form = fill(Apply, fields)
        if form.value is None:
            raise Invalid(form.errors | service.notice_faults(ctx, legal))
        await service.submit(ctx, tx, msgspec.structs.replace(form.value, legal=legal, on_request=kept or []))
        return
    changed = fill(ApplyAgain, fields)
    if changed.value is None:
        raise Invalid(changed.errors | service.notice_faults(ctx, legal))
    await service.submit_again(
        ctx, tx, again, msgspec.structs.replace(changed.value, legal=legal, on_request=kept)
    )


async def _show(
    ctx: TenantCtx, again: uuid.UUID | None, typed: Typed | None = None, refused: Problem | None = None
) -> Response[bytes]:
    """With what was ``typed``, or else what is stored."""
    async with ctx.read() as tx:
        user_id = await service.require_broadcaster(ctx, tx)
        mine = await service.applications(tx, user_id)
        try:
            found = await service.rejected(ctx, tx, user_id, again) if again else None
        except Conflict as decided:
            return see_other(ctx, OPENING, flash=say(ctx, decided), kind="danger")
    named = labels(ctx, LABELS)
    return await page(
        ctx,
        "shop/opening.html",
        status=refused.status if refused else 200,
        mine=mine,
        again=found,
        values={**_EMPTY, **(_stored(found) if typed is None else typed)},
        errors=fault_texts(ctx, refused.fields) if isinstance(refused, Invalid) else {},
        refused="" if refused is None or isinstance(refused, Invalid) else say(ctx, refused),
        names=labels(ctx, FIELDS),
        legal={name: named[name] for name in MANDATORY},
        ways_named=shops_service.ways_named(ctx),
        one_line=ONE_LINE,
        was_approved=any(one.state in APPROVED for one in mine),
        may_be_asked_for=MAY_BE_ASKED_FOR,
        notice_ways=choices(ctx, NOTICE_WAYS),
        states=badges(ctx, SHOP_STATES),
        is_staff=newcomers.is_staff(ctx.actor.permissions),
        runs_shops=ctx.actor.can(MANAGE),
    )


def _stored(found: StaffShop | None) -> dict[str, str]:
    if found is None:
        return {}
    legal = {f"legal.{name}": text for name, text in found.legal.items()}
    told = {f"told.{name}": "on_request" for name in found.on_request}
    return {"name": found.name, "introduction": found.introduction, **legal, **told}


route_handlers: Final[list[ControllerRouterHandler]] = [opening, send]
