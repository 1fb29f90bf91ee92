"""Pages that edit legal texts: list, editor with preview, versions with differences, publishing."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.admin.site import legal
from nakamise.admin.site.consents import CONSENTED
from nakamise.admin.site.diff import lines_between
from nakamise.errors import Invalid, NotFound, Problem
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.site.documents import as_html
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.views import NavLink

PATH: Final = "/admin/legal"
MANAGE: Final = requires("core.pages.manage")
LANGUAGES: Final = {"ja": "日本語", "en": "English"}
AnyRequest = Request[Any, Any, Any]


@get(PATH, opt=MANAGE, include_in_schema=False)
async def legal_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await legal.pages(tx, ctx.locale)
    return await page(ctx, "core/admin/site/legal.html", pages=found, languages=LANGUAGES)


class NewText(msgspec.Struct, forbid_unknown_fields=True):
    slug: Annotated[str, Meta(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=60)]


@post(PATH, opt=MANAGE, include_in_schema=False)
async def new_text(ctx: Ctx, request: AnyRequest) -> Response[bytes]:
    form = await read_form(request, NewText)
    if form.value is None:
        _ = gettext_for(ctx.locale, "core")
        return see_other(ctx, PATH, flash=_("Use a-z, 0-9 and - for the address."), kind="danger")
    return see_other(ctx, f"{PATH}/{form.value.slug}")


@get(f"{PATH}/{{slug:str}}", opt=MANAGE, include_in_schema=False)
async def edit_page(ctx: Ctx, slug: FromPath[str], lang: FromQuery[str] = "ja") -> Response[bytes]:
    return await _editor(ctx, slug, lang)


class Typed(msgspec.Struct, forbid_unknown_fields=True):
    title: str = ""
    body: str = ""
    revision: int = 0
    act: str = "save"


@post(f"{PATH}/{{slug:str}}", opt=MANAGE, include_in_schema=False)
async def save_page(
    ctx: Ctx, slug: FromPath[str], request: AnyRequest, lang: FromQuery[str] = "ja"
) -> Response[bytes]:
    """``act`` preview shows the text without saving it."""
    typed = (await read_form(request, Typed)).valid()
    if typed.act == "preview":
        return await _editor(ctx, slug, lang, typed=typed)
    _ = gettext_for(ctx.locale, "core")
    try:
        await legal.save_draft(ctx, slug, lang, typed.title, typed.body, typed.revision)
    except Invalid as invalid:
        errors = {name: _(fault.message, **fault.params) for name, fault in invalid.fields.items()}
        return await _editor(ctx, slug, lang, typed=typed, errors=errors, status=422)
    except Problem as late:
        return await _editor(ctx, slug, lang, typed=typed, late=_(late.message), status=late.status)
    return see_other(ctx, f"{PATH}/{slug}?lang={lang}", flash=_("The draft is saved. It is not public yet."))


async def _editor(
    ctx: TenantCtx,
    slug: str,
    lang: str,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    late: str = "",
    status: int = 200,
) -> Response[bytes]:
    if lang not in LANGUAGES:
        raise NotFound
    async with ctx.read() as tx:
        stored = await legal.draft(tx, slug, lang)
        kept = await legal.versions(tx, slug, lang)
    title, body = (typed.title, typed.body) if typed else (stored.title, stored.body) if stored else ("", "")
    public = kept[0].body if kept else ""
    return await page(
        ctx,
        "core/admin/site/legal_edit.html",
        status=status,
        slug=slug,
        lang=lang,
        title=title,
        body=body,
        stored=stored,
        revision=stored.revision if stored else 0,
        preview=as_html(body),
        changes=lines_between(public, body) if body else [],
        versions=kept,
        errors=errors or {},
        late=late,
        may_ask=slug in CONSENTED,
        tabs=[
            NavLink(label, f"{PATH}/{slug}?lang={code}", current=code == lang)
            for code, label in LANGUAGES.items()
        ],
    )


class Publishing(msgspec.Struct, forbid_unknown_fields=True):
    note: Annotated[str, Meta(max_length=500)] = ""
    needs_consent: bool = False


@post(f"{PATH}/{{slug:str}}/publish", opt=MANAGE, include_in_schema=False)
async def publish_page(ctx: Ctx, slug: FromPath[str], request: AnyRequest) -> Response[bytes]:
    wanted = (await read_form(request, Publishing)).valid()
    version = await legal.publish(ctx, slug, note=wanted.note, needs_consent=wanted.needs_consent)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, f"{PATH}/{slug}", flash=_("Version %(version)s is public now.", version=version))


@post(f"{PATH}/{{slug:str}}/discard", opt=MANAGE, include_in_schema=False)
async def discard_page(ctx: Ctx, slug: FromPath[str], lang: FromQuery[str] = "ja") -> Response[bytes]:
    await legal.discard(ctx, slug, lang)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, PATH, flash=_("The draft is gone. What is public stays."))


@get(f"{PATH}/{{slug:str}}/diff", opt=MANAGE, include_in_schema=False)
async def diff_page(
    ctx: Ctx, slug: FromPath[str], old: FromQuery[int], new: FromQuery[int], lang: FromQuery[str] = "ja"
) -> Response[bytes]:
    async with ctx.read() as tx:
        before = await legal.find_version(tx, slug, old, lang, lang)
        after = await legal.find_version(tx, slug, new, lang, lang)
    if before is None or after is None:
        raise NotFound
    return await page(
        ctx,
        "core/admin/site/legal_diff.html",
        slug=slug,
        lang=lang,
        before=before,
        after=after,
        lines=lines_between(before.body, after.body),
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    legal_list,
    new_text,
    edit_page,
    save_page,
    publish_page,
    discard_page,
    diff_page,
]
