"""What a shop asks for sending, before anybody has said where to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nakamise.contracts.pricing import Extra
from nakamise.contracts.shipping import ShippingArea, ShippingOutline
from nakamise.japan import Prefecture
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shipping.domain.config import ShopShipping
from nakamise_shipping.domain.rates import Piece, Way
from nakamise_shipping.rates.ways import terms_by


def outline_of(ctx: TenantCtx, config: ShopShipping, pieces: Sequence[Piece]) -> ShippingOutline:
    """Zones as areas; ``pieces`` as ``goods`` of the contract."""
    areas = [
        ShippingArea(name=zone.name, terms=terms_by(ctx, config, Way(zone), pieces)) for zone in config.zones
    ]
    _ = gettext_for(ctx.locale, "shipping")
    known = {code for zone in config.zones for code in zone.prefectures}
    if len(known) < len(Prefecture):
        nowhere = terms_by(ctx, config, Way(None), pieces)
        areas.append(ShippingArea(name=_("Other prefectures"), terms=nowhere))
    if closed := [one for one in config.islands if one.closed]:
        way = Way(config.zones[0] if config.zones else None, closed[0])
        areas.append(
            ShippingArea(name=_("Some islands and remote places"), terms=terms_by(ctx, config, way, pieces))
        )
    found = tuple(
        Extra(code=code, label=_(label), amount=amount)
        for code, label, amount in _additions(config, is_general=not pieces)
        if amount
    )
    return ShippingOutline(areas=tuple(areas), additions=found)


def _additions(config: ShopShipping, *, is_general: bool) -> Iterator[tuple[str, str, int]]:
    islands = [one.surcharge for one in config.islands if not one.closed]
    yield "islands", N_("Some islands and remote places"), max(islands, default=0)
    if is_general:
        yield "cool", N_("Cool transport"), config.cool
        yield "frozen", N_("Frozen transport"), config.frozen
        yield "size", N_("Big or heavy parcels"), max((one.surcharge for one in config.sizes), default=0)
