"""Where the link of an invitation leads."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import accept
from nakamise.admin.people.accept import Newcomer, Offer
from nakamise.auth import login
from nakamise.auth.cookies import SESSION, set_cookie
from nakamise.auth.forms import fault_texts
from nakamise.auth.methods import PasswordLoginOff, login_methods, require_password_login
from nakamise.auth.pages import said
from nakamise.auth.register import LinkSpent
from nakamise.auth.sessions import ABSOLUTE_LIFETIME
from nakamise.auth.users import email_key
from nakamise.errors import Conflict, Problem
from nakamise.plugin.access import anyone, signed_in
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other

AnyRequest = Request[Any, Any, Any]
_HERE: Final = "/invite/{token:str}"
_HOME: Final = "/account"


@get(_HERE, opt=anyone(), include_in_schema=False)
async def invitation_page(ctx: Ctx, token: FromPath[str]) -> Response[bytes]:
    try:
        offer = await accept.offer_of(ctx, token)
    except LinkSpent:
        return await _spent(ctx)
    return await _form(ctx, token, offer, {}, {})


@post(_HERE, opt=anyone(), include_in_schema=False)
async def join(request: AnyRequest, ctx: Ctx, token: FromPath[str]) -> Response[bytes]:
    """A new person: the account is made and they are logged in, since the link proved who they are."""
    form = await read_form(request, Newcomer)
    try:
        offer = await accept.offer_of(ctx, token)
        if form.value is None:
            errors = fault_texts(ctx, form.errors)
            return await _form(ctx, token, offer, dict(form.raw), errors, status=422)
        user = await accept.accept_as_newcomer(ctx, token, form.value)
        await require_password_login(ctx, user)
    except LinkSpent:
        return await _spent(ctx)
    except Conflict as problem:
        return _refused(ctx, token, problem)
    except PasswordLoginOff as problem:
        return see_other(ctx, "/login", flash=said(ctx, problem), kind="warn")
    async with ctx.begin() as tx:
        opened = await login.open_for_browser(ctx, tx, user)
    answer = _welcome(ctx)
    life = int(ABSOLUTE_LIFETIME.total_seconds())
    answer.set_cookie(set_cookie(SESSION, opened.token, ctx.http, life))
    return answer


@post(f"{_HERE}/accept", opt=signed_in(), include_in_schema=False)
async def accept_page(ctx: Ctx, token: FromPath[str]) -> Response[bytes]:
    """Raises Forbidden for another person's invitation."""
    try:
        await accept.accept_as_member(ctx, token)
    except LinkSpent:
        return await _spent(ctx)
    return _welcome(ctx)


async def _form(
    ctx: TenantCtx,
    token: str,
    offer: Offer,
    typed: dict[str, Any],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    answer = await page(
        ctx,
        "core/admin/people/join.html",
        status=status,
        action=f"/invite/{token}",
        offer=offer,
        is_mine=not ctx.actor.is_guest and email_key(ctx.actor.email) == email_key(offer.email),
        name=typed.get("display_name", offer.display_name),
        errors=errors,
        methods=await login_methods(ctx),
        next=f"/invite/{token}",
    )
    # The address of this page is a secret: other sites never see it. With no referrer at all, browsers would
    # call the form cross-site.
    answer.headers["referrer-policy"] = "same-origin"
    answer.headers["cache-control"] = "no-store"
    return answer


def _welcome(ctx: TenantCtx) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _HOME, flash=_("Welcome to the staff of %(site)s.", site=ctx.tenant.name))


def _refused(ctx: TenantCtx, token: str, problem: Problem) -> Response[bytes]:
    return see_other(ctx, f"/invite/{token}", flash=said(ctx, problem), kind="danger")


async def _spent(ctx: TenantCtx) -> Response[bytes]:
    return await page(ctx, "core/admin/people/spent.html", status=410)


route_handlers: Final[list[ControllerRouterHandler]] = [invitation_page, join, accept_page]
