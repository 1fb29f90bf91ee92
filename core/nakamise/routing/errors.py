"""Errors become answers: problem+json (RFC 9457) on the API, a page with a way out everywhere else.

Litestar calls these outside the event loop's await, so an error page has no boxes of plugins: it must not
depend on the database anyway.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from nakamise.admin.site.doors import ConsentRequired, Maintenance, is_closed
from nakamise.contracts.ui import ErrorSubject
from nakamise.db import DATABASE_AWAY
from nakamise.errors import (
    FieldError,
    Invalid,
    LimitReached,
    MfaRequired,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
)
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.plugin.slots import Slot
from nakamise.routing.gate import CTX_KEY
from nakamise.routing.oversized import HOME, LESS, TOO_LARGE
from nakamise.storage import ObjectMissing, StorageFull
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.pages import page_from_memory, see_other
from nakamise.ui.safe_next import consent_path, login_path

log = logging.getLogger("nakamise.errors")

PROBLEM_JSON: Final = "application/problem+json"
_BY_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad_request", N_("The request could not be understood.")),
    401: ("unauthenticated", N_("Please log in.")),
    403: ("forbidden", N_("You may not do this.")),
    404: ("not_found", N_("The page or item was not found.")),
    405: ("method_not_allowed", N_("This cannot be done here.")),
    413: ("too_large", TOO_LARGE),
    415: ("unsupported_media_type", N_("This kind of content is not accepted here.")),
    429: ("too_many", N_("Too many tries. Please wait a moment.")),
    503: ("unavailable", N_("The service cannot answer right now. Please try again in a moment.")),
}
# Where a second factor is switched on.
_SECURITY: Final = "/account/security"
_INTERNAL: Final = N_("Something went wrong on our side. Nothing was charged twice; please try again.")


class ProblemBody(msgspec.Struct, omit_defaults=True):
    """RFC 9457. ``errors`` maps field names to messages; ``error_id`` is what support asks for.

    ``documents`` maps legal texts to the versions that must be agreed to first.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: dict[str, str] = {}
    error_id: str = ""
    documents: dict[str, int] = {}


def on_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    ctx = _ctx(request)
    if ctx is None:
        return Response(problem.message, status_code=problem.status, media_type=MediaType.TEXT)
    fields = problem.fields if isinstance(problem, Invalid) else {}
    body = ProblemBody(
        type="about:blank",
        title=_say(ctx, _BY_STATUS.get(problem.status, ("", problem.message))[1]),
        status=problem.status,
        detail=_say(ctx, problem.message, problem.domain, problem.params),
        code=problem.code,
        errors={name: field_text(ctx, fault) for name, fault in fields.items()},
        documents=problem.documents if isinstance(problem, ConsentRequired) else {},
    )
    return _answer(ctx, body, problem.headers)


def _closed(tenant: Tenant) -> str:
    if tenant.console_of is not None:
        return N_("This agency's console is closed by the operator. Please ask there when it opens again.")
    return N_("This site is closed for the moment.")


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    ctx = _ctx(request)
    if ctx is not None and is_closed(ctx) and error.status_code == 404:
        return on_problem(request, Maintenance(ctx))
    if ctx is not None and not ctx.tenant.is_active:
        return on_problem(request, Unavailable(_closed(ctx.tenant)))
    status = error.status_code
    code, message = _BY_STATUS.get(status, ("error", _INTERNAL if status >= 500 else _BY_STATUS[400][1]))
    if ctx is None:
        return Response(message, status_code=status, media_type=MediaType.TEXT)
    if isinstance(error, ValidationException):
        faults = {name: FieldError(N_("This value cannot be used.")) for name in _invalid_names(error)}
        return on_problem(request, Invalid(faults))
    said = _say(ctx, message)
    body = ProblemBody("about:blank", said, status, said, code)
    allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(ctx, body, allow)


def on_missing_object(request: Request[Any, Any, Any], _error: ObjectMissing) -> Response[Any]:
    return on_problem(request, NotFound())


def on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Anything unforeseen: logged with an id that the user can quote, and nothing of it shown."""
    if isinstance(error, (*DATABASE_AWAY, StorageFull)):
        log.warning("busy: %r", error)
        return on_problem(request, Unavailable(_BY_STATUS[503][1], headers={"Retry-After": "2"}))
    error_id = uuid.uuid4().hex[:12]
    log.error("unhandled error %s on %s", error_id, request.scope["path"], exc_info=error)
    ctx = _ctx(request)
    if ctx is None:
        return Response("error", status_code=500, media_type=MediaType.TEXT)
    said = _say(ctx, _INTERNAL)
    return _answer(ctx, ProblemBody("about:blank", said, 500, said, "error", error_id=error_id), {})


def field_text(ctx: TenantCtx, fault: FieldError) -> str:
    return _say(ctx, fault.message, fault.domain, fault.params)


def _say(
    ctx: TenantCtx, message: str, domain: str = "core", params: Mapping[str, object] | None = None
) -> str:
    return gettext_for(ctx.locale, domain)(message, **(params or {}))


def _answer(ctx: TenantCtx, body: ProblemBody, headers: Mapping[str, str]) -> Response[Any]:
    if ctx.http.is_api or ctx.http.wants_json:
        return Response(
            msgspec.json.encode(body), status_code=body.status, media_type=PROBLEM_JSON, headers=dict(headers)
        )
    if body.status == Unauthenticated.status and not ctx.http.is_partial:
        return see_other(ctx, login_path(ctx.http))
    if body.code == ConsentRequired.default_code and not ctx.http.is_partial:
        return see_other(ctx, consent_path(ctx.http))
    if body.code == MfaRequired.default_code and not ctx.http.is_partial:
        return see_other(ctx, _SECURITY, flash=body.detail, kind="danger")
    answer = page_from_memory(
        ctx,
        "core/maintenance.html" if body.code == Maintenance.default_code else "core/error.html",
        status=body.status,
        slots={Slot.ERROR_SECTION: ErrorSubject(status=body.status)},
        status_code=body.status,
        title=body.title,
        text=_text(ctx, body),
        actions=_ways_out(ctx, body),
        reference=body.error_id,
    )
    answer.headers.update(headers)
    return answer


def _text(ctx: TenantCtx, body: ProblemBody) -> str:
    """Below the title, when there is more to say."""
    if body.detail != body.title:
        return body.detail
    return _say(ctx, LESS) if body.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else ""


def _ways_out(ctx: TenantCtx, body: ProblemBody) -> list[tuple[str, str]]:
    """(label, address), the likeliest first."""
    ways = []
    if body.code == "email_unverified":
        ways.append((_say(ctx, N_("Confirm my e-mail address")), "/account/security"))
    if body.code == LimitReached.default_code and ctx.actor.can("core.settings.manage"):
        ways.append((_say(ctx, N_("See plan and usage")), "/admin/plan"))
    if body.status in (429, 500, 503) and ctx.http.method == "GET":
        ways.append((_say(ctx, N_("Try again")), ctx.http.path))
    return [*ways, (_say(ctx, HOME), "/")]


def _ctx(request: Request[Any, Any, Any]) -> TenantCtx | None:
    found = request.scope["state"].get(CTX_KEY)
    return found if isinstance(found, TenantCtx) else None


def _invalid_names(error: ValidationException) -> list[str]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [str(item.get("key") or "body") for item in extra if isinstance(item, dict)] or ["body"]


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    ObjectMissing: on_missing_object,
    Exception: on_crash,
}
