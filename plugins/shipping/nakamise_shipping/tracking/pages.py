"""Carriers' files in: upload, look, apply."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, gettext_for, page, see_other
from nakamise_shipping.saying import texts
from nakamise_shipping.tracking import repository, service
from nakamise_shipping.words import CARRIERS, VERDICTS, labels

BASE: Final = "/admin/shipping/tracking"
SEND: Final = "shipping.send"
NEWEST: Final = 20


@get("/tracking", opt=requires(SEND), include_in_schema=False)
async def uploads(ctx: Ctx) -> Response[bytes]:
    return await _uploads(ctx, {})


async def _uploads(ctx: TenantCtx, errors: dict[str, str]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await repository.newest(tx, NEWEST, 0)
    return await page(
        ctx,
        "shipping/tracking.html",
        status=422 if errors else 200,
        found=found,
        errors=errors,
        carriers=labels(ctx, CARRIERS),
    )


@post("/tracking", opt=requires(SEND), include_in_schema=False)
async def upload(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    given = (await request.form()).get("file")
    _ = gettext_for(ctx.locale, "shipping")
    try:
        file = _file(given)
        async with ctx.begin() as tx:
            import_id, is_new = await service.upload(ctx, tx, file.filename, await file.read())
    except Invalid as refused:
        return await _uploads(ctx, texts(ctx, refused.fields))
    if not is_new:
        said = _(N_("This file was uploaded before. Nothing is done twice."))
        return see_other(ctx, f"{BASE}/{import_id}", flash=said, kind="warn")
    return see_other(ctx, f"{BASE}/{import_id}")


def _file(given: object) -> UploadFile:
    """Raises Invalid."""
    if not isinstance(given, UploadFile) or not given.filename:
        raise Invalid({"file": FieldError(N_("Please choose a file."), domain="shipping")})
    return given


@get("/tracking/{import_id:uuid}", opt=requires(SEND), include_in_schema=False)
async def preview(ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.preview(ctx, tx, import_id)
    words = labels(ctx, {key: label for key, (label, _) in VERDICTS.items()})
    return await page(
        ctx,
        "shipping/tracking_preview.html",
        preview=found,
        verdicts={key: (words[key], kind) for key, (_, kind) in VERDICTS.items()},
        carriers=labels(ctx, CARRIERS),
    )


@post("/tracking/{import_id:uuid}/apply", opt=requires(SEND), include_in_schema=False)
async def apply(ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = await service.apply(ctx, import_id)
    said = gettext_for(ctx.locale, "shipping")(
        N_("Sent: %(shipped)s, number changed: %(renumbered)s, refused: %(refused)s."),
        shipped=done.shipped,
        renumbered=done.renumbered,
        refused=done.refused,
    )
    return see_other(ctx, f"{BASE}/{import_id}", flash=said, kind="warn" if done.refused else "ok")


route_handlers: Final[list[ControllerRouterHandler]] = [uploads, upload, preview, apply]
