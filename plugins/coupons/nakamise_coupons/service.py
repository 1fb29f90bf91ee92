"""What staff do with coupons, in one transaction each."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons import owning, repository, scoping
from nakamise_coupons.domain import codes
from nakamise_coupons.schemas import (
    CodePage,
    CouponChange,
    CouponFilter,
    CouponInput,
    CouponPage,
    NewCoupon,
    StaffCoupon,
    UsePage,
)
from nakamise_coupons.words import DOMAIN

PAGE_SIZE: Final = 30
_TRIES: Final = 20


def fault(message: str, **params: object) -> FieldError:
    return FieldError(message, domain=DOMAIN, **params)


async def coupon_page(ctx: TenantCtx, tx: Tx, wanted: CouponFilter) -> CouponPage:
    among = await owning.theirs(ctx, tx)
    found, total = await repository.coupons(tx, wanted, ctx.now(), PAGE_SIZE, among)
    return CouponPage(items=found, total=total, page=wanted.page, page_size=PAGE_SIZE)


async def coupon(ctx: TenantCtx, tx: Tx, coupon_id: uuid.UUID) -> StaffCoupon:
    """Raises NotFound, also for one that is not wholly of the shops that the acting person works for."""
    found = await repository.find(tx, coupon_id)
    if found is None or not await owning.is_theirs(ctx, tx, found):
        raise NotFound
    return found


async def create(ctx: TenantCtx, tx: Tx, given: NewCoupon) -> uuid.UUID:
    """Raises Invalid."""
    faults = _faults(given) | await scoping.unknown(ctx, tx, given) | await owning.faults(ctx, tx, given)
    code = codes.normal(given.code)
    if given.batch and code:
        faults["code"] = fault(N_("Codes of a batch are made; leave this empty."))
    elif code and not codes.is_code(code):
        faults["code"] = fault(N_("A code is 3 to 32 letters, digits and hyphens."))
    if given.batch and given.is_public:
        faults["is_public"] = fault(N_("Codes of a batch are secret; such a coupon cannot be public."))
    if faults:
        raise Invalid(faults)
    coupon_id = uuid7()
    await repository.insert(tx, coupon_id, given, is_batch=given.batch > 0)
    if given.batch:
        await _make_codes(tx, coupon_id, given.batch, codes.SINGLE_LENGTH, 1)
    elif not code:
        await _make_codes(tx, coupon_id, 1, codes.SHARED_LENGTH, None)
    elif await repository.add_codes(tx, coupon_id, [code], None) != 1:
        raise Invalid({"code": fault(N_("Another coupon has this code."))})
    await ctx.audit(tx, "coupons.created", str(coupon_id), name=given.name)
    return coupon_id


async def _make_codes(tx: Tx, coupon_id: uuid.UUID, count: int, length: int, uses_max: int | None) -> None:
    """Chance may make one that is there already: that one is made again."""
    missing = count
    for _ in range(_TRIES):
        made = {codes.new_code(length) for _ in range(missing)}
        missing -= await repository.add_codes(tx, coupon_id, sorted(made), uses_max)
        if missing == 0:
            return
    raise Conflict(N_("No new codes could be made. Please try again."), code="no_codes", domain=DOMAIN)


async def add_batch(ctx: TenantCtx, tx: Tx, coupon_id: uuid.UUID, count: int) -> None:
    """More codes for a coupon that has a batch. Raises NotFound, Conflict."""
    found = await coupon(ctx, tx, coupon_id)
    if not found.is_batch or found.archived_at is not None:
        raise Conflict(
            N_("Only a coupon with a batch of codes gets more of them."), code="no_batch", domain=DOMAIN
        )
    await _make_codes(tx, coupon_id, count, codes.SINGLE_LENGTH, 1)
    await ctx.audit(tx, "coupons.codes_added", str(coupon_id), name=found.name, count=count)


async def change(ctx: TenantCtx, tx: Tx, coupon_id: uuid.UUID, given: CouponChange) -> None:
    """Raises NotFound, Invalid, and Conflict (code ``stale``) when somebody else changed it meanwhile."""
    before = await coupon(ctx, tx, coupon_id)
    faults = _faults(given) | await scoping.unknown(ctx, tx, given, before)
    faults |= await owning.faults(ctx, tx, given)
    if before.is_batch and given.is_public:
        faults["is_public"] = fault(N_("Codes of a batch are secret; such a coupon cannot be public."))
    if faults:
        raise Invalid(faults)
    try:
        async with tx.savepoint():
            done = await repository.update(tx, coupon_id, given.version, given)
    except asyncpg.CheckViolationError:
        too_low = fault(N_("%(n)s were used already; the limit cannot be less."), n=before.used)
        raise Invalid({"total_limit": too_low}) from None
    if not done:
        raise Conflict(
            N_("Somebody else changed this coupon meanwhile. Please load it again."),
            code="stale",
            domain=DOMAIN,
        )
    await ctx.audit(tx, "coupons.changed", str(coupon_id), name=given.name, before=before.name)


def _faults(given: CouponInput) -> dict[str, FieldError]:
    """What one field alone cannot tell."""
    faults: dict[str, FieldError] = {}
    if (given.kind == "percent") != (given.percent is not None):
        faults["percent"] = fault(N_("Percent goes with “percent off”, and only with it."))
    if (given.kind == "fixed") != (given.amount is not None):
        faults["amount"] = fault(N_("An amount goes with “amount off”, and only with it."))
    if given.kind == "fixed" and given.cap is not None:
        faults["cap"] = fault(N_("An amount off needs no upper limit."))
    if given.starts_at and given.ends_at and given.ends_at < given.starts_at:
        faults["ends_at"] = fault(N_("The end lies before the start."))
    return faults


async def switch(ctx: TenantCtx, tx: Tx, coupon_id: uuid.UUID, *, on: bool) -> None:
    """Raises NotFound, Conflict for an archived one."""
    found = await coupon(ctx, tx, coupon_id)
    archived = Conflict(N_("An archived coupon cannot be used any more."), code="archived", domain=DOMAIN)
    await tx.must_touch_one(
        archived,
        "UPDATE coupons_coupon SET is_on = $2, updated_at = now() WHERE id = $1 AND archived_at IS NULL",
        coupon_id,
        on,
    )
    await ctx.audit(
        tx, "coupons.switched_on" if on else "coupons.switched_off", str(coupon_id), name=found.name
    )


async def delete(ctx: TenantCtx, tx: Tx, coupon_id: uuid.UUID) -> bool:
    """True when it is gone; False when it was ever used, and is archived instead. Raises NotFound."""
    locked = await tx.value("SELECT id FROM coupons_coupon WHERE id = $1 FOR UPDATE", coupon_id)
    if locked is None:
        raise NotFound
    found = await coupon(ctx, tx, coupon_id)
    if found.use_count or found.returned_count:
        await tx.execute(
            "UPDATE coupons_coupon SET archived_at = coalesce(archived_at, (SELECT now())) WHERE id = $1",
            coupon_id,
        )
        await ctx.audit(tx, "coupons.archived", str(coupon_id), name=found.name)
        return False
    await tx.execute("DELETE FROM coupons_coupon WHERE id = $1", coupon_id)
    await ctx.audit(tx, "coupons.deleted", str(coupon_id), name=found.name)
    return True


async def stop_code(ctx: TenantCtx, tx: Tx, coupon_id: uuid.UUID, code: str, *, stopped: bool) -> None:
    """One code counts no more, or again; the others stay. Raises NotFound."""
    await coupon(ctx, tx, coupon_id)
    await tx.must_touch_one(
        NotFound(),
        "UPDATE coupons_code SET stopped_at = CASE WHEN $3 THEN coalesce(stopped_at, (SELECT now())) END"
        " WHERE coupon_id = $1 AND code = $2",
        coupon_id,
        code,
        stopped,
    )
    await ctx.audit(
        tx, "coupons.code_stopped" if stopped else "coupons.code_resumed", str(coupon_id), code=code
    )


async def code_page(tx: Tx, found: StaffCoupon, page: int) -> CodePage:
    items = await repository.codes(tx, found.id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return CodePage(items=items, total=found.code_count, page=page, page_size=PAGE_SIZE)


async def use_page(tx: Tx, found: StaffCoupon, page: int) -> UsePage:
    items = await repository.uses(tx, found.id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    total = found.use_count + found.returned_count
    return UsePage(items=items, total=total, page=page, page_size=PAGE_SIZE)
