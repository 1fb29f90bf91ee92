"""The brand of a site: edited beside a living preview."""

from __future__ import annotations

import uuid
from typing import Any, Final, get_args

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.control import BrandPicture, BrandView
from nakamise.errors import Invalid, NotFound
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, FlashKind, colour_notes, fragment, preview_page, read_form, see_other
from nakamise_agency.looks.form import FIELDS, PICTURES, BrandForm, shown, unsaved
from nakamise_agency.plane import plane
from nakamise_agency.rights import MANAGE, READ
from nakamise_agency.tenants.frame import path_of, tenant_page
from nakamise_agency.uploads import picture_in
from nakamise_agency.words import FONTS, SCHEMES, choices, say, words

AnyRequest = Request[Any, Any, Any]
BRAND: Final = "/brand"
_SHOWN_PX: Final = 640


class PictureForm(msgspec.Struct, kw_only=True):
    """``remove``: take the picture away instead."""

    remove: bool = False


@get("/tenants/{tenant_id:uuid}/brand", opt=requires(MANAGE), include_in_schema=False)
async def edit_brand(ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, tenant_id)


@post("/tenants/{tenant_id:uuid}/brand", opt=requires(MANAGE), include_in_schema=False)
async def save_brand(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, BrandForm)
    try:
        await plane(ctx).update_brand(tenant_id, form.valid().update())
    except Invalid as refused:
        errors = {name: say(ctx, fault) for name, fault in refused.fields.items()}
        return await _show(ctx, tenant_id, status=refused.status, errors=errors, typed=dict(form.raw))
    said = words(ctx)(N_("The brand is saved. Visitors see it from now on."))
    return see_other(ctx, path_of(tenant_id, BRAND), flash=said)


async def _show(
    ctx: TenantCtx,
    tenant_id: uuid.UUID,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    found = await plane(ctx).tenant(tenant_id)
    look = unsaved(found.brand, typed) if typed else found.brand
    _ = words(ctx)
    return await tenant_page(
        ctx,
        "agency/tenant_brand.html",
        BRAND,
        found,
        status=status,
        urls={key: picture_url(tenant_id, picture_key(key), found.brand) for key in PICTURES},
        values=shown(found.brand) | (typed or {}),
        errors=errors or {},
        names={name: _(label) for name, label in FIELDS.items()},
        pictures=[(key, _(label), _(hint)) for key, (label, hint) in PICTURES.items()],
        schemes=choices(ctx, SCHEMES),
        fonts=choices(ctx, FONTS),
        notes=colour_notes(look),
        sender=f"no-reply@{found.summary.canonical_host}",
    )


@get("/tenants/{tenant_id:uuid}/brand/notes", opt=requires(MANAGE), include_in_schema=False)
async def notes(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """What becomes of the colours that are chosen but not saved."""
    found = await plane(ctx).tenant(tenant_id)
    look = unsaved(found.brand, dict(request.query_params))
    return await fragment(ctx, "agency/tenant_brand.html", "notes", notes=colour_notes(look))


@get("/tenants/{tenant_id:uuid}/brand/preview", opt=requires(MANAGE), include_in_schema=False)
async def preview(request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """A sample of the site in the brand that the address describes; nothing is saved."""
    query = dict(request.query_params)
    found = await plane(ctx).tenant(tenant_id)
    look = unsaved(found.brand, query)
    seen_as = query.get("as")
    return preview_page(
        ctx,
        "agency/preview.html",
        look,
        scheme="dark" if seen_as == "dark" else "light" if seen_as == "light" else None,
        logo_url=picture_url(tenant_id, "logo", look),
        sender=look.mail_sender or f"no-reply@{found.summary.canonical_host}",
        hero=picture_url(tenant_id, "hero_wide", look),
    )


def picture_url(tenant_id: uuid.UUID, key: BrandPicture, look: BrandView) -> str | None:
    """On this host: the site's own serves nobody else's pages."""
    media = look.pictures.get(key)
    return path_of(tenant_id, f"{BRAND}/pictures/{key}?v={media.id}") if media else None


@get("/tenants/{tenant_id:uuid}/brand/pictures/{picture:str}", opt=requires(READ), include_in_schema=False)
async def show_picture(ctx: Ctx, tenant_id: FromPath[uuid.UUID], picture: FromPath[str]) -> Response[bytes]:
    file = await plane(ctx).picture(tenant_id, picture_key(picture), at_least=_SHOWN_PX)
    answer = Response(file.data, media_type=file.content_type)
    answer.headers["cache-control"] = "private, max-age=3600"
    return answer


@post("/tenants/{tenant_id:uuid}/brand/pictures/{picture:str}", opt=requires(MANAGE), include_in_schema=False)
async def save_picture(
    request: AnyRequest, ctx: Ctx, tenant_id: FromPath[uuid.UUID], picture: FromPath[str]
) -> Response[bytes]:
    """The file ``picture`` in the form; without one the picture is taken away when ``remove`` is sent."""
    key = picture_key(picture)
    form = await read_form(request, PictureForm)
    data = await picture_in(form, "picture")
    _ = words(ctx)
    if not data and not form.valid().remove:
        return _back(ctx, tenant_id, _("Please choose a picture."), "warn")
    try:
        await plane(ctx).set_picture(tenant_id, key, data or None)
    except Invalid as refused:
        fault = next(iter(refused.fields.values()), refused)
        return _back(ctx, tenant_id, say(ctx, fault), "danger")
    return _back(ctx, tenant_id, _("The picture is saved.") if data else _("The picture is removed."), "ok")


def _back(ctx: TenantCtx, tenant_id: uuid.UUID, said: str, kind: FlashKind) -> Response[bytes]:
    return see_other(ctx, f"{path_of(tenant_id, BRAND)}#pictures", flash=said, kind=kind)


def picture_key(text: str) -> BrandPicture:
    """Raises NotFound for what is no picture of a brand."""
    for key in get_args(BrandPicture):
        if key == text:
            found: BrandPicture = key
            return found
    raise NotFound


route_handlers: Final[list[ControllerRouterHandler]] = [
    edit_brand,
    save_brand,
    notes,
    preview,
    show_picture,
    save_picture,
]
