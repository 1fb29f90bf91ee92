"""From what a shop has set to what one parcel costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from nakamise.contracts.pricing import Destination
from nakamise.contracts.shipping import ShippingTier
from nakamise.japan import Prefecture
from nakamise_shipping.domain.config import Island, Mixing, ShopShipping, Temperature, Zone
from nakamise_shipping.domain.sizes import Measure, SizeClass, class_of, packed

_ORDER: Final = list(Temperature)
# Where nobody has said where to, the estimate is for here.
_USUAL: Final = Prefecture.TOKYO.value


class Way(msgspec.Struct, frozen=True):
    """How goods get to a place. ``zone`` None or ``refusal``: they do not."""

    zone: Zone | None
    island: Island | None = None

    @property
    def is_open(self) -> bool:
        return self.zone is not None and not self.zone.closed and not (self.island and self.island.closed)

    @property
    def days(self) -> int:
        return (self.zone.days if self.zone else 0) + (self.island.days if self.island else 0)


class Charge(msgspec.Struct, frozen=True):
    """Tiers and a surcharge as ``contracts.shipping`` means them."""

    tiers: tuple[ShippingTier, ...]
    surcharge: int


def way_to(config: ShopShipping, destination: Destination | None) -> Way:
    """Without a destination the way to Tokyo, else to the first zone: an estimate."""
    if destination is None:
        usual = [zone for zone in config.zones if _USUAL in zone.prefectures] or list(config.zones)
        return Way(usual[0] if usual else None)
    try:
        code = Prefecture.from_ja(destination.prefecture).value
    except ValueError:
        return Way(None)
    zone = next((one for one in config.zones if code in one.prefectures), None)
    matching = [one for one in config.islands if destination.postal_code.startswith(one.prefix)]
    return Way(zone, max(matching, key=lambda one: len(one.prefix), default=None))


class Piece(msgspec.Struct, frozen=True):
    """So many of one variant."""

    temperature: Temperature = Temperature.NORMAL
    measure: Measure = Measure()
    count: int = 1


def parcels(config: ShopShipping, temperatures: Iterable[Temperature]) -> list[Temperature]:
    """One for each parcel, the warmest first; none when goods of these temperatures cannot go together."""
    found = sorted(set(temperatures) or {Temperature.NORMAL}, key=_ORDER.index)
    if len(found) > 1 and config.mixing is Mixing.REFUSE:
        return []
    return found[-1:] if config.mixing is Mixing.COLDEST else found


def sizes_of(
    config: ShopShipping, sent: Sequence[Temperature], pieces: Sequence[Piece]
) -> list[SizeClass | None]:
    """The class of each parcel of ``sent``; None for one that is too big or too heavy. For a shop with classes."""
    return [
        class_of(
            config.sizes,
            packed((one.measure, one.count) for one in pieces if len(sent) == 1 or one.temperature is cold),
        )
        for cold in sent
    ]


def charge(
    config: ShopShipping, way: Way, sent: Sequence[Temperature], sizes: Sequence[SizeClass] = ()
) -> Charge:
    """For these parcels; ``way`` is open. ``sizes`` are the parcels' classes where the shop has any."""
    fees = way.zone.fees if way.zone else (0,)
    bigger = sum(one.surcharge for one in sizes)
    tiers = tuple(
        ShippingTier(step, fee * len(sent) + (bigger if fee else 0))
        for step, fee in zip(config.steps, fees, strict=True)
    )
    extra = {Temperature.NORMAL: 0, Temperature.COOL: config.cool, Temperature.FROZEN: config.frozen}
    island = way.island.surcharge * len(sent) if way.island else 0
    return Charge(tiers, sum(extra[one] for one in sent) + island)
