"""The session cookie. ``__Host-`` binds it to one host and to https; plain http (the demo) cannot use it."""

from __future__ import annotations

from typing import Final

from litestar.datastructures import Cookie

from nakamise.plugin.context import HttpInfo

SESSION: Final = "sid"
SECOND_FACTOR: Final = "login_step"


def cookie_name(name: str, http: HttpInfo) -> str:
    return f"__Host-{name}" if http.secure else name


def read_cookie(name: str, http: HttpInfo) -> str | None:
    return http.cookies.get(cookie_name(name, http)) or None


def set_cookie(name: str, value: str, http: HttpInfo, max_age_s: int) -> Cookie:
    return Cookie(
        key=cookie_name(name, http),
        value=value,
        path="/",
        max_age=max_age_s,
        httponly=True,
        secure=http.secure,
        samesite="lax",
    )


def clear_cookie(name: str, http: HttpInfo) -> Cookie:
    return set_cookie(name, "", http, 0)
