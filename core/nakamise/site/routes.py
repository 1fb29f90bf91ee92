"""What every tenant has, whichever plugins are on."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.admin.site.legal import versions
from nakamise.contracts.ui import DocumentSubject
from nakamise.errors import NotFound
from nakamise.plugin.access import anyone, in_maintenance
from nakamise.plugin.context import Ctx
from nakamise.plugin.slots import Slot
from nakamise.routing.forms import read_form
from nakamise.routing.language import COOKIE as LANGUAGE_COOKIE
from nakamise.site.documents import Document, as_html, find_document
from nakamise.ui.pages import cookie, page, see_other
from nakamise.ui.safe_next import safe_next
from nakamise.ui.shell import SCHEME_COOKIE, brand_of
from nakamise.ui.styleguide import sample_data

_YEAR_S: Final = 365 * 24 * 3600


@get("/", opt=anyone(), include_in_schema=False)
async def home(ctx: Ctx) -> Response[bytes]:
    return await page(ctx, "core/home.html", slots={Slot.HOME_HERO: None, Slot.HOME_SECTION: None})


@get("/pages/{slug:str}", opt=in_maintenance(anyone()), include_in_schema=False)
async def document(ctx: Ctx, slug: FromPath[str], version: FromQuery[int | None] = None) -> Response[bytes]:
    """The text as it is now, or as it was in an older ``version``; both with their dates."""
    async with ctx.read() as tx:
        found = await find_document(tx, slug, ctx.locale, ctx.tenant.locale)
        if found is None:
            raise NotFound
        older = await versions(tx, slug, found.locale)
    shown = next((one for one in older if one.version == version), None)
    if version not in (None, found.version) and shown is None:
        raise NotFound
    return await page(
        ctx,
        "core/legal.html",
        slots={Slot.DOCUMENT_SECTION: DocumentSubject(slug=slug, title=found.title)},
        title=shown.title if shown else found.title,
        body=as_html(shown.body if shown else found.body),
        version=shown.version if shown else found.version,
        published_at=shown.published_at if shown else found.changed_at,
        current=found.version,
        slug=slug,
        older=older,
    )


@get("/api/core/pages/{slug:str}", opt=in_maintenance(anyone()), tags=["core"])
async def document_json(ctx: Ctx, slug: FromPath[str]) -> Document:
    """A legal or static page in the request's language, else in the tenant's."""
    async with ctx.read() as tx:
        found = await find_document(tx, slug, ctx.locale, ctx.tenant.locale)
    if found is None:
        raise NotFound
    return found


class Preferences(msgspec.Struct, forbid_unknown_fields=True):
    locale: Literal["ja", "en"] | None = None
    scheme: Literal["light", "dark", "auto"] | None = None
    next: str = "/"


@post("/preferences", opt=in_maintenance(anyone()), include_in_schema=False)
async def preferences(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    """Language and colours of this browser."""
    form = (await read_form(request, Preferences)).valid()
    answer = see_other(ctx, safe_next(form.next, "/"))
    if form.locale:
        answer.set_cookie(cookie(ctx, LANGUAGE_COOKIE, form.locale, max_age_s=_YEAR_S))
    if form.scheme:
        answer.set_cookie(cookie(ctx, SCHEME_COOKIE, form.scheme, max_age_s=_YEAR_S))
    return answer


@get("/readyz", opt=in_maintenance(anyone()), include_in_schema=False, media_type=MediaType.TEXT)
async def readyz(ctx: Ctx) -> str:
    """The database answers for this tenant."""
    async with ctx.read() as tx:
        await tx.value("SELECT count(*) FROM core_migration")
    return "ok"


@get("/robots.txt", opt=in_maintenance(anyone()), include_in_schema=False, media_type=MediaType.TEXT)
async def robots() -> str:
    return "User-agent: *\nDisallow: /admin\nDisallow: /account\nDisallow: /api\n"


@get("/favicon.ico", opt=in_maintenance(anyone()), include_in_schema=False)
async def favicon() -> Response[bytes]:
    """Browsers ask for it unasked; the page names the real icon."""
    return Response(b"", status_code=204, headers={"cache-control": "public, max-age=86400"})


@get("/dev/styleguide", opt=anyone(), include_in_schema=False)
async def styleguide(ctx: Ctx) -> Response[bytes]:
    """Every component in every state, in this tenant's brand. Not in production."""
    if ctx.runtime.settings.environment == "production":
        raise NotFound
    sample = sample_data(brand_of(ctx.tenant), ctx.runtime.renderer.assets.url)
    return await page(ctx, "core/styleguide.html", **sample)


route_handlers: Final[list[ControllerRouterHandler]] = [
    home,
    document,
    document_json,
    preferences,
    readyz,
    robots,
    favicon,
    styleguide,
]
