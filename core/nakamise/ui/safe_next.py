"""Where to go after a login: only ever a path of this site."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from nakamise.plugin.context import HttpInfo


def safe_next(given: str | None, default: str = "/account") -> str:
    """``given`` when it is a local path, else ``default``.

    Refuses what a browser could read as another host: ``//x``, ``/\\x``, encoded or with control characters.
    """
    if not given:
        return default
    plain = unquote(given)
    if not given.startswith("/") or plain.startswith(("//", "/\\")) or "\\" in plain:
        return default
    if any(ord(character) < 32 for character in plain):
        return default
    parts = urlsplit(given)
    return default if parts.scheme or parts.netloc else given


def login_path(http: HttpInfo) -> str:
    """The login page that comes back here; an unsafe request comes back to where it was sent from."""
    here = f"{http.path}?{http.query}" if http.query else http.path
    return f"/login?next={quote(here, safe='/')}" if http.method == "GET" else "/login"


def consent_path(http: HttpInfo) -> str:
    """The page that asks to agree to changed terms, and then goes on where the user wanted to go."""
    here = f"{http.path}?{http.query}" if http.query else http.path
    return f"/consent?next={quote(here, safe='/')}" if http.method == "GET" else "/consent"
