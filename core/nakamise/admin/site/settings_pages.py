"""The form of the site's settings, and the same as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import HeaderParameter, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.admin.site import service, settings_view
from nakamise.admin.site.settings import SiteSettings, site_of
from nakamise.errors import Invalid
from nakamise.mail.outbox import sends_as
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.ui import settings_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other

PATH: Final = "/admin/settings"
API: Final = "/api/core/settings"
MANAGE: Final = requires("core.settings.manage")
_TAGS: Final = ["settings"]


@get(PATH, opt=MANAGE, include_in_schema=False)
async def settings_page(ctx: Ctx) -> Response[bytes]:
    site, version = service.read(ctx)
    return await _form(ctx, settings_form.shown(site, _fields(ctx)), version)


@post(PATH, opt=MANAGE, include_in_schema=False)
async def save_settings(ctx: Ctx, request: Request[Any, Any, Any]) -> Response[bytes]:
    fields = _fields(ctx)
    raw = {name: str(value) for name, value in (await request.form()).items()}
    version = raw.pop("version", "")
    mine = settings_form.typed(fields, raw, {})
    kept = settings_form.retyped(fields, raw)
    _ = gettext_for(ctx.locale, "core")
    try:
        changed = await service.save(ctx, mine, version)
    except Invalid as invalid:
        errors = {name: _(fault.message, **fault.params) for name, fault in invalid.fields.items()}
        return await _form(ctx, kept, version, status=422, errors=errors)
    except service.ChangedMeanwhile as late:
        theirs = settings_view.other_values(ctx, fields, late.theirs, mine)
        return await _form(ctx, kept, late.version, status=409, theirs=theirs)
    return see_other(ctx, PATH, flash=_("Saved.") if changed else _("Nothing was changed."))


async def _form(
    ctx: TenantCtx,
    values: Mapping[str, Any],
    version: str,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
) -> Response[bytes]:
    fields = _fields(ctx)
    return await page(
        ctx,
        "core/admin/site/settings.html",
        status=status,
        fields=fields,
        values=values,
        version=version,
        errors=errors or {},
        theirs=theirs or {},
        foreign_sender=_foreign_sender(ctx),
        plugin_links=settings_view.plugin_links(ctx),
        history=settings_view.history_lines(ctx, await service.history(ctx), fields),
    )


def _foreign_sender(ctx: TenantCtx) -> str:
    """The sender's address, as far as it is stored and mails may not leave under it."""
    address = ctx.site.mail_sender_address
    return address if address and not sends_as(ctx, address) else ""


def _fields(ctx: TenantCtx) -> list[settings_form.SettingField]:
    return settings_form.fields_of(SiteSettings, ctx.locale)


class SettingsAnswer(msgspec.Struct, frozen=True):
    """``version`` is for the ``If-Match`` header of a change."""

    settings: SiteSettings
    version: str


@get(API, opt=MANAGE, tags=_TAGS)
async def read_json(ctx: Ctx) -> SettingsAnswer:
    """The settings of the whole site."""
    return SettingsAnswer(*service.read(ctx))


@put(API, opt=MANAGE, tags=_TAGS)
async def write_json(
    ctx: Ctx,
    data: JSONBody[dict[str, Any]],
    if_match: Annotated[str | None, HeaderParameter(name="if-match")] = None,
) -> SettingsAnswer:
    """Replace them; what is left out gets its default. With ``If-Match``: 409 when they changed meanwhile."""
    await service.save(ctx, data, if_match.strip('"') if if_match else None)
    fresh = ctx.runtime.directory.by_id(ctx.tenant.id) or ctx.tenant
    return SettingsAnswer(site_of(fresh), service.version_of(site_of(fresh)))


@get(f"{API}/history", opt=MANAGE, tags=_TAGS)
async def history_json(ctx: Ctx) -> list[service.Change]:
    """Who changed what, the newest first."""
    return await service.history(ctx)


route_handlers: Final[list[ControllerRouterHandler]] = [
    settings_page,
    save_settings,
    read_json,
    write_json,
    history_json,
]
