"""Who taps and buys, as far as numbers need it: somebody signed in, or a guest by a cookie. Kept as digests only."""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

from litestar.datastructures import Cookie

from nakamise.ids import new_token
from nakamise.plugin import TenantCtx
from nakamise.web import cookie

COOKIE: Final = "live_visit"
LIFE_S: Final = 86_400
TOKEN_MAX: Final = 64


def digest_of_user(user_id: uuid.UUID) -> bytes:
    return hashlib.sha256(f"user {user_id}".encode()).digest()


def _digest_of_guest(token: str) -> bytes:
    return hashlib.sha256(f"guest {token}".encode()).digest()


def known(ctx: TenantCtx) -> list[bytes]:
    """Whom the actor may have been: somebody who signed in after tapping was a guest before."""
    found = [digest_of_user(ctx.actor.user_id)] if ctx.actor.user_id else []
    token = ctx.http.cookies.get(COOKIE, "")
    return [*found, _digest_of_guest(token)] if 0 < len(token) <= TOKEN_MAX else found


def enter(ctx: TenantCtx) -> tuple[bytes, Cookie | None]:
    """The actor's digest; for a new guest with the cookie to be known by."""
    if found := known(ctx):
        return found[0], None
    token = new_token(16)
    return _digest_of_guest(token), cookie(ctx, COOKIE, token, max_age_s=LIFE_S)
