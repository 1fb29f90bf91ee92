"""Editing shops, and what keeps one from opening."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.japan import InvalidInvoiceNumber, parse_invoice_number
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.catalog import price_log
from nakamise_shop.legal import LABELS, Unsaid, missing_items, unsaid_ways, ways_to_name
from nakamise_shop.on_request import keeping
from nakamise_shop.staff.shops import repository
from nakamise_shop.staff.shops.schemas import LEGAL_MAX, ShopInput, StaffShop
from nakamise_shop.staff.text import words

LEGAL_FIELDS: Final = tuple(f"{name}{suffix}" for name in LABELS for suffix in ("", "_en"))
_COMPARED: Final = (
    "name",
    "name_en",
    "introduction",
    "introduction_en",
    "rounding",
    "shipping_fee",
    "free_over",
    "on_request",
)


async def shop(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> StaffShop:
    """Raises NotFound, also for one that the acting person does not work for."""
    await scope.check_shop(ctx, tx, shop_id)
    found = await repository.find(tx, shop_id)
    if found is None:
        raise NotFound
    return found


async def change(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, given: ShopInput) -> None:
    """Raises NotFound, Invalid, and Conflict (code ``stale``) when somebody else changed it meanwhile.

    An open shop may not lose a mandatory item of its legal notice, nor a way to pay that it names.
    """
    before = await shop(ctx, tx, shop_id)
    kept = before.on_request if given.on_request is None else sorted(set(given.on_request))
    legal = {name: text.strip() for name, text in given.legal.items() if text.strip()}
    given = msgspec.structs.replace(given, legal=legal, on_request=kept)
    number = _check(ctx, before, given)
    if not await repository.update(tx, shop_id, given, number):
        raise Conflict(
            N_("Somebody else changed this shop while you were editing it."), code="stale", domain="shop"
        )
    items = _changed(before, given, number)
    if "prices_include_tax" in items or "rounding" in items:
        await price_log.note(tx, [], shop_id)
    # Who reads the log is not who may know what the notice keeps.
    secret = {*before.on_request, *kept}
    told = [name for name in items if name in LEGAL_FIELDS and keeping.item_of(name) not in secret]
    old = {name: before.legal.get(name, "") for name in told}
    new = {name: given.legal.get(name, "") for name in told}
    await ctx.audit(tx, "shop.shop.changed", str(shop_id), items=items, before=old, after=new)


def _check(ctx: TenantCtx, before: StaffShop, given: ShopInput) -> str | None:
    faults = legal_faults(given.legal) | keeping.faults(given.legal, given.on_request or [])
    if before.state == "open":
        for name in missing_items(given.legal):
            faults[f"legal.{name}"] = FieldError(N_("An open shop must state this."), domain="shop")
        faults |= _lost_ways(ctx, before, given)
    number = None
    if given.invoice_number:
        try:
            number = parse_invoice_number(given.invoice_number)
        except InvalidInvoiceNumber:
            message = N_("A registration number is T and 13 digits.")
            faults["invoice_number"] = FieldError(message, domain="shop")
    if faults:
        raise Invalid(faults)
    return number


def legal_faults(legal: Mapping[str, str]) -> dict[str, FieldError]:
    """Of items that are none, and of those that are too long, which pages do not see."""
    none, long = N_("The legal notice has no such item."), N_("At most %(n)s characters.")
    faults = {f"legal.{name}": FieldError(none, domain="shop") for name in set(legal) - set(LEGAL_FIELDS)}
    too_long = [name for name, text in legal.items() if len(text) > LEGAL_MAX]
    return {f"legal.{name}": FieldError(long, domain="shop", n=LEGAL_MAX) for name in too_long} | faults


def _lost_ways(ctx: TenantCtx, before: StaffShop, given: ShopInput) -> dict[str, FieldError]:
    """A way to pay that was switched on later is a warning on the page; one that was named must stay named."""
    known = unsaid(ctx, before.legal)
    ways: dict[str, list[str]] = {}
    for gap in (gap for gap in unsaid(ctx, given.legal) if gap not in known):
        ways.setdefault(gap.item, []).append(gap.way)
    message = N_("Buyers can pay by %(way)s: say it here too.")
    return {
        f"legal.{item}": FieldError(message, domain="shop", way=" / ".join(names))
        for item, names in ways.items()
    }


def unsaid(ctx: TenantCtx, legal: Mapping[str, str]) -> list[Unsaid]:
    """Of the ways to pay that are on now: what this notice does not name."""
    return unsaid_ways(legal, ctx.service(Payments).methods())


def ways_named(ctx: TenantCtx) -> dict[str, str]:
    """By item of a notice: the ways to pay that are on, all of which it must name."""
    needed = ways_to_name(ctx.service(Payments).methods())
    return {item: " / ".join(way.label for way in ways) for item, ways in needed.items()}


def lacking(ctx: TenantCtx, legal: Mapping[str, str]) -> list[tuple[str, str]]:
    """(item, words) for all that keeps a shop with this notice from opening."""
    _ = words(ctx)
    empty = [(name, _(LABELS[name])) for name in missing_items(legal)]
    return empty + [
        (gap.item, _("%(item)s (not named: %(way)s)", item=_(LABELS[gap.item]), way=gap.way))
        for gap in unsaid(ctx, legal)
    ]


def _changed(before: StaffShop, given: ShopInput, number: str | None) -> list[str]:
    fields = [name for name in _COMPARED if getattr(before, name) != getattr(given, name)]
    if given.price_input and before.prices_include_tax is not (given.price_input == "gross"):
        fields.append("prices_include_tax")
    if before.invoice_number != number:
        fields.append("invoice_number")
    legal = [name for name in LEGAL_FIELDS if before.legal.get(name, "") != given.legal.get(name, "")]
    return [*fields, *legal]


def check_notice(ctx: TenantCtx, found: StaffShop) -> None:
    """Raises Conflict that names what the legal notice lacks (LC-3.3.2)."""
    if lacks := lacking(ctx, found.legal):
        comma = "、" if ctx.locale == "ja" else ", "
        items = comma.join(text for _item, text in lacks)
        message = N_("The legal notice is not complete: %(items)s.")
        raise Conflict(message, code="legal_incomplete", domain="shop", params={"items": items})
