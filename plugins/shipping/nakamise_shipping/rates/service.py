"""Reading and replacing what a shop has set, and trying it out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.pricing import Destination
from nakamise.contracts.shops import ShopSeller, ShopSellers
from nakamise.db import Tx, save_revision
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shipping.carriers.layout import LAYOUTS, layout
from nakamise_shipping.domain import regions
from nakamise_shipping.domain.config import DOMAIN, Hours, ShopShipping, Temperature, check
from nakamise_shipping.domain.rates import Piece
from nakamise_shipping.domain.sizes import USUAL, Measure
from nakamise_shipping.domain.wish import Wish
from nakamise_shipping.rates import repository
from nakamise_shipping.rates.offers import terms_of

_FIRST_FEE: Final = 800


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` 0: nothing is set, the shop's flat fee holds; ``config`` is then a proposal."""

    shop: ShopSeller
    version: int
    config: ShopShipping


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What goods worth ``goods`` would cost to send; ``fee`` None: ``unavailable`` says why not."""

    goods: int
    fee: int | None
    unavailable: str


async def shops(ctx: TenantCtx, tx: Tx) -> list[Kept]:
    sellers = await ctx.service(ShopSellers).sellers(tx)
    found = await repository.stored(tx, sellers)
    return [_kept(ctx, one, found.get(one.id)) for one in sellers.values()]


async def shop(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> Kept:
    """Raises NotFound."""
    await ctx.service(ShopSellers).check(tx, shop_id)
    sellers = await ctx.service(ShopSellers).sellers(tx, [shop_id])
    if shop_id not in sellers:
        raise NotFound
    return _kept(ctx, sellers[shop_id], (await repository.stored(tx, [shop_id])).get(shop_id))


def _kept(ctx: TenantCtx, seller: ShopSeller, found: repository.Stored | None) -> Kept:
    if found is not None:
        return Kept(shop=seller, version=found.version, config=found.config)
    return Kept(
        shop=seller,
        version=0,
        config=with_preset(ctx, ShopShipping(hours=usual_hours(LAYOUTS[0])), "country"),
    )


def usual_hours(layout_id: str) -> tuple[Hours, ...]:
    """The carrier's own, under its codes."""
    return tuple(Hours(code=code, label=label) for code, label in layout(layout_id).hours)


def with_preset(ctx: TenantCtx, config: ShopShipping, preset: str) -> ShopShipping:
    """``config`` with other zones: "regions" or "country", with the fees of its first open zone; or with the usual
    "sizes", which cost nothing more yet."""
    if preset == "sizes":
        return msgspec.structs.replace(config, sizes=USUAL)
    _ = gettext_for(ctx.locale, DOMAIN)
    fees = next((zone.fees for zone in config.zones if not zone.closed), (_FIRST_FEE,) * len(config.steps))
    if preset == "regions":
        names = {name: str(_(name)) for name in regions.NAMES}
        return msgspec.structs.replace(config, zones=regions.regions(names, fees))
    return msgspec.structs.replace(config, zones=regions.whole_country(str(_(N_("All of Japan"))), fees))


async def change(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, version: int, config: ShopShipping) -> int:
    """The new version. Raises NotFound, Invalid, Conflict when somebody else was faster."""
    await shop(ctx, tx, shop_id)
    check(config)
    _check_carrier(config)
    late = Conflict(
        N_("Somebody else changed this meanwhile. Please check it and try again."),
        code="changed",
        domain=DOMAIN,
    )
    values = {"config": config, "updated_at": ctx.now()}
    await save_revision(tx, late, "shipping_shop", {"shop_id": shop_id}, values, version, counter="version")
    await ctx.audit(tx, "shipping.rates_changed", str(shop_id), version=version + 1)
    return version + 1


def _check_carrier(config: ShopShipping) -> None:
    if config.layout not in LAYOUTS:
        raise Invalid({"layout": FieldError(N_("This layout is not known."), domain=DOMAIN)})
    known = {code for code, _ in layout(config.layout).hours}
    if strange := [one.code for one in config.hours if one.code not in known]:
        fault = FieldError(
            N_("The carrier has no hours with the code %(codes)s."), domain=DOMAIN, codes=", ".join(strange)
        )
        raise Invalid({"hours": fault})


async def set_temperature(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, temperature: Temperature) -> None:
    """Raises NotFound."""
    found = (await ctx.service(Catalog).facts(tx, [product_id])).get(product_id)
    if found is None:
        raise NotFound
    await ctx.service(ShopSellers).check(tx, found.shop_id)
    await repository.set_temperature(tx, product_id, temperature)
    await ctx.audit(tx, "shipping.temperature_set", str(product_id), temperature=temperature.value)


async def set_measures(
    ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, measures: Mapping[uuid.UUID, Measure]
) -> None:
    """Of all variants of a product. Raises NotFound for a product or a variant that is not of it."""
    known = {one.id for one in await ctx.service(Catalog).variants(tx, [product_id])}
    if not known or not set(measures) <= known:
        raise NotFound
    await repository.set_measures(tx, product_id, measures)
    await ctx.audit(tx, "shipping.measures_set", str(product_id), variants=len(measures))


async def remove(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> None:
    """Back to the shop's flat fee. Raises NotFound."""
    await ctx.service(ShopSellers).check(tx, shop_id)
    if not await repository.remove(tx, shop_id):
        raise NotFound
    await ctx.audit(tx, "shipping.rates_changed", str(shop_id), version=0)


def trial(ctx: TenantCtx, config: ShopShipping, goods: int, to: Destination | None, parcel: Piece) -> Trial:
    """By the same terms that the pricing gets."""
    terms = terms_of(ctx, config, to, [parcel], Wish())
    if terms.unavailable:
        return Trial(goods=goods, fee=None, unavailable=terms.unavailable)
    tier = [one for one in terms.tiers if one.from_goods <= goods][-1]
    return Trial(goods=goods, fee=tier.fee + terms.surcharge, unavailable="")
