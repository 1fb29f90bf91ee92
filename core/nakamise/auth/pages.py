"""Pages of signing in and out."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.auth import login
from nakamise.auth.cookies import SECOND_FACTOR, SESSION, clear_cookie, read_cookie, set_cookie
from nakamise.auth.forms import CodeForm, LoginForm
from nakamise.auth.methods import PasswordLoginOff, login_methods
from nakamise.auth.one_time import LIFETIME
from nakamise.auth.sessions import ABSOLUTE_LIFETIME, OpenedSession, revoke_session
from nakamise.errors import Problem, TooMany
from nakamise.plugin.access import anyone, in_maintenance
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.safe_next import safe_next

_HOME: Final = "/account"
_STAFF_HOME: Final = "/admin"
_IS_STAFF: Final = """
SELECT 1 FROM core_session s JOIN core_user_role ur ON ur.user_id = s.user_id
JOIN core_role_permission rp ON rp.role_id = ur.role_id AND rp.is_granted
WHERE s.id = $1 AND rp.permission = 'core.admin' LIMIT 1
"""


def said(ctx: TenantCtx, problem: Problem) -> str:
    return gettext_for(ctx.locale, problem.domain)(problem.message, **problem.params)


def refused_status(problem: Problem) -> int:
    """A form that was refused is 422 (401 would need a challenge of HTTP's own), a throttled one 429."""
    return problem.status if isinstance(problem, TooMany) else 422


@get("/login", opt=in_maintenance(anyone()), include_in_schema=False)
async def login_page(ctx: Ctx, next: FromQuery[str] = "") -> Response[bytes]:  # noqa: A002 - the query's name
    if not ctx.actor.is_guest:
        return see_other(ctx, safe_next(next, _HOME))
    return await _form(ctx, safe_next(next, ""))


@post("/login", opt=in_maintenance(anyone()), include_in_schema=False)
async def log_in(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, LoginForm)).valid()
    target = safe_next(form.next, "")
    try:
        outcome = await login.sign_in_browser(ctx, form.email, form.password, target)
    except (login.LoginFailed, PasswordLoginOff, TooMany) as problem:
        answer = await _form(ctx, target, form.email, said(ctx, problem), refused_status(problem))
        answer.headers.update(problem.headers)
        return answer
    return await enter(ctx, outcome, target)


async def _form(
    ctx: TenantCtx, target: str, email: str = "", error: str = "", status: int = 200
) -> Response[bytes]:
    return await page(
        ctx,
        "core/auth/login.html",
        status=status,
        email=email,
        next=target,
        error=error,
        methods=await login_methods(ctx),
    )


async def enter(ctx: TenantCtx, outcome: login.SignedIn, target: str) -> Response[bytes]:
    """On to the second factor, or with a session to ``target``."""
    if isinstance(outcome, login.SecondFactorNeeded):
        answer = see_other(ctx, "/login/code")
        life = int(LIFETIME["second_factor"].total_seconds())
        answer.set_cookie(set_cookie(SECOND_FACTOR, outcome.challenge, ctx.http, life))
        return answer
    return await _welcome(ctx, outcome, target)


@get("/login/code", opt=in_maintenance(anyone()), include_in_schema=False)
async def code_page(ctx: Ctx) -> Response[bytes]:
    if read_cookie(SECOND_FACTOR, ctx.http) is None:
        return see_other(ctx, "/login")
    return await page(ctx, "core/auth/code.html", error="")


@post("/login/code", opt=in_maintenance(anyone()), include_in_schema=False)
async def enter_code(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, CodeForm)).valid()
    challenge = read_cookie(SECOND_FACTOR, ctx.http) or ""
    try:
        await login.brake_second_factor(ctx, challenge)
        async with ctx.begin() as tx:
            passed = await login.pass_second_factor(ctx, tx, challenge, form.code)
            opened = await login.open_for_browser(ctx, tx, passed.user, mfa=True)
    except (login.StepExpired, login.LoginFailed) as problem:
        answer = see_other(ctx, "/login", flash=said(ctx, problem), kind="danger")
        answer.set_cookie(clear_cookie(SECOND_FACTOR, ctx.http))
        return answer
    except (login.CodeRefused, TooMany) as problem:
        answer = await page(
            ctx, "core/auth/code.html", status=refused_status(problem), error=said(ctx, problem)
        )
        answer.headers.update(problem.headers)
        return answer
    answer = await _welcome(ctx, opened, passed.next_path)
    answer.set_cookie(clear_cookie(SECOND_FACTOR, ctx.http))
    return answer


async def _welcome(ctx: TenantCtx, opened: OpenedSession, target: str) -> Response[bytes]:
    """Where they were going, else to what they come for: staff to their administration."""
    async with ctx.read() as tx:
        is_staff = await tx.value(_IS_STAFF, opened.id) is not None
    answer = see_other(ctx, safe_next(target, _STAFF_HOME if is_staff else _HOME))
    answer.set_cookie(set_cookie(SESSION, opened.token, ctx.http, int(ABSOLUTE_LIFETIME.total_seconds())))
    return answer


@post("/logout", opt=in_maintenance(anyone()), include_in_schema=False)
async def log_out(ctx: Ctx) -> Response[bytes]:
    if ctx.actor.user_id is not None and ctx.actor.session_id is not None:
        async with ctx.begin() as tx:
            await revoke_session(tx, ctx.actor.user_id, ctx.actor.session_id, ctx.now())
    _ = gettext_for(ctx.locale, "core")
    answer = see_other(ctx, "/", flash=_("You are logged out."))
    answer.set_cookie(clear_cookie(SESSION, ctx.http))
    return answer


route_handlers: Final[list[ControllerRouterHandler]] = [login_page, log_in, code_page, enter_code, log_out]
