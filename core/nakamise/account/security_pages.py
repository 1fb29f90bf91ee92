"""Pages of password, e-mail address, two-step login and sessions."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from nakamise.account import security
from nakamise.account.security import CodeProof, EmailChange, FullProof, PasswordChange, PasswordProof
from nakamise.auth import recovery, totp
from nakamise.auth.forms import fault_texts
from nakamise.auth.sessions import live_sessions
from nakamise.errors import FieldError, Invalid, Problem, TooMany
from nakamise.plugin.access import sensitive, signed_in
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/account/security"


@get("/account/security", opt=signed_in(), include_in_schema=False)
async def security_page(ctx: Ctx) -> Response[bytes]:
    return await _show(ctx)


async def _show(ctx: TenantCtx, form: str = "", problem: Problem | None = None) -> Response[bytes]:
    """``form`` is the one of the page's forms that was refused because of ``problem``."""
    user_id = ctx.require_user()
    async with ctx.read() as tx:
        sessions = await live_sessions(tx, user_id, ctx.now())
        is_totp_on = await totp.is_on(tx, user_id)
        codes_left = await recovery.codes_left(tx, user_id)
    answer = await page(
        ctx,
        "core/account/security.html",
        status=problem.status if problem else 200,
        sessions=sessions,
        is_totp_on=is_totp_on,
        codes_left=codes_left,
        refused=form,
        errors=_texts(ctx, problem),
    )
    if problem:
        answer.headers.update(problem.headers)
    return answer


def _texts(ctx: TenantCtx, problem: Problem | None) -> dict[str, str]:
    if isinstance(problem, Invalid):
        return fault_texts(ctx, problem.fields)
    if problem is None:
        return {}
    # Throttling concerns the proof, whichever the form asks for.
    fault = FieldError(problem.message, domain=problem.domain, **problem.params)
    return fault_texts(ctx, {"current_password": fault, "code": fault})


@post("/account/security/password", opt=sensitive(signed_in()), include_in_schema=False)
async def change_password(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    try:
        await security.change_password(ctx, (await read_form(request, PasswordChange)).valid())
    except (Invalid, TooMany) as problem:
        return await _show(ctx, "password", problem)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _HERE, flash=_("Your password is changed. Other devices are logged out."))


@post("/account/security/email", opt=sensitive(signed_in()), include_in_schema=False)
async def change_email(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    try:
        await security.ask_email_change(ctx, (await read_form(request, EmailChange)).valid())
    except (Invalid, TooMany) as problem:
        return await _show(ctx, "email", problem)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _HERE, flash=_("Please open the link in the mail that we sent to the new address."))


@post("/account/security/totp", opt=sensitive(signed_in()), include_in_schema=False)
async def begin_totp(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """Shows the secret. Raises Conflict."""
    try:
        shown = await security.begin_totp(ctx, (await read_form(request, PasswordProof)).valid())
    except (Invalid, TooMany) as problem:
        return await _show(ctx, "totp", problem)
    return await _enrolment(ctx, shown)


@post("/account/security/totp/confirm", opt=sensitive(signed_in()), include_in_schema=False)
async def confirm_totp(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    try:
        codes = await security.confirm_totp(ctx, (await read_form(request, CodeProof)).valid())
    except (Invalid, TooMany) as problem:
        shown = await security.pending_totp(ctx)
        if shown is None:
            return see_other(ctx, _HERE)
        return await _enrolment(ctx, shown, problem)
    return await _codes(ctx, codes)


async def _enrolment(
    ctx: TenantCtx, shown: totp.Enrolment, problem: Problem | None = None
) -> Response[bytes]:
    # The picture is drawn by us from a secret of ours: no text of a user's is in it.
    qr = Markup(shown.qr_svg)  # noqa: S704
    status, error = (problem.status, _texts(ctx, problem).get("code", "")) if problem else (200, "")
    return await page(ctx, "core/account/totp.html", status=status, secret=shown.secret, qr=qr, error=error)


async def _codes(ctx: TenantCtx, codes: list[str]) -> Response[bytes]:
    answer = await page(ctx, "core/account/recovery_codes.html", codes=codes)
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/account/security/totp/disable", opt=sensitive(signed_in()), include_in_schema=False)
async def disable_totp(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    try:
        await security.disable_totp(ctx, (await read_form(request, FullProof)).valid())
    except (Invalid, TooMany) as problem:
        return await _show(ctx, "disable", problem)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _HERE, flash=_("Two-step login is off."))


@post("/account/security/recovery-codes", opt=sensitive(signed_in()), include_in_schema=False)
async def renew_codes(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    try:
        codes = await security.renew_recovery_codes(ctx, (await read_form(request, FullProof)).valid())
    except (Invalid, TooMany) as problem:
        return await _show(ctx, "codes", problem)
    return await _codes(ctx, codes)


@post("/account/security/sessions/{session_id:uuid}/end", opt=sensitive(signed_in()), include_in_schema=False)
async def end_session(ctx: Ctx, session_id: FromPath[uuid.UUID]) -> Response[bytes]:
    await security.end_session(ctx, session_id)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _HERE, flash=_("The device is logged out."))


@post("/account/security/sessions/end-others", opt=sensitive(signed_in()), include_in_schema=False)
async def end_others(ctx: Ctx) -> Response[bytes]:
    await security.end_other_sessions(ctx)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _HERE, flash=_("All other devices are logged out."))


route_handlers: Final[list[ControllerRouterHandler]] = [
    security_page,
    change_password,
    change_email,
    begin_totp,
    confirm_totp,
    disable_totp,
    renew_codes,
    end_session,
    end_others,
]
