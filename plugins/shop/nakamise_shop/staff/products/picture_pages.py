"""The card of pictures on a product's page. Its acts answer with the card alone when only it is asked for."""

from __future__ import annotations

import uuid
from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Problem
from nakamise.media import ImageRefused
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, fragment, ngettext_for, read_form, see_other
from nakamise_shop.saying import say
from nakamise_shop.staff.products import pictures, service
from nakamise_shop.staff.products.pages import LIST, MANAGE
from nakamise_shop.staff.products.schemas import PICTURES_MAX, Line
from nakamise_shop.staff.text import words

AnyRequest = Request[Any, Any, Any]
_DONE: Final = {
    "main": N_("This is the main picture now."),
    "up": N_("Moved forward."),
    "down": N_("Moved back."),
    "remove": N_("The picture is removed."),
    "alt": N_("The description is saved."),
}


class PictureAct(msgspec.Struct, kw_only=True):
    act: Literal["main", "up", "down", "remove", "alt"]
    alt: Line = ""


@post("/products/{product_id:uuid}/pictures", opt=requires(MANAGE), include_in_schema=False)
async def upload(request: AnyRequest, ctx: Ctx, product_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Files of the field ``pictures``: each is taken or refused with its own reason."""
    data = await request.form()
    files = [one for name, one in data.multi_items() if name == "pictures" and isinstance(one, UploadFile)]
    taken = 0
    refused: list[str] = []
    for file in files:
        if not file.filename:
            continue
        try:
            await pictures.add(ctx, product_id, await file.read())
            taken += 1
        except (ImageRefused, Problem) as error:
            refused.append(f"{file.filename}: {say(ctx, error)}")
    _ = words(ctx)
    if not taken and not refused:
        refused.append(_("Please choose a picture."))
    done = ngettext_for(ctx.locale, "shop")("%(num)s picture added.", "%(num)s pictures added.", taken)
    return await _answer(ctx, product_id, done if taken else "", refused)


@post("/products/{product_id:uuid}/pictures/{media_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def act_on_picture(
    request: AnyRequest, ctx: Ctx, product_id: FromPath[uuid.UUID], media_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    form = (await read_form(request, PictureAct)).valid()
    async with ctx.begin() as tx:
        if form.act == "main":
            await pictures.move(ctx, tx, product_id, media_id, 0)
        elif form.act == "remove":
            await pictures.remove(ctx, tx, product_id, media_id)
        elif form.act == "alt":
            await pictures.describe(ctx, tx, product_id, media_id, form.alt)
        else:
            await pictures.step(ctx, tx, product_id, media_id, -1 if form.act == "up" else 1)
    return await _answer(ctx, product_id, words(ctx)(_DONE[form.act]), [])


async def _answer(ctx: TenantCtx, product_id: uuid.UUID, done: str, refused: list[str]) -> Response[bytes]:
    if not ctx.http.is_partial:
        said = " ".join([*refused, done]).strip()
        return see_other(ctx, f"{LIST}/{product_id}#pictures", flash=said, kind="danger" if refused else "ok")
    async with ctx.read() as tx:
        found = await service.product(ctx, tx, product_id)
    return await fragment(
        ctx,
        "shop/staff_product.html",
        "pictures",
        product=found,
        pictures_max=PICTURES_MAX,
        may_manage=True,
        picture_done=done,
        picture_refused=refused,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [upload, act_on_picture]
