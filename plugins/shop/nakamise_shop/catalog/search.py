"""The one form in which the text of a product and what a buyer types are compared."""

from __future__ import annotations

from collections.abc import Iterable

from nakamise.japan import fold


def search_text(parts: Iterable[str]) -> str:
    """What ``shop_product.search_text`` holds: everything a buyer might type, folded."""
    return fold(" ".join(part for part in parts if part))


def patterns(query: str) -> list[str]:
    """LIKE patterns that must all match, one per word; what was typed is literal. Empty matches all."""
    return [f"%{_literal(word)}%" for word in fold(query).split()]


def _literal(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
