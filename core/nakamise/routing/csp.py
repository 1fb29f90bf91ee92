"""Headers that every answer carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nakamise.plugin.context import HttpInfo

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), payment=(self)"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


def security_headers(http: HttpInfo) -> tuple[tuple[bytes, bytes], ...]:
    """A frame is allowed only where a page of the same origin asked for it, as the browser says."""
    ancestors = "'self'" if http.is_framed else "'none'"
    csp = (b"content-security-policy", policy(http.nonce, ancestors).encode())
    frame = (b"x-frame-options", b"SAMEORIGIN" if http.is_framed else b"DENY")
    found = (*_ALWAYS, frame, csp)
    return (*found, _HSTS) if http.secure else found


def policy(nonce: str, ancestors: str, origins: Sequence[str] = ()) -> str:
    """``ancestors``: who may show the page in a frame, as the directive ``frame-ancestors`` says it.

    ``origins``: what a script of the page may call and show in frames besides the site itself.
    """
    others = "".join(f" {origin}" for origin in origins)
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}' 'strict-dynamic'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; "
        f"connect-src 'self'{others}; frame-src 'self'{others}; form-action 'self'; manifest-src 'self'; "
        f"base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}"
    )
