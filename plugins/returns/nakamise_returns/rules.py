"""Which units of an order can be asked back, and until when."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from nakamise.contracts.orders import OrderLine, OrderView
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, short_date
from nakamise_returns import repository
from nakamise_returns.policy import excluded, policy
from nakamise_returns.schemas import Policy, Returnable

_PAID = frozenset({"paid", "closed", "part_refunded"})
_SENT = frozenset({"shipped", "delivered"})


async def returnable(ctx: TenantCtx, tx: Tx, order: OrderView) -> list[Returnable]:
    """Every line of the order with what can be asked back of it at this moment of the database."""
    rules = await policy(tx, order.shop_id)
    no_return = await excluded(ctx, tx, rules, [line.product_id for line in order.lines])
    left = await units_left(tx, order)
    now: datetime = await tx.value("SELECT now()")
    return [
        _of_line(ctx, order, line, rules, left[line.line_no], now, is_excluded=line.product_id in no_return)
        for line in order.lines
    ]


def _of_line(
    ctx: TenantCtx,
    order: OrderView,
    line: OrderLine,
    rules: Policy,
    left: int,
    now: datetime,
    *,
    is_excluded: bool,
) -> Returnable:
    reached = _arrival(order, line)
    nothing = Returnable(
        line_no=line.line_no, product_id=line.product_id, name=_name(line), left=0, for_fault=0
    )
    if order.state not in _PAID or reached is None:
        return _but(nothing, why_not=N_("Not sent yet"))
    if left == 0:
        return _but(nothing, why_not=N_("Returned or asked back already"))
    ends, fault_ends = (_end(ctx, reached, days) for days in (rules.days, rules.defect_days))
    if now >= fault_ends:
        return _over(ctx, nothing, fault_ends)
    if is_excluded or rules.days == 0:
        return _but(nothing, for_fault=left, why_not=N_("Only if it is faulty or the wrong item"))
    if now >= ends:
        return _but(_over(ctx, nothing, ends), for_fault=left)
    return _but(nothing, left=left, for_fault=left)


async def units_left(tx: Tx, order: OrderView) -> dict[int, int]:
    """By line number: bought, neither asked back nor refunded without a return."""
    claimed = await repository.claimed(tx, order.id)
    gone = await refunded_otherwise(tx, order)
    return {
        line.line_no: max(0, line.qty - gone[line.line_no] - claimed.get(line.line_no, 0))
        for line in order.lines
    }


async def refunded_otherwise(tx: Tx, order: OrderView) -> Counter[int]:
    """Units by line number that went back without a return: staff's refunds, and what a bank took."""
    ours = await repository.refund_ids(tx, order.id)
    gone: Counter[int] = Counter()
    for one in order.refunds:
        if one.id not in ours:
            gone.update({number: units for number, units, _paid in one.lines})
    return gone


def _arrival(order: OrderView, line: OrderLine) -> datetime | None:
    """When the line's parcel arrived; while nobody noted that, when it left."""
    if line.fulfil_state not in _SENT:
        return None
    parcel = next((one for one in order.shipments if one.id == line.shipment_id), None)
    return (parcel.delivered_at or parcel.shipped_at) if parcel else None


def _end(ctx: TenantCtx, reached: datetime, days: int) -> datetime:
    """The end of the last day in the tenant's zone: the day of arrival does not count."""
    local = reached.astimezone(ctx.tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=days + 1)


def _over(ctx: TenantCtx, line: Returnable, end: datetime) -> Returnable:
    last = short_date((end - timedelta(days=1)).date(), ctx.locale, ctx.tenant.timezone)
    return _but(line, why_not=N_("Could be returned until %(day)s"), params={"day": last})


def _but(line: Returnable, **changes: object) -> Returnable:
    known = {name: getattr(line, name) for name in line.__struct_fields__}
    return Returnable(**{**known, **changes})


def _name(line: OrderLine) -> str:
    return f"{line.name} {line.variant_name}".strip()
