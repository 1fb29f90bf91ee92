"""Admin pages of plugins: the list, the switches, a settings form for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from nakamise.errors import Invalid, Problem
from nakamise.host import api, service, settings_upload, views
from nakamise.host.about import about
from nakamise.plugin.access import requires
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.ui import settings_form
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page, see_other

MANAGE = requires("core.plugins.manage")
LIST = "/admin/plugins"


@get(LIST, opt=MANAGE, include_in_schema=False)
async def plugins_page(ctx: Ctx) -> Response[bytes]:
    return await page(ctx, "core/plugins/list.html", plugins=await views.plugin_list(ctx))


@get(f"{LIST}/{{plugin_id:str}}", opt=MANAGE, include_in_schema=False)
async def about_page(ctx: Ctx, plugin_id: FromPath[str]) -> Response[bytes]:
    return await page(ctx, "core/plugins/about.html", about=await about(ctx, service.usable(ctx, plugin_id)))


@post(f"{LIST}/{{plugin_id:str}}/on", opt=MANAGE, include_in_schema=False)
async def switch_on(ctx: Ctx, plugin_id: FromPath[str]) -> Response[bytes]:
    return await _switch(ctx, plugin_id, N_("%(plugin)s is on now."), on=True)


@post(f"{LIST}/{{plugin_id:str}}/off", opt=MANAGE, include_in_schema=False)
async def switch_off(ctx: Ctx, plugin_id: FromPath[str]) -> Response[bytes]:
    return await _switch(ctx, plugin_id, N_("%(plugin)s is off now. Its data is kept."), on=False)


async def _switch(ctx: TenantCtx, plugin_id: str, done: str, *, on: bool) -> Response[bytes]:
    try:
        await service.switch(ctx, plugin_id, on=on)
    except Problem as problem:
        _ = gettext_for(ctx.locale, problem.domain)
        return see_other(ctx, LIST, flash=_(problem.message, **problem.params), kind="danger")
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, LIST, flash=_(done, plugin=_title(ctx, plugin_id)))


def _title(ctx: TenantCtx, plugin_id: str) -> str:
    """Also of a plugin that is on but not installed any more."""
    found = next(
        (manifest.title for manifest in ctx.runtime.host.usable if manifest.id == plugin_id), plugin_id
    )
    return gettext_for(ctx.locale, plugin_id)(found)


@get(f"{LIST}/{{plugin_id:str}}/settings", opt=MANAGE, include_in_schema=False)
async def settings_page(ctx: Ctx, plugin_id: FromPath[str]) -> Response[bytes]:
    type_ = service.settings_type(ctx, plugin_id)
    fields = settings_form.fields_of(type_, ctx.locale, plugin_id)
    values = settings_form.shown(ctx.settings(type_), fields)
    return await _form(ctx, plugin_id, fields, values)


@post(f"{LIST}/{{plugin_id:str}}/settings", opt=MANAGE, include_in_schema=False)
async def save_settings(
    ctx: Ctx, plugin_id: FromPath[str], request: Request[Any, Any, Any]
) -> Response[bytes]:
    type_ = service.settings_type(ctx, plugin_id)
    fields = settings_form.fields_of(type_, ctx.locale, plugin_id)
    raw: dict[str, list[str]] = {}
    try:
        raw, stored = await settings_upload.read(ctx, request, msgspec.to_builtins(ctx.settings(type_)))
        await service.configure(ctx, plugin_id, settings_form.typed(fields, raw, stored))
    except Invalid as invalid:
        _ = gettext_for(ctx.locale, plugin_id)
        errors = {name: _(fault.message, **fault.params) for name, fault in invalid.fields.items()}
        before = settings_form.shown(ctx.settings(type_), fields)
        return await _form(ctx, plugin_id, fields, settings_form.retyped(fields, raw, before), errors)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, f"{LIST}/{plugin_id}/settings", flash=_("Saved."))


async def _form(
    ctx: TenantCtx,
    plugin_id: str,
    fields: list[settings_form.SettingField],
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
) -> Response[bytes]:
    return await page(
        ctx,
        "core/plugins/settings.html",
        status=422 if errors else 200,
        plugin=views.plugin_view(ctx, service.usable(ctx, plugin_id)),
        fields=fields,
        values=values,
        errors=errors or {},
        labels={name: settings_form.label_at(fields, name) for name in errors or {}},
    )


route_handlers = [
    plugins_page,
    about_page,
    switch_on,
    switch_off,
    settings_page,
    save_settings,
    *api.route_handlers,
]
