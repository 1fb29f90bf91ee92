"""Pages: my page and profile."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.types import ControllerRouterHandler

from nakamise.account.profile import (
    AccountView,
    ProfileInput,
    drop_avatar,
    save_avatar,
    save_profile,
    view_of,
)
from nakamise.auth import register
from nakamise.auth.forms import fault_texts
from nakamise.auth.roles import roles_of
from nakamise.auth.users import user_by_id
from nakamise.errors import Invalid
from nakamise.plugin.access import signed_in
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.plugin.slots import Slot
from nakamise.routing.forms import Form, read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other

AnyRequest = Request[Any, Any, Any]


async def account_view(ctx: TenantCtx) -> AccountView:
    """The signed-in user; roles by their names in the page's language."""
    _ = gettext_for(ctx.locale, "core")
    async with ctx.read() as tx:
        user = await user_by_id(tx, ctx.require_user())
        roles = await roles_of(tx, user.id)
        labels = tuple(_(role.label) if role.is_preset else role.label for role in roles)
        return await view_of(tx, user, labels)


@get("/account", opt=signed_in(), include_in_schema=False)
async def account_home(ctx: Ctx) -> Response[bytes]:
    account = await account_view(ctx)
    return await page(
        ctx,
        "core/account/home.html",
        slots={Slot.ACCOUNT_HOME: None},
        account=account,
    )


@post("/account/verify", opt=signed_in(), include_in_schema=False)
async def resend(ctx: Ctx) -> Response[bytes]:
    """Raises TooMany."""
    ctx.require_user()
    await register.resend_confirmation(ctx, ctx.actor.email)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, "/account", flash=_("We sent you the mail again."))


@get("/account/profile", opt=signed_in(), include_in_schema=False)
async def profile_page(ctx: Ctx) -> Response[bytes]:
    account = await account_view(ctx)
    values = {"display_name": account.display_name, "bio": account.bio}
    return await _profile_form(ctx, account, values, {})


@post("/account/profile", opt=signed_in(), include_in_schema=False)
async def save(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, ProfileInput)
    try:
        given = form.valid()
        if data := await _picture(form):
            await save_avatar(ctx, ctx.require_user(), data)
    except Invalid as invalid:
        errors = fault_texts(ctx, invalid.fields)
        return await _profile_form(ctx, await account_view(ctx), dict(form.raw), errors, status=422)
    async with ctx.begin() as tx:
        await save_profile(tx, ctx.require_user(), given)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, "/account/profile", flash=_("Your profile is saved."))


async def _picture(form: Form[ProfileInput]) -> bytes:
    """Browsers send an empty file when none was chosen."""
    files = form.files.get("avatar", [])
    return await files[0].read() if files else b""


@post("/account/profile/avatar/delete", opt=signed_in(), include_in_schema=False)
async def delete_avatar(ctx: Ctx) -> Response[bytes]:
    async with ctx.begin() as tx:
        await drop_avatar(tx, ctx.require_user())
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, "/account/profile", flash=_("Your picture is removed."))


async def _profile_form(
    ctx: TenantCtx,
    account: AccountView,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    return await page(
        ctx, "core/account/profile.html", status=status, account=account, values=values, errors=errors
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    account_home,
    resend,
    profile_page,
    save,
    delete_avatar,
]
