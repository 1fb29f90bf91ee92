"""Addresses of reports."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from nakamise_analytics.periods import Wanted


def address_of(path: str, wanted: Wanted, **changes: object) -> str:
    """``path`` for the same report with ``changes``; what is not asked for is left out."""
    fields = {**msgspec.structs.asdict(wanted), **changes}
    plain = {name: str(value) for name, value in fields.items() if value not in (None, "")}
    return f"{path}?{urlencode(plain)}"
