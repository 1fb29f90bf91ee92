"""Agreeing to texts that changed: the page in between, and the same as JSON."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.admin.site.consents import agree, open_documents
from nakamise.admin.site.legal import Version, find_version
from nakamise.errors import Conflict
from nakamise.plugin.access import in_maintenance, signed_in
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.safe_next import safe_next

OPEN: Final = in_maintenance(signed_in())
_TAGS: Final = ["core"]


async def asked(ctx: TenantCtx) -> list[Version]:
    """The versions that the signed-in user has not agreed to, in the reader's language."""
    wanted: dict[str, int] = ctx.tenant.plugin_settings.get("core", {}).get("consents") or {}
    async with ctx.read() as tx:
        missing = await open_documents(tx, ctx.require_user(), wanted)
        found = [
            await find_version(tx, slug, version, ctx.locale, ctx.tenant.locale)
            for slug, version in missing.items()
        ]
    return [version for version in found if version is not None]


@get("/consent", opt=OPEN, include_in_schema=False)
async def consent_page(ctx: Ctx, next: FromQuery[str] = "/") -> Response[bytes]:  # noqa: A002 - the address's word
    documents = await asked(ctx)
    if not documents:
        return see_other(ctx, safe_next(next, "/"))
    return await page(
        ctx, "core/admin/site/consent.html", documents=documents, next=safe_next(next, "/"), error=None
    )


@post("/consent", opt=OPEN, include_in_schema=False)
async def give_consent(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[bytes]:
    """What was shown is agreed to: a version published meanwhile is asked for again."""
    form = await request.form()
    next_path = safe_next(str(form.get("next", "")), "/")
    documents = await asked(ctx)
    if form.get("agreed") != "1":
        _ = gettext_for(ctx.locale, "core")
        error = _("Please agree to go on, or log out.")
        return await page(
            ctx, "core/admin/site/consent.html", status=422, documents=documents, next=next_path, error=error
        )
    shown = {found.slug for found in documents if form.get(f"version_{found.slug}") == str(found.version)}
    await agree(ctx, {found.slug: found.version for found in documents if found.slug in shown})
    return see_other(ctx, next_path)


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Slug of each text and the version that is agreed to."""

    documents: dict[str, int]


@get("/api/core/consents", opt=OPEN, tags=_TAGS)
async def open_consents(ctx: Ctx) -> list[Version]:
    """Texts that the user must agree to before anything else works."""
    return await asked(ctx)


@post("/api/core/consents", opt=OPEN, tags=_TAGS, status_code=204)
async def agree_json(ctx: Ctx, data: JSONBody[Agreement]) -> None:
    """409 when another version is asked for than the one named."""
    wanted = {found.slug: found.version for found in await asked(ctx)}
    if any(wanted.get(slug) != version for slug, version in data.documents.items()):
        raise Conflict(N_("This is not the version that must be agreed to."), code="other_version")
    await agree(ctx, data.documents)


route_handlers: Final[list[ControllerRouterHandler]] = [
    consent_page,
    give_consent,
    open_consents,
    agree_json,
]
