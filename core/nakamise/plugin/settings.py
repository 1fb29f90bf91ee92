"""Types for fields of a settings Struct that say which control the generated form shows.

Combine them with a label: ``rate: Annotated[Percent, Meta(title="Rate")] = 1000``. Plain ``bool``, ``int``, ``str``,
``date``, ``datetime`` (the tenant's wall time), ``time``, ``Decimal`` (stored as text), enums, literals, sets of
both, ``list[str]``, a Struct (a group), ``list[<Struct>]`` (repeating rows) and ``… | None`` need none of these.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from nakamise.media import Media

Secret: TypeAlias = Annotated[str, Meta(extra={"control": "secret"})]
"""Never shown, encrypted at rest for this tenant, plugin and field; an empty input keeps it."""

LongText: TypeAlias = Annotated[str, Meta(extra={"control": "long"})]
"""Several lines."""

Color: TypeAlias = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", extra={"control": "color"})]
"""``#rrggbb``."""

Url: TypeAlias = Annotated[
    str, Meta(pattern=r"^(https?://[^\s/?#]+[^\s]*)?$", max_length=2000, extra={"control": "url"})
]
"""An absolute http(s) address, or empty. Fetching it is your own risk: see the SSRF rules in the docs."""

Email: TypeAlias = Annotated[
    str, Meta(pattern=r"^([^\s@]+@[^\s@]+\.[^\s@]+)?$", max_length=254, extra={"control": "email"})
]
"""One address, or empty."""

Money: TypeAlias = Annotated[int, Meta(ge=0, extra={"control": "money"})]
"""Minor units of the tenant's currency."""

Percent: TypeAlias = Annotated[int, Meta(ge=0, le=10_000, extra={"control": "percent"})]
"""Basis points: 1000 = 10 %. The form shows and reads percent with up to two decimals."""

Picture: TypeAlias = Annotated[Media | None, Meta(extra={"control": "picture"})]
"""An uploaded picture of the tenant; None = none. Use ``settings.logo.url(480)`` in templates."""
