"""Which pages the browser opens in which look.

Drawing a page and asking axe costs a second of processor time, and one template is drawn for two tenants, in two
languages, widths and schemes, for staff and for administrators. Each kind of page is opened in one of the looks: its
name decides in which, the same from run to run. Of a list's filters and orders every second one is opened.
The pages that everybody sees are opened in every look, and staff's other pages are those of the administrators.
The source of every page is read in every look and for everybody but staff, for whom it is read in the first look.
``NAKAMISE_FULL=1`` opens everything.
"""

from __future__ import annotations

import zlib
from typing import Final

from tests.e2e.crawl import Opens
from tests.full import FULL

KEY_PAGES: Final = frozenset(
    f"{path}?"
    for path in (
        "/",
        "/login",
        "/shop/products",
        "/shop/products/{name}",
        "/shop/cart",
        "/shop/orders/{name}",
        "/account",
        "/admin",
    )
)


def key_pages(kind: str, nth: int) -> bool:
    """For who sees the same pages as somebody else, with less on them."""
    return FULL or (kind in KEY_PAGES and nth == 0)


def below(*folders: str) -> Opens:
    """Pages that nobody else has; for what is seen in one look only."""

    def opens(kind: str, nth: int) -> bool:
        return FULL or (kind.startswith(folders) and nth == 0)

    return opens


def part(which: int, of: int, who: str, *, full: bool = FULL) -> Opens:
    """One of ``of`` equal parts of the kinds of pages that ``who`` sees; ``which`` counts from 0."""

    def opens(kind: str, nth: int) -> bool:
        # With a query it is the same page with other rows on it: half as many.
        parts = of if kind.endswith("?") else 2 * of
        is_chosen = kind in KEY_PAGES or zlib.crc32(f"{who} {kind}".encode()) % parts == which
        return full or (is_chosen and nth == 0)

    return opens
