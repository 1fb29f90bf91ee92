"""Drawn parts of pages, kept: the same card for the same product is drawn once.

    {{ memo("shop.card", card, item, level) }}

The macro's output must follow from its arguments and the language alone; it must not look at ``shell`` or ``ctx``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec
from markupsafe import Markup

KEPT_MAX: Final = 8192


class Memo:
    """One for each language; the least recently used go first."""

    def __init__(self, kept_max: int = KEPT_MAX) -> None:
        self._kept: OrderedDict[tuple[str, bytes], Markup] = OrderedDict()
        self._kept_max = kept_max

    def __call__(self, name: str, macro: Callable[..., Markup], *args: object) -> Markup:
        """``args`` are plain values or Structs; ``name`` is unique among all templates."""
        key = (name, msgspec.msgpack.encode(args))
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        drawn = self._kept[key] = macro(*args)
        if len(self._kept) > self._kept_max:
            self._kept.popitem(last=False)
        return drawn
