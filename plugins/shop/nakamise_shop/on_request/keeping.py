"""What a notice keeps for those who ask stands in a column of its own: what shows a notice cannot show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from nakamise.errors import FieldError
from nakamise.web import N_, gettext_for
from nakamise_shop.legal import MAY_BE_ASKED_FOR, is_on_request

# In the place of an item that is kept.
SENTENCE: Final = N_("Disclosed without delay on request. Please ask by the form of this notice.")
IS_NO_VALUE: Final = N_("Write it out here: the notice says by itself that it is told on request, and keeps this for those who ask.")  # fmt: skip
# Of the address of whoever asked, once they were told: as long as bounces come back (RFC 5321 §4.5.4.1: four to five
# days), and then some.
FORGOTTEN_AFTER_DAYS: Final = 7
# SQL, of a row of shop_shop as it is: the items that are kept, and the notice with them.
KEPT_ITEMS: Final = (
    f"ARRAY(SELECT item FROM unnest('{{{','.join(MAY_BE_ASKED_FOR)}}}'::text[]) item WHERE kept ? item)"  # noqa: S608
)
WHOLE: Final = "(legal || kept)"


def item_of(name: str) -> str:
    """``address`` for ``address_en``."""
    return name.removesuffix("_en")


def divided(legal: Mapping[str, str], kept: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """``legal`` in two: what is shown, and the items ``kept``, also those without a text yet."""
    shown = {name: text for name, text in legal.items() if item_of(name) not in kept}
    rest = {name: text for name, text in legal.items() if item_of(name) in kept}
    return shown, dict.fromkeys(kept, "") | rest


def stated(shown: Mapping[str, str], kept: Sequence[str], locale: str) -> dict[str, str]:
    """A notice as everybody reads it: the sentence where something is ``kept``."""
    _ = gettext_for(locale, "shop")
    return {**shown, **{name: _(SENTENCE) for name in kept}}


def faults(legal: Mapping[str, str], kept: Collection[str]) -> dict[str, FieldError]:
    """By field: items ``kept`` that hold a sentence like the notice's own. What is empty is `missing_items`' matter."""
    return {
        f"legal.{name}": FieldError(IS_NO_VALUE, domain="shop")
        for name, text in legal.items()
        if item_of(name) in kept and is_on_request(item_of(name), text)
    }
