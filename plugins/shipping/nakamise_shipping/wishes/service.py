"""Choosing at checkout, and changing afterwards."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.contracts.addresses import address_of
from nakamise.contracts.cart import CartInputs
from nakamise.contracts.orders import Orders, OrderView
from nakamise.contracts.pricing import Destination
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shipping.checking import possible
from nakamise_shipping.domain import wish
from nakamise_shipping.domain.config import Gifts, Hours, ShopShipping
from nakamise_shipping.domain.wish import Wish
from nakamise_shipping.rates.repository import stored
from nakamise_shipping.wishes import repository
from nakamise_shipping.wishes.repository import KeptOrder

DOMAIN: Final = "shipping"
CHANGED: Final = N_("shipping.wish_changed")
_UNSENT: Final = frozenset({"unfulfilled", "processing"})
_OPEN: Final = frozenset({"pending", "paid", "part_refunded"})


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What one shop offers for a parcel to one address, and what is chosen of it. Prices are tax-included yen; names
    are in the buyer's language."""

    shop_id: uuid.UUID
    shop_name: str
    days: list[dt.date]
    hours: Sequence[Hours]
    gifts: Gifts
    wish: Wish
    faults: list[str] = []

    @property
    def is_any(self) -> bool:
        gifts = self.gifts
        return bool(self.days or self.hours or gifts.wrappings or gifts.noshi or gifts.with_card)


async def choices(
    ctx: TenantCtx, tx: Tx, shops: Sequence[tuple[uuid.UUID, str]], address_id: uuid.UUID
) -> list[Choice]:
    """For those of ``shops`` (id, name) that offer any. Raises NotFound for somebody else's address."""
    address = await address_of(tx, ctx.require_user(), address_id)
    to = Destination(postal_code=address.postal_code, prefecture=address.prefecture)
    inputs = await ctx.service(CartInputs).all(tx)
    found = await stored(tx, [shop_id for shop_id, _ in shops])
    now: dt.datetime = await tx.value("SELECT now()")
    offered = [
        _choice(ctx, shop_id, name, found[shop_id].config, to, wish.wish_of(inputs, str(shop_id)), now)
        for shop_id, name in shops
        if shop_id in found
    ]
    return [one for one in offered if one.is_any]


def _choice(
    ctx: TenantCtx,
    shop_id: uuid.UUID,
    name: str,
    config: ShopShipping,
    to: Destination,
    chosen: Wish,
    now: dt.datetime,
) -> Choice:
    days = possible(ctx, config, to, now)
    return Choice(
        shop_id=shop_id,
        shop_name=name,
        days=days,
        hours=config.hours,
        gifts=config.gifts.in_language(ctx.locale),
        wish=chosen,
        faults=wish.faults(config, chosen, days),
    )


async def one_choice(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, address_id: uuid.UUID) -> Choice:
    """Raises NotFound for a shop that offers nothing."""
    sellers = await ctx.service(ShopSellers).sellers(tx, [shop_id])
    if shop_id not in sellers:
        raise NotFound
    found = await choices(ctx, tx, [(shop_id, sellers[shop_id].name)], address_id)
    if not found:
        raise NotFound
    return found[0]


async def choose(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, address_id: uuid.UUID, chosen: Wish) -> None:
    """Kept with the cart. Raises NotFound, Invalid with each field that cannot be done."""
    offered = await one_choice(ctx, tx, shop_id, address_id)
    config = (await stored(tx, [shop_id]))[shop_id].config
    check(wish.faults(config, chosen, offered.days))
    await ctx.service(CartInputs).set(tx, wish.as_inputs(chosen, str(shop_id)))


def check(names: Sequence[str]) -> None:
    """Raises Invalid."""
    if names:
        raise Invalid({name: FieldError(wish.FAULTS[name], domain=DOMAIN) for name in names})


async def change(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, version: int, wanted: Wish) -> KeptOrder:
    """By staff, before the parcel leaves; what was paid stays. The timeline tells it.

    Any day from tomorrow on is possible: staff know what the carrier can do. Raises NotFound, Conflict for an order
    that has left or was changed by somebody else, Invalid for what the shop does not offer.
    """
    order = await ctx.service(Orders).lock(tx, order_id)
    before = (await repository.kept(tx, [order_id])).get(order_id)
    if before is None:
        raise NotFound
    _check_unsent(order)
    found = (await stored(tx, [order.shop_id])).get(order.shop_id)
    config = found.config if found else ShopShipping()
    today = (await tx.value("SELECT now()")).astimezone(ctx.tenant.zone).date()
    names = [
        name for name in wish.faults(config, wanted, []) if name != "day" or not _is_later(wanted, today)
    ]
    check(_unless_same(names, before, wanted))
    after = _changed(before, version, wanted, wish.told(config, wanted))
    if not await repository.change(tx, after):
        raise Conflict(
            N_("Somebody else changed this meanwhile. Please check it and try again."),
            code="changed",
            domain=DOMAIN,
        )
    await ctx.service(Orders).note(tx, order_id, CHANGED, {"words": _what(after)})
    await ctx.audit(tx, "shipping.wish_changed", str(order_id), what=_what(after))
    return after


def _changed(before: KeptOrder, version: int, wanted: Wish, told: wish.Told) -> KeptOrder:
    """What the shop offers no more keeps the words that it had."""
    names = [name for name in wish.NAMES if name != "day"]
    words = ["hours_label"] if told.hours_label or wanted.hours != before.hours else []
    if told.wrapping_label or wanted.wrapping != before.wrapping:
        words += ["wrapping_label", "wrapping_label_en"]
    if wanted.noshi != before.noshi:
        words.append("noshi_en")
    return msgspec.structs.replace(
        before,
        version=version,
        day=wanted.date,
        **{name: getattr(wanted, name) for name in names},
        **{name: getattr(told, name) for name in words},
    )


def _check_unsent(order: OrderView) -> None:
    if order.state not in _OPEN or order.fulfil_state not in _UNSENT:
        raise Conflict(
            N_("The parcel has left, or the order is closed: nothing can be changed."),
            code="sent",
            domain=DOMAIN,
        )


def _is_later(wanted: Wish, today: dt.date) -> bool:
    return wanted.date is not None and wanted.date > today


def _unless_same(names: Sequence[str], before: KeptOrder, wanted: Wish) -> list[str]:
    """What the order has already may stay, though the shop offers it no more."""
    had = wish_of_order(before)
    return [name for name in names if getattr(had, name) != getattr(wanted, name)]


def wish_of_order(row: KeptOrder) -> Wish:
    values = {name: getattr(row, name) for name in wish.NAMES if name != "day"}
    return Wish(day=row.day.isoformat() if row.day else "", **values)


def _what(row: KeptOrder) -> str:
    """For staff's timeline, in figures and the shop's own words."""
    parts = (row.day.isoformat() if row.day else "", row.hours_label, row.gift)
    return " · ".join(part for part in parts if part) or "—"
