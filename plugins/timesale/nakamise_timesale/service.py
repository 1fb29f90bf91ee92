"""What staff do with sales, in one transaction each. Acts on a sale raise Forbidden where `scope` says so."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

import asyncpg
import msgspec

from nakamise.contracts.catalog import Catalog, ListedVariant
from nakamise.contracts.live import LiveOffers
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_timesale import proofs, quiet, repository, scope
from nakamise_timesale.domain.rules import State, state_of
from nakamise_timesale.schemas import (
    NAME_MAX,
    ItemInput,
    SaleChange,
    SaleDetail,
    SaleFilter,
    SaleInput,
    SalePage,
    StaffSale,
)
from nakamise_timesale.words import DOMAIN

SI = TypeVar("SI", bound=SaleInput)
PAGE_SIZE: Final = 30
ITEMS_MAX: Final = 500


def fault(message: str, **params: object) -> FieldError:
    return FieldError(message, domain=DOMAIN, **params)


async def sale_page(ctx: TenantCtx, tx: Tx, wanted: SaleFilter) -> SalePage:
    found, total = await repository.sales(tx, wanted, ctx.now(), PAGE_SIZE)
    return SalePage(items=found, total=total, page=wanted.page, page_size=PAGE_SIZE)


async def sale(tx: Tx, sale_id: uuid.UUID) -> SaleDetail:
    """Raises NotFound."""
    found = await repository.find(tx, sale_id)
    if found is None:
        raise NotFound
    return found


async def staff_sale(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID) -> StaffSale:
    """With its state, and whether buyers see the regular prices. Raises NotFound."""
    found = await sale(tx, sale_id)
    fields = {name: getattr(found, name) for name in SaleDetail.__struct_fields__}
    return StaffSale(
        **fields, state=state_of(found, ctx.now()), proofs=await proofs.of_sale(ctx, tx, found, ctx.now())
    )


async def create(ctx: TenantCtx, tx: Tx, given: SaleInput) -> uuid.UUID:
    """Raises Invalid."""
    await _check(ctx, tx, given)
    sale_id = uuid7()
    await repository.insert(tx, sale_id, _from_now(given, None, await _now(tx)))
    await ctx.audit(tx, "timesale.created", str(sale_id), name=given.name)
    await quiet.wake_after(ctx, tx)
    return sale_id


async def copy(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID, name: str) -> uuid.UUID:
    """A draft with the same items and no times; ``name`` may hold ``%(name)s``. Raises NotFound."""
    like = await sale(tx, sale_id)
    await scope.check(ctx, tx, like)
    named = (name % {"name": like.name})[:NAME_MAX]
    made = await create(ctx, tx, SaleInput(name=named, name_en=like.name_en, per_person=like.per_person))
    fields = ItemInput.__struct_fields__
    for one in like.items:
        given = ItemInput(**{field: getattr(one, field) for field in fields})
        await repository.insert_item(tx, uuid7(), made, given)
    return made


async def change(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID, given: SaleChange) -> None:
    """Raises NotFound, Invalid, and Conflict (code ``stale``) when somebody else changed it meanwhile.

    What is bound to a broadcast keeps the times that the broadcast gave it.
    """
    before = await _locked(ctx, tx, sale_id)
    await _check(ctx, tx, given, before)
    if given.broadcast_id and given.broadcast_id == before.broadcast_id:
        given = SaleChange(
            name=given.name,
            name_en=given.name_en,
            starts_at=before.starts_at,
            ends_at=before.ends_at,
            broadcast_id=given.broadcast_id,
            per_person=given.per_person,
            version=given.version,
        )
    now = await _now(tx)
    given = _from_now(given, before.starts_at, now)
    await repository.note_run(tx, sale_id, now)
    if not await repository.update(tx, sale_id, given.version, given):
        message = N_("Somebody else changed this sale meanwhile. Please load it again.")
        raise Conflict(message, code="stale", domain=DOMAIN)
    await ctx.audit(tx, "timesale.changed", str(sale_id), name=given.name, before=before.name)
    await quiet.wake_after(ctx, tx)


async def _now(tx: Tx) -> datetime:
    """The database's, by which checkout asks whether a sale runs: a server's clock may be wrong."""
    found: datetime = await tx.value("SELECT now()")
    return found


def _from_now(given: SI, known: datetime | None, now: datetime) -> SI:
    """A start that is put into the past is now: nothing ran before, whatever the history of prices is asked."""
    if given.starts_at is None or given.starts_at == known or given.starts_at >= now:
        return given
    return msgspec.structs.replace(given, starts_at=now)


async def _check(ctx: TenantCtx, tx: Tx, given: SaleInput, before: SaleDetail | None = None) -> None:
    faults: dict[str, FieldError] = {}
    if given.ends_at and given.starts_at and given.ends_at < given.starts_at:
        faults["ends_at"] = fault(N_("The end lies before the start."))
    if given.ends_at and not given.starts_at and not given.broadcast_id:
        faults["starts_at"] = fault(N_("A sale with an end needs a start."))
    if given.broadcast_id and (given.starts_at or given.ends_at):
        faults["broadcast_id"] = fault(
            N_("A sale of a broadcast begins and ends with it; it has no times of its own.")
        )
    elif given.broadcast_id and given.broadcast_id != (before.broadcast_id if before else None):
        live = ctx.optional_service(LiveOffers)
        if live is None or not await live.named(tx, [given.broadcast_id]):
            faults["broadcast_id"] = fault(N_("There is no such broadcast."))
    if faults:
        raise Invalid(faults)


async def _locked(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID) -> SaleDetail:
    if not await repository.lock(tx, sale_id):
        raise NotFound
    found = await sale(tx, sale_id)
    await scope.check(ctx, tx, found)
    return found


async def start(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID) -> None:
    """At once; an end that lies ahead stays. Raises NotFound, Conflict."""
    found = await _locked(ctx, tx, sale_id)
    now = await _now(tx)
    if found.broadcast_id:
        raise _wrong(N_("This sale begins with its broadcast."))
    if state_of(found, now) in (State.RUNNING, State.ARCHIVED):
        raise _wrong(N_("The sale's state does not allow this."))
    if not found.items:
        raise _wrong(N_("Add a product first."))
    ahead = found.ends_at if found.ends_at and found.ends_at > now else None
    await begin(tx, sale_id, now, ahead)
    await ctx.audit(tx, "timesale.started", str(sale_id), name=found.name)
    await quiet.wake_after(ctx, tx)


async def begin(tx: Tx, sale_id: uuid.UUID, at: datetime, ends_at: datetime | None) -> None:
    """A new run; the one before is remembered."""
    await repository.note_run(tx, sale_id, at)
    await repository.set_times(tx, sale_id, at, ends_at, None)


async def stop(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID) -> None:
    """At once: from now on everything costs what the list says. Raises NotFound, Conflict."""
    found = await _locked(ctx, tx, sale_id)
    now = await _now(tx)
    state = state_of(found, now)
    if state is State.SCHEDULED:
        await repository.set_times(tx, sale_id, None, None, None)
    elif state is State.RUNNING:
        await repository.set_times(tx, sale_id, found.starts_at, found.ends_at, now)
    else:
        raise _wrong(N_("The sale's state does not allow this."))
    await ctx.audit(tx, "timesale.stopped", str(sale_id), name=found.name)
    await quiet.wake_after(ctx, tx)


def _wrong(message: str) -> Conflict:
    return Conflict(message, code="wrong_state", domain=DOMAIN)


async def delete(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID) -> bool:
    """True when it is gone; False when something was sold in it or it ever ran: then it is archived.

    Raises NotFound.
    """
    found = await _locked(ctx, tx, sale_id)
    now = await _now(tx)
    if state_of(found, now) is State.RUNNING:
        await repository.set_times(tx, sale_id, found.starts_at, found.ends_at, now)
    await quiet.wake_after(ctx, tx)
    used = (
        "SELECT 1 FROM timesale_taken t JOIN timesale_item i ON i.id = t.item_id WHERE i.sale_id = $1 LIMIT 1"
    )
    ran = found.starts_at is not None and found.starts_at <= now
    ran = ran or await tx.value("SELECT 1 FROM timesale_run WHERE sale_id = $1 LIMIT 1", sale_id) is not None
    if ran or await tx.value(used, sale_id) is not None:
        await tx.execute(
            "UPDATE timesale_sale SET archived_at = coalesce(archived_at, (SELECT now())) WHERE id = $1",
            sale_id,
        )
        await ctx.audit(tx, "timesale.archived", str(sale_id), name=found.name)
        return False
    await tx.execute("DELETE FROM timesale_sale WHERE id = $1", sale_id)
    await ctx.audit(tx, "timesale.deleted", str(sale_id), name=found.name)
    return True


async def add_item(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID, given: ItemInput) -> uuid.UUID:
    """Raises NotFound, Invalid, Conflict."""
    found = await _locked(ctx, tx, sale_id)
    if len(found.items) >= ITEMS_MAX:
        message = N_("A sale has at most %(n)s products.")
        raise Conflict(message, code="sale_full", domain=DOMAIN, params={"n": ITEMS_MAX})
    await _check_item(ctx, tx, given)
    item_id = uuid7()
    try:
        async with tx.savepoint():
            await repository.insert_item(tx, item_id, sale_id, given)
    except asyncpg.UniqueViolationError:
        raise Invalid({"product_id": fault(N_("This is in the sale already."))}) from None
    await _item_changed(ctx, tx, found, given)
    return item_id


async def change_item(
    ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID, item_id: uuid.UUID, given: ItemInput
) -> None:
    """Raises NotFound, Invalid: fewer than were sold, or twice the same."""
    found = await _locked(ctx, tx, sale_id)
    before = next((one for one in found.items if one.id == item_id), None)
    if before is None or before.product_id != given.product_id:
        raise NotFound
    await _check_item(ctx, tx, given)
    try:
        async with tx.savepoint():
            await repository.update_item(tx, sale_id, item_id, given)
    except asyncpg.UniqueViolationError:
        raise Invalid({"variant_id": fault(N_("This is in the sale already."))}) from None
    except asyncpg.CheckViolationError:
        sold = fault(N_("%(n)s were sold already; the quantity cannot be less."), n=before.sold)
        raise Invalid({"quantity": sold}) from None
    await _item_changed(ctx, tx, found, given)


async def _item_changed(ctx: TenantCtx, tx: Tx, found: SaleDetail, given: ItemInput) -> None:
    await ctx.audit(
        tx,
        "timesale.item_changed",
        str(found.id),
        name=found.name,
        product=str(given.product_id),
        price=given.price,
        percent=given.percent,
        quantity=given.quantity,
    )
    await quiet.wake_after(ctx, tx)


async def _check_item(ctx: TenantCtx, tx: Tx, given: ItemInput) -> None:
    faults: dict[str, FieldError] = {}
    if (given.price is None) == (given.percent is None):
        faults["price"] = fault(N_("Give either a price or a percentage."))
    variants = await _variants(ctx, tx, given)
    if not variants:
        faults["product_id"] = fault(N_("Please choose a product that can be sold."))
    elif given.variant_id is not None and given.variant_id not in variants:
        faults["variant_id"] = fault(N_("This variant is not of this product."))
    elif given.price is not None and given.price >= max(_prices(given, variants)):
        faults["price"] = fault(N_("The sale price must be lower than the price."))
    if faults:
        raise Invalid(faults)


async def _variants(ctx: TenantCtx, tx: Tx, given: ItemInput) -> Mapping[uuid.UUID, ListedVariant]:
    return {one.id: one for one in await ctx.service(Catalog).variants(tx, [given.product_id])}


def _prices(given: ItemInput, variants: Mapping[uuid.UUID, ListedVariant]) -> list[int]:
    return [one.price for id_, one in variants.items() if given.variant_id in (None, id_)]


async def remove_item(ctx: TenantCtx, tx: Tx, sale_id: uuid.UUID, item_id: uuid.UUID) -> None:
    """Raises NotFound, Conflict for one that was sold: give it a quantity of what was sold instead."""
    found = await _locked(ctx, tx, sale_id)
    sold = Conflict(
        N_("This was sold in the sale already, so it stays. Stop the sale, or lower its quantity."),
        code="item_sold",
        domain=DOMAIN,
    )
    if await tx.value("SELECT 1 FROM timesale_taken WHERE item_id = $1 LIMIT 1", item_id) is not None:
        raise sold
    touched = await tx.execute("DELETE FROM timesale_item WHERE id = $1 AND sale_id = $2", item_id, sale_id)
    if touched != 1:
        raise NotFound
    await ctx.audit(tx, "timesale.item_removed", str(sale_id), name=found.name)
    await quiet.wake_after(ctx, tx)
