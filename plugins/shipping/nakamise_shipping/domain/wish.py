"""What a buyer wishes for one shop's parcel, and whether the shop can do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.pricing import Extra
from nakamise.web import N_
from nakamise_shipping.domain.config import Gifts, Hours, ShopShipping, Wrapping

NAMES: Final = ("day", "hours", "wrapping", "noshi", "noshi_name", "card")
NOSHI_NAME_MAX: Final = 20
CARD_MAX: Final = 200
FAULTS: Final = {
    "day": N_("The chosen delivery day is not possible any more. Please choose another."),
    "hours": N_("The chosen hours are not offered any more. Please choose others."),
    "wrapping": N_("The chosen wrapping is not offered any more. Please choose another."),
    "noshi": N_("The chosen noshi is not offered any more. Please choose another."),
    "noshi_name": N_("The name on the noshi can have at most 20 characters, and needs a noshi."),
    "card": N_("The message card can have at most 200 characters."),
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """ "" = no wish; ``day`` is an ISO date."""

    day: str = ""
    hours: str = ""
    wrapping: str = ""
    noshi: str = ""
    noshi_name: str = ""
    card: str = ""

    @property
    def date(self) -> dt.date | None:
        """None without a wish, and for what is no date."""
        try:
            return dt.date.fromisoformat(self.day)
        except ValueError:
            return None

    @property
    def is_empty(self) -> bool:
        return self == Wish()


class Told(msgspec.Struct, frozen=True):
    """A wish as an order keeps it: with the words and codes of that day. The English ones are "" where nobody said."""

    wish: Wish
    hours_label: str = ""
    wrapping_label: str = ""
    wrapping_label_en: str = ""
    noshi_en: str = ""


def input_name(name: str, shop_id: str) -> str:
    """Of ``contracts.cart``."""
    return f"shipping.{name}:{shop_id}"


def wish_of(inputs: Mapping[str, str], shop_id: str) -> Wish:
    return Wish(**{name: inputs.get(input_name(name, shop_id), "") for name in NAMES})


def as_inputs(wish: Wish, shop_id: str) -> dict[str, str | None]:
    return {input_name(name, shop_id): getattr(wish, name) or None for name in NAMES}


def faults(config: ShopShipping, wish: Wish, possible: list[dt.date]) -> list[str]:
    """Names of what cannot be done; ``possible`` are the days of arrival."""
    gifts = config.gifts
    checks = {
        "day": not wish.day or (config.days.choose_day and wish.date in possible),
        "hours": not wish.hours or hours_of(config, wish.hours) is not None,
        "wrapping": not wish.wrapping or wrapping_of(gifts, wish.wrapping) is not None,
        "noshi": not wish.noshi or wish.noshi in gifts.noshi,
        "noshi_name": len(wish.noshi_name) <= NOSHI_NAME_MAX and (bool(wish.noshi) or not wish.noshi_name),
        "card": len(wish.card) <= CARD_MAX and (gifts.with_card or not wish.card),
    }
    return [name for name, is_fine in checks.items() if not is_fine]


def extras(config: ShopShipping, wish: Wish, words: Mapping[str, str], locale: str) -> tuple[Extra, ...]:
    """What is charged for it, as a buyer reads it; ``words`` for "noshi" and "card". What is not offered costs
    nothing: it is refused."""
    gifts = config.gifts
    found = []
    if one := wrapping_of(gifts, wish.wrapping):
        found.append(Extra(code=f"wrapping.{one.code}", label=one.label_in(locale), amount=one.price))
    if wish.noshi and wish.noshi in gifts.noshi:
        said = f" ({text})" if locale == "en" and (text := gifts.noshi_said(wish.noshi)) else ""
        label = f"{words['noshi']} {wish.noshi}{said}"
        found.append(Extra(code="noshi", label=label, amount=gifts.noshi_price))
    if wish.card and gifts.with_card:
        found.append(Extra(code="card", label=words["card"], amount=gifts.card_price))
    return tuple(one for one in found if one.amount)


def told(config: ShopShipping, wish: Wish) -> Told:
    hours, wrapping = hours_of(config, wish.hours), wrapping_of(config.gifts, wish.wrapping)
    return Told(
        wish,
        hours.label if hours else "",
        wrapping.label if wrapping else "",
        wrapping.label_en if wrapping else "",
        config.gifts.noshi_said(wish.noshi) if wish.noshi else "",
    )


def hours_of(config: ShopShipping, code: str) -> Hours | None:
    return next((one for one in config.hours if one.code == code), None)


def wrapping_of(gifts: Gifts, code: str) -> Wrapping | None:
    return next((one for one in gifts.wrappings if one.code == code), None)
