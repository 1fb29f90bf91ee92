"""``/admin/plugins/{id}/data``: export and erase what a plugin that is off has left behind."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.admin.site import plugin_data
from nakamise.admin.site.plugin_export import export_zip
from nakamise.errors import Invalid
from nakamise.plugin.access import requires, sensitive
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other

PATH: Final = "/admin/plugins/{plugin_id:str}/data"
API: Final = "/api/core/plugins/{plugin_id:str}/data"
MANAGE: Final = requires("core.plugins.manage")
TAKE: Final = sensitive(MANAGE)
_TAGS: Final = ["plugins"]


class Confirmed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``confirm`` is the plugin's id, typed."""

    confirm: str = ""


@get(PATH, opt=MANAGE, include_in_schema=False)
async def data_page(ctx: Ctx, plugin_id: FromPath[str]) -> Response[bytes]:
    return await _page(ctx, plugin_id)


@get(f"{PATH}/export.zip", opt=TAKE, include_in_schema=False)
async def export_page(ctx: Ctx, plugin_id: FromPath[str]) -> Stream:
    return await _zip(ctx, plugin_id)


@post(f"{PATH}/erase", opt=TAKE, include_in_schema=False)
async def erase_page(
    ctx: Ctx,
    plugin_id: FromPath[str],
    data: Annotated[Confirmed, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[bytes]:
    try:
        await plugin_data.erase(ctx, plugin_id, data.confirm)
    except Invalid as invalid:
        _ = gettext_for(ctx.locale, "core")
        errors = {name: _(fault.message, **fault.params) for name, fault in invalid.fields.items()}
        return await _page(ctx, plugin_id, errors)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, "/admin/plugins", flash=_("All data of %(plugin)s was erased.", plugin=plugin_id))


@get(API, opt=MANAGE, tags=_TAGS)
async def read_data(ctx: Ctx, plugin_id: FromPath[str]) -> plugin_data.PluginData:
    """What a plugin that is off has left behind, and what keeps it from being erased."""
    return await plugin_data.data_of(ctx, plugin_id)


@get(f"{API}/export.zip", opt=TAKE, tags=_TAGS)
async def export_json(ctx: Ctx, plugin_id: FromPath[str]) -> Stream:
    """A zip file: a CSV file for each table, and settings.json. Secrets are left out."""
    return await _zip(ctx, plugin_id)


@post(f"{API}/erase", opt=TAKE, tags=_TAGS, status_code=200)
async def erase_json(ctx: Ctx, plugin_id: FromPath[str], data: JSONBody[Confirmed]) -> plugin_data.PluginData:
    """Erase it for good, after an export; what was there. Asks for a second factor."""
    return await plugin_data.erase(ctx, plugin_id, data.confirm)


async def _page(ctx: TenantCtx, plugin_id: str, errors: dict[str, str] | None = None) -> Response[bytes]:
    found = await plugin_data.data_of(ctx, plugin_id)
    return await page(
        ctx,
        "core/plugins/data.html",
        status=422 if errors else 200,
        data=found,
        title=_title(ctx, plugin_id),
        errors=errors or {},
        has_mfa=ctx.actor.has_mfa,
    )


def _title(ctx: TenantCtx, plugin_id: str) -> str:
    """Also of a plugin that is not installed any more."""
    usable = {manifest.id: manifest.title for manifest in ctx.runtime.host.usable}
    return gettext_for(ctx.locale, plugin_id)(usable[plugin_id]) if plugin_id in usable else plugin_id


async def _zip(ctx: TenantCtx, plugin_id: str) -> Stream:
    return Stream(
        await export_zip(ctx, plugin_id),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{plugin_id}-{ctx.now():%Y%m%d-%H%M%S}.zip"',
            "Cache-Control": "private, no-store",
        },
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    data_page,
    export_page,
    erase_page,
    read_data,
    export_json,
    erase_json,
]
