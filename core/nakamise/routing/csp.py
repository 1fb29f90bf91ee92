"""Headers that every answer carries."""

from __future__ import annotations

from typing import Final

from nakamise.plugin.context import HttpInfo

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), payment=(self)"),
    (b"x-frame-options", b"DENY"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


def security_headers(http: HttpInfo) -> tuple[tuple[bytes, bytes], ...]:
    csp = (b"content-security-policy", policy(http.nonce).encode())
    return (*_ALWAYS, csp, _HSTS) if http.secure else (*_ALWAYS, csp)


def policy(nonce: str) -> str:
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}' 'strict-dynamic'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; manifest-src 'self'; frame-src 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
