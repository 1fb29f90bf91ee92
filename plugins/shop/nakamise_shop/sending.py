"""What sending costs, said before it is known where to: on a product's page and in the legal notice.

The amounts are those that the order will be charged by: of the plugin that knows the rates, else the shop's flat fee.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.pricing import QuoteLine
from nakamise.contracts.shipping import ShippingArea, ShippingOutline, ShippingRates, ShippingTerms
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, yen
from nakamise_shop.domain.shipping import carriage, check, flat

log: Final = logging.getLogger("nakamise.shop")
# As long as plugins have for reading while a page is made.
_RATES_S: Final = 2.0
UNKNOWN: Final = N_("The shipping fee is shown at the checkout, before you order.")


class Flat(msgspec.Struct, frozen=True):
    """A shop's own fee, which holds where no plugin knows better."""

    shop_id: uuid.UUID
    fee: int
    free_over: int | None


async def outlines(
    ctx: TenantCtx, tx: Tx, shops: Sequence[Flat], goods: Sequence[QuoteLine] = ()
) -> Mapping[uuid.UUID, ShippingOutline | None]:
    """For each of ``shops``; None while the plugin that knows the rates fails: then nothing may be said."""
    rates = ctx.optional_service(ShippingRates)
    known: Mapping[uuid.UUID, ShippingOutline] = {}
    if rates is not None:
        try:
            async with asyncio.timeout(_RATES_S), tx.savepoint():
                known = await rates.outlines(tx, [one.shop_id for one in shops], goods)
                for terms in (area.terms for one in known.values() for area in one.areas):
                    check(terms)
        except Exception:  # isolating any fault of a plugin is this line's purpose
            log.exception("no outline of shipping fees, tenant=%s", ctx.tenant.slug)
            return dict.fromkeys((one.shop_id for one in shops), None)
    return {one.shop_id: known.get(one.shop_id) or _everywhere(one) for one in shops}


def _everywhere(one: Flat) -> ShippingOutline:
    return ShippingOutline(areas=(ShippingArea(name="", terms=flat(one.fee, one.free_over)),))


def in_short(locale: str, outline: ShippingOutline | None) -> str:
    """One line for a product's page: from the lowest to the highest, by the worth of the goods."""
    _ = gettext_for(locale, "shop")
    if outline is None:
        return str(_(UNKNOWN))
    terms = [area.terms for area in outline.areas if not area.terms.unavailable]
    if not terms:
        return str(_(N_("Nothing can be sent at the moment.")))
    (_first, fees), *more = _ranges(terms)
    parts = [_base(_, *fees), *(_from(_, amount, *fees) for amount, fees in more)]
    parts += [_addition(_, one.label, one.amount) for one in outline.additions]
    return " · ".join([*parts, *_nowhere(_, locale, outline)])


def _ranges(terms: Sequence[ShippingTerms]) -> list[tuple[int, tuple[int, int]]]:
    """(worth of goods, (lowest fee, highest)) wherever that changes; the first is from 0."""
    found: list[tuple[int, tuple[int, int]]] = []
    for start in sorted({tier.from_goods for one in terms for tier in one.tiers}):
        fees = [carriage(one, start) for one in terms]
        between = (min(fees), max(fees))
        if not found or found[-1][1] != between:
            found.append((start, between))
    return found


def _base(_: Callable[..., str], low: int, high: int) -> str:
    if high == 0:
        return _("Free shipping")
    if low == high:
        return _("Shipping %(fee)s", fee=yen(low))
    return _("Shipping %(fees)s, depending on where to", fees=_between(_, low, high))


def _from(_: Callable[..., str], amount: int, low: int, high: int) -> str:
    if high == 0:
        return _("free from %(amount)s in this shop", amount=yen(amount))
    return _("%(fees)s from %(amount)s in this shop", fees=_between(_, low, high), amount=yen(amount))


def _between(_: Callable[..., str], low: int, high: int) -> str:
    return _fee(_, low) if low == high else f"{yen(low)}–{yen(high)}"


def _fee(_: Callable[..., str], amount: int) -> str:
    return yen(amount) if amount else _("free")


def _addition(_: Callable[..., str], what: str, amount: int) -> str:
    return _("%(what)s: up to +%(amount)s", what=what, amount=yen(amount))


def _nowhere(_: Callable[..., str], locale: str, outline: ShippingOutline) -> list[str]:
    closed = [area.name for area in outline.areas if area.terms.unavailable]
    comma = "、" if locale == "ja" else ", "
    return [_("not sent to: %(places)s", places=comma.join(closed))] if closed else []


def in_full(locale: str, outline: ShippingOutline | None) -> str:
    """For the legal notice: every area with its fees, and what may come besides."""
    _ = gettext_for(locale, "shop")
    if outline is None:
        return str(_(UNKNOWN))
    areas = [area for area in outline.areas if not area.terms.unavailable]
    parts = [f"{area.name or _('Everywhere in Japan')} {_tiers(_, locale, area.terms)}" for area in areas]
    parts += [_addition(_, one.label, one.amount) for one in outline.additions]
    parts += _nowhere(_, locale, outline)
    note = _("(Tax included. The worth of goods is this shop's, after discounts.)")
    return f"{' / '.join(parts)} {note}"


def _tiers(_: Callable[..., str], locale: str, terms: ShippingTerms) -> str:
    (_first, (base, _same)), *more = _ranges([terms])
    steps = [
        _("%(fee)s from %(amount)s", fee=_fee(_, low), amount=yen(amount)) for amount, (low, _high) in more
    ]
    comma = "、" if locale == "ja" else ", "
    return f"{_fee(_, base)} ({comma.join(steps)})" if steps else _fee(_, base)


def amounts_of(outline: ShippingOutline) -> frozenset[int]:
    """Every amount that may be said about sending: fees, limits and additions."""
    terms = [area.terms for area in outline.areas if not area.terms.unavailable]
    fees = {tier.fee + more for one in terms for tier in one.tiers for more in {0, one.surcharge}}
    limits = {tier.from_goods for one in terms for tier in one.tiers}
    return frozenset(fees | limits | {one.amount for one in outline.additions})


def is_same_everywhere(outline: ShippingOutline) -> bool:
    """One fee for all of Japan, whatever comes besides elsewhere."""
    rules = {(area.terms.tiers, area.terms.surcharge, area.terms.unavailable) for area in outline.areas}
    return len(rules) == 1 and not outline.additions
