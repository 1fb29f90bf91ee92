"""Which language a request gets: chosen by cookie, else asked for by the browser, else the tenant's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nakamise.plugin.context import HttpInfo, Tenant

LOCALES: Final = ("ja", "en")
COOKIE: Final = "lang"


def choose_locale(tenant: Tenant, http: HttpInfo, headers: Iterable[tuple[bytes, bytes]]) -> str:
    chosen = http.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    for name, value in headers:
        if name == b"accept-language":
            return preferred(value.decode("latin-1")) or tenant.locale
    return tenant.locale


def preferred(accept_language: str) -> str | None:
    """The best of ours in an Accept-Language header (RFC 9110 §12.5.4); None when none is named."""
    best: tuple[float, str] | None = None
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.strip().lower().split("-")[0]
        quality = _quality(weight)
        if language in LOCALES and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
