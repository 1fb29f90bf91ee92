"""Reading what came in, and turning every refusal into an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response

from nakamise.errors import BadRequest, Problem, Unauthenticated
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.media import MediaRefusal
from nakamise_livestream.whip import answers
from nakamise_livestream.words import DOMAIN

AnyRequest = Request[Any, Any, Any]
# Real offers have 2 to 10 KB.
_LONGEST: Final = 200_000
_BEARER: Final = "bearer "


async def answered(ctx: TenantCtx, act: Callable[[], Awaitable[Response[bytes]]]) -> Response[bytes]:
    """What ``act`` answers, or the problem that it raises."""
    try:
        return await act()
    except MediaRefusal as refusal:
        return answers.refused(ctx, refusal)
    except Problem as fault:
        return answers.problem(ctx, fault)


def has_type(request: AnyRequest, wanted: str) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == wanted


async def text_of(request: AnyRequest) -> str:
    """Raises BadRequest."""
    body = await request.body()
    if len(body) > _LONGEST:
        raise BadRequest(N_("This is too long."), domain=DOMAIN)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(N_("This is no text."), domain=DOMAIN) from error


def key_of(request: AnyRequest) -> str:
    """The bearer token. Raises Unauthenticated."""
    given = request.headers.get("authorization", "")
    if not given.lower().startswith(_BEARER):
        raise Unauthenticated(N_("A stream key is needed."), domain=DOMAIN)
    return given[len(_BEARER) :].strip()


def if_match(request: AnyRequest) -> str | None:
    return request.headers.get("if-match", "").strip() or None
