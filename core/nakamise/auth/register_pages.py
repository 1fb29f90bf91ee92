"""Pages of registering, of confirming an address and of a forgotten password."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.auth import register, reset
from nakamise.auth.forms import Address, Link, fault_texts
from nakamise.auth.pace import even_pace
from nakamise.auth.pages import refused_status, said
from nakamise.auth.register import LinkSpent, Registration
from nakamise.auth.reset import NewPassword
from nakamise.errors import Forbidden, TooMany
from nakamise.plugin.access import anyone, in_maintenance
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import Form, read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.safe_next import safe_next

AnyRequest = Request[Any, Any, Any]


@get("/register", opt=anyone(), include_in_schema=False)
async def register_page(ctx: Ctx, next: FromQuery[str] = "") -> Response[bytes]:  # noqa: A002 - the query's name
    if not ctx.actor.is_guest:
        return see_other(ctx, safe_next(next))
    if ctx.site.registration == "invited":
        raise Forbidden(register.INVITED_ONLY, code="invited_only")
    return await _register_form(ctx, {"next": safe_next(next, "")}, {})


@post("/register", opt=anyone(), include_in_schema=False)
async def sign_up(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, Registration)
    if form.value is None:
        return await _register_form(ctx, dict(form.raw), fault_texts(ctx, form.errors), status=422)
    try:
        async with even_pace():
            await register.register(ctx, form.value)
    except TooMany as problem:
        return await _register_form(ctx, dict(form.raw), {}, status=429, error=said(ctx, problem))
    return await _sent(ctx, form.value.email, safe_next(form.value.next, ""))


async def _register_form(
    ctx: TenantCtx, values: dict[str, Any], errors: dict[str, str], *, status: int = 200, error: str = ""
) -> Response[bytes]:
    shown = {name: values.get(name, "") for name in ("display_name", "email", "terms", "next")}
    return await page(ctx, "core/auth/register.html", status=status, values=shown, errors=errors, error=error)


async def _sent(ctx: TenantCtx, email: str, next_path: str) -> Response[bytes]:
    return await page(ctx, "core/auth/sent.html", email=email, next=next_path)


@post("/register/resend", opt=anyone(), include_in_schema=False)
async def resend(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Raises TooMany."""
    form = (await read_form(request, Address)).valid()
    target = safe_next(form.next, "")
    async with even_pace():
        await register.resend_confirmation(ctx, form.email, target)
    return await _sent(ctx, form.email, target)


@get("/verify", opt=anyone(), include_in_schema=False)
async def verify_page(ctx: Ctx, token: FromQuery[str] = "") -> Response[bytes]:
    """Asks for a press of a button: programs that look into links must not use them up."""
    if not await register.is_confirmable(ctx, token):
        return await _spent(ctx, "/register")
    return await page(ctx, "core/auth/verify.html", token=token)


@post("/verify", opt=anyone(), include_in_schema=False)
async def verify(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, Link)).valid()
    try:
        target = safe_next(await register.confirm_email(ctx, form.token), "/account")
    except LinkSpent:
        return await _spent(ctx, "/register")
    _ = gettext_for(ctx.locale, "core")
    # For a guest the page there leads through the login and back.
    return see_other(ctx, target, flash=_("Your e-mail address is confirmed."))


async def _spent(ctx: TenantCtx, again: str) -> Response[bytes]:
    return await page(ctx, "core/auth/spent.html", status=410, again=again)


@get("/reset", opt=in_maintenance(anyone()), include_in_schema=False)
async def reset_page(ctx: Ctx) -> Response[bytes]:
    return await page(ctx, "core/auth/reset.html", email="", errors={}, error="")


@post("/reset", opt=in_maintenance(anyone()), include_in_schema=False)
async def ask_reset(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, Address)
    if form.value is None:
        errors = fault_texts(ctx, form.errors)
        return await page(ctx, "core/auth/reset.html", status=422, email="", errors=errors, error="")
    email = form.value.email
    try:
        async with even_pace():
            await reset.send_reset(ctx, email)
    except TooMany as problem:
        status, error = refused_status(problem), said(ctx, problem)
        return await page(ctx, "core/auth/reset.html", status=status, email=email, errors={}, error=error)
    return await page(ctx, "core/auth/reset_sent.html")


@get("/reset/new", opt=in_maintenance(anyone()), include_in_schema=False)
async def new_password_page(ctx: Ctx, token: FromQuery[str] = "") -> Response[bytes]:
    if not await reset.is_resettable(ctx, token):
        return await _spent(ctx, "/reset")
    return await page(ctx, "core/auth/new_password.html", token=token, errors={})


@post("/reset/new", opt=in_maintenance(anyone()), include_in_schema=False)
async def set_new_password(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form: Form[NewPassword] = await read_form(request, NewPassword)
    if form.value is None:
        token, errors = form.raw.get("token", ""), fault_texts(ctx, form.errors)
        return await page(ctx, "core/auth/new_password.html", status=422, token=token, errors=errors)
    try:
        await reset.reset_password(ctx, form.value)
    except LinkSpent:
        return await _spent(ctx, "/reset")
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, "/login", flash=_("Your password is changed. Please log in with the new one."))


route_handlers: Final[list[ControllerRouterHandler]] = [
    register_page,
    sign_up,
    resend,
    verify_page,
    verify,
    reset_page,
    ask_reset,
    new_password_page,
    set_new_password,
]
