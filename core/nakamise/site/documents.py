"""Legal and static pages of a tenant, one row per language."""

from __future__ import annotations

from datetime import datetime

import msgspec

from nakamise.db import Tx


class Document(msgspec.Struct, frozen=True):
    """``body`` is light Markdown: paragraphs, ``#`` headings, ``-`` lists."""

    slug: str
    locale: str
    title: str
    body: str
    version: int
    changed_at: datetime


async def find_document(tx: Tx, slug: str, locale: str, fallback: str) -> Document | None:
    """In ``locale``, else in ``fallback``."""
    return await tx.first(
        Document,
        "SELECT slug, locale, title, body, version, changed_at FROM core_page"
        " WHERE slug = $1 AND locale IN ($2, $3) ORDER BY (locale = $2) DESC LIMIT 1",
        slug,
        locale,
        fallback,
    )
