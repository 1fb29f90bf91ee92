"""Legal and static pages of a tenant, one row per language."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from markdown_it import MarkdownIt
from markupsafe import Markup

from nakamise.db import Tx

# HTML in a text is shown as typed; addresses such as javascript: become no links. A line of an address stays one.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


class Document(msgspec.Struct, frozen=True):
    """``body`` is Markdown (CommonMark and tables); its own ``#`` heading, if it has one, repeats the title."""

    slug: str
    locale: str
    title: str
    body: str
    version: int
    changed_at: datetime

    @property
    def html(self) -> Markup:
        """The body without a first ``#`` heading: the page shows the title itself."""
        return as_html(self.body)


def as_html(body: str) -> Markup:
    """Markdown without a first ``#`` heading."""
    first, _, rest = body.lstrip().partition("\n")
    return Markup(_MARKDOWN.render(rest if first.startswith("# ") else body))  # noqa: S704 - made by us


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
