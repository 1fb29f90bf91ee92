"""What one shop has set for sending its goods. Amounts are tax-included yen; kept as JSON, replaced as a whole."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_
from nakamise_shipping.domain.noshi import SAYS
from nakamise_shipping.domain.sizes import SizeClass

Yen = Annotated[int, Meta(ge=0, le=1_000_000)]
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,20}$")]
DOMAIN: Final = "shipping"
SLOTS_MAX: Final = 20
SIZES_MAX: Final = 12


class Temperature(enum.StrEnum):
    """Of goods and of parcels, the warmest first."""

    NORMAL = "normal"
    COOL = "cool"
    FROZEN = "frozen"


class Mixing(enum.StrEnum):
    """What becomes of goods of several temperatures in one order."""

    COLDEST = "coldest"  # one parcel, as cold as the coldest of them
    SEPARATE = "separate"  # a parcel, and a fee, for each temperature
    REFUSE = "refuse"  # they cannot be ordered together


class Zone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prefectures (JIS codes) with the same fees, one for each of the shop's steps; ``days`` from leaving to arrival.

    ``closed``: nothing is sent there.
    """

    name: Name
    prefectures: tuple[Annotated[str, Meta(pattern="^(0[1-9]|[1-3][0-9]|4[0-7])$")], ...]
    fees: tuple[Yen, ...]
    days: Annotated[int, Meta(ge=0, le=14)] = 1
    closed: bool = False


class Island(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places whose postal code begins with ``prefix``: a surcharge, or nothing is sent there."""

    prefix: Annotated[str, Meta(pattern="^[0-9]{3,7}$")]
    surcharge: Yen = 0
    closed: bool = False
    days: Annotated[int, Meta(ge=0, le=14)] = 0


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours that a buyer may choose; ``code`` is the carrier's."""

    code: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,8}$")]
    label: Name


class Wrapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``label_en``: for who reads English; "" = ``label``."""

    code: Code
    label: Name
    label_en: Annotated[str, Meta(max_length=40)] = ""
    price: Yen = 0

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "label_en", self.label_en.strip())

    def label_in(self, locale: str) -> str:
        return self.label_en if locale == "en" and self.label_en else self.label


class Gifts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``noshi`` are what may be written on a noshi (内祝, 御礼 …); ``noshi_en`` says some of them in English."""

    wrappings: tuple[Wrapping, ...] = ()
    noshi: tuple[Name, ...] = ()
    noshi_en: dict[Name, Name] = {}
    noshi_price: Yen = 0
    with_card: bool = False
    card_price: Yen = 0

    def noshi_said(self, words: str) -> str:
        """In English: as the shop says it, or as usual words are said; "" for others."""
        return self.noshi_en.get(words) or SAYS.get(words, "")

    def in_language(self, locale: str) -> Gifts:
        """As a buyer reads it: names in that language, and what each noshi says where that is not the words."""
        named = [replace(one, label=one.label_in(locale), label_en="") for one in self.wrappings]
        said = {one: self.noshi_said(one) for one in self.noshi} if locale == "en" else {}
        noshi_en = {words: text for words, text in said.items() if text}
        return replace(self, wrappings=tuple(named), noshi_en=noshi_en)


class Days(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When parcels leave. ``closed_weekdays``: Monday is 0. ``lead_days`` are working days after the day on which an
    order counts, which is the next working day for one after ``cutoff``."""

    choose_day: bool = True
    lead_days: Annotated[int, Meta(ge=0, le=60)] = 1
    cutoff: dt.time = dt.time(12, 0)
    closed_weekdays: frozenset[Annotated[int, Meta(ge=0, le=6)]] = frozenset({5, 6})
    closed_on_holidays: bool = True
    closed_days: tuple[dt.date, ...] = ()
    selectable_days: Annotated[int, Meta(ge=1, le=90)] = 14


class Sender(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sends, as carriers' labels show it; the codes are given by the carrier."""

    name: Annotated[str, Meta(max_length=60)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""
    postal_code: Annotated[str, Meta(max_length=8)] = ""
    address: Annotated[str, Meta(max_length=120)] = ""
    building: Annotated[str, Meta(max_length=60)] = ""
    customer_code: Annotated[str, Meta(max_length=20)] = ""
    freight_code: Annotated[str, Meta(max_length=4)] = ""
    contents: Annotated[str, Meta(max_length=25)] = ""


class ShopShipping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. ``steps`` are values of goods at which fees change, the first is 0; each includes its own amount.

    ``sizes`` rise; none = size and weight do not matter. Their surcharge is added to a fee, not to free shipping.
    """

    steps: tuple[Yen, ...] = (0,)
    zones: tuple[Zone, ...] = ()
    islands: tuple[Island, ...] = ()
    cool: Yen = 0
    frozen: Yen = 0
    mixing: Mixing = Mixing.COLDEST
    sizes: tuple[SizeClass, ...] = ()
    days: Days = Days()
    hours: tuple[Hours, ...] = ()
    # A value with a mapping in it cannot be the default itself: the API's description hashes defaults.
    gifts: Gifts = msgspec.field(default_factory=Gifts)
    layout: Code = "yamato_b2"
    sender: Sender = Sender()


def check(config: ShopShipping) -> None:
    """Raises Invalid with every fault: steps that do not ascend, fees that miss one, a prefecture twice."""
    faults = {name: FieldError(text, domain=DOMAIN, **rest) for name, text, rest in _faults(config)}
    if faults:
        raise Invalid(faults)


def _faults(config: ShopShipping) -> list[tuple[str, str, dict[str, object]]]:
    found: list[tuple[str, str, dict[str, object]]] = []
    if config.steps[:1] != (0,) or list(config.steps) != sorted(set(config.steps)):
        found.append(("steps", N_("Amounts must begin at 0 and rise."), {}))
    if not config.zones:
        found.append(("zones", N_("Add at least one zone."), {}))
    seen: set[str] = set()
    for number, zone in enumerate(config.zones):
        if len(zone.fees) != len(config.steps):
            found.append((f"zones.{number}", N_("Every amount needs a fee."), {}))
        if twice := seen & set(zone.prefectures):
            found.append(
                (f"zones.{number}", N_("%(n)s prefectures are in another zone too."), {"n": len(twice)})
            )
        seen |= set(zone.prefectures)
    found += _size_faults(config)
    if len(config.hours) > SLOTS_MAX or len({one.code for one in config.hours}) != len(config.hours):
        found.append(("hours", N_("Each carrier's code can be used once."), {}))
    if len({one.code for one in config.gifts.wrappings}) != len(config.gifts.wrappings):
        found.append(("wrappings", N_("Two kinds of wrapping have the same name."), {}))
    if config.gifts.noshi_en.keys() - set(config.gifts.noshi):
        found.append(("noshi", N_("Only a noshi that is offered has an English name."), {}))
    return found


def _size_faults(config: ShopShipping) -> list[tuple[str, str, dict[str, object]]]:
    """No class may be smaller, lighter or cheaper than the one before it."""
    pairs = zip(config.sizes, config.sizes[1:], strict=False)
    rises = all(
        one.cm < more.cm and one.grams <= more.grams and one.surcharge <= more.surcharge
        for one, more in pairs
    )
    if rises and len(config.sizes) <= SIZES_MAX:
        return []
    return [
        ("sizes", N_("Sizes must rise: no class smaller, lighter or cheaper than the one before it."), {})
    ]
