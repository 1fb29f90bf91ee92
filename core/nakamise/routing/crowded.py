"""Told at the door: too many at this moment. Nothing was looked up, and what was sent can be sent once more.

The page is drawn once for each site, language and path; for a visitor only what they had sent is put in.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

import msgspec
from markupsafe import Markup

from nakamise.plugin.context import TenantCtx
from nakamise.routing.asgi import Scope, Send
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.shell import SCHEME_COOKIE, SCHEMES, build_shell

CODE: Final = "crowded"
TITLE: Final = N_("Very many people are here right now")
TEXT: Final = N_(
    "Your request was not taken yet. Please try again in %(n)s seconds: nothing is ordered or charged twice, and whoever"
    " comes again comes first."
)
FORM: Final = b"application/x-www-form-urlencoded"
FIELDS_MAX: Final = 200
PAGES_MAX: Final = 512
# What no page contains by itself.
_NONCE, _FIELDS, _SECONDS = "nonce-d4f1c0", "<!--fields-d4f1c0-->", "seconds-d4f1c0"
_pages: dict[tuple[uuid.UUID, int, str, str, str], str] = {}


async def come_again(ctx: TenantCtx, scope: Scope, body: bytes, send: Send, wait_s: int) -> None:
    """503 with Retry-After: problem+json, or a page with a button that sends the same form again."""
    if ctx.http.is_api or ctx.http.wants_json:
        await _answer(send, "application/problem+json", _problem(ctx, wait_s), wait_s)
        return
    page = _page(ctx).replace(_NONCE, ctx.http.nonce).replace(_SECONDS, str(wait_s))
    fields = _hidden(_form(scope, body))
    await _answer(send, "text/html; charset=utf-8", page.replace(_FIELDS, fields).encode(), wait_s)


async def _answer(send: Send, media_type: str, body: bytes, wait_s: int) -> None:
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", str(wait_s).encode()),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _problem(ctx: TenantCtx, wait_s: int) -> bytes:
    _ = gettext_for(ctx.locale, "core")
    problem = {
        "type": "about:blank",
        "title": _(TITLE),
        "status": 503,
        "detail": _(TEXT, n=wait_s),
        "code": CODE,
    }
    return msgspec.json.encode(problem)


def _page(ctx: TenantCtx) -> str:
    """With marks where this visitor's own things belong; ``ctx`` is a guest's, so nobody's name is in it."""
    scheme = ctx.http.cookies.get(SCHEME_COOKIE, "")
    key = (
        ctx.tenant.id,
        ctx.tenant.version,
        ctx.locale,
        scheme if scheme in SCHEMES else "",
        ctx.http.path.rstrip("/"),
    )
    found = _pages.get(key)
    if found is None:
        if len(_pages) >= PAGES_MAX:
            _pages.clear()
        _ = gettext_for(ctx.locale, "core")
        shell = msgspec.structs.replace(build_shell(ctx, []), nonce=_NONCE)
        data = {"title": _(TITLE), "text": _(TEXT, n=_SECONDS), "fields": Markup(_FIELDS)}  # noqa: S704 - our own mark
        found = _pages[key] = ctx.runtime.renderer.render("core/crowded.html", shell, data)
    return found


def _form(scope: Scope, body: bytes) -> list[tuple[str, str]]:
    """What was sent; nothing when it is no form."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return _fields(body) if kind.startswith(FORM) else []


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        return []


def _hidden(fields: Iterable[tuple[str, str]]) -> str:
    one = Markup('<input type="hidden" name="{}" value="{}">')
    return "".join(one.format(name, value) for name, value in fields)
