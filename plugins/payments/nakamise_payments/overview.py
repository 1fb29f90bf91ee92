"""What the admin page and the API show."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from nakamise.contracts.orders import OrderQuery, Orders
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_payments import repository
from nakamise_payments.schemas import Op, OpPage, OpState, Report

REPORTS_SHOWN = 5
OPEN_REPORTS_SHOWN = 20


class OrderLink(msgspec.Struct, frozen=True):
    """An order that staff can open."""

    id: uuid.UUID
    number: str


async def op_page(tx: Tx, state: OpState | None, page: int) -> OpPage:
    ops, total = await repository.list_ops(tx, state.value if state else None, page)
    return OpPage(ops, total, page, repository.PAGE_SIZE)


async def reports(tx: Tx) -> list[Report]:
    return await repository.last_reports(tx, REPORTS_SHOWN)


async def shown_reports(tx: Tx) -> list[Report]:
    """The latest, and those before it that somebody has to acknowledge: each provider has its own."""
    latest = await repository.last_reports(tx, 1)
    waiting = await repository.open_reports(tx, OPEN_REPORTS_SHOWN)
    return latest + [report for report in waiting if report not in latest]


async def ops_of(tx: Tx, found: Iterable[Report]) -> dict[uuid.UUID, Op]:
    """What the differences are about, as far as it is known here."""
    ids = {difference.op_id for report in found for difference in report.differences if difference.op_id}
    return {op.id: op for op in await repository.ops_by_id(tx, sorted(ids))} if ids else {}


async def orders_of(
    ctx: TenantCtx, tx: Tx, subjects: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[OrderLink]]:
    """The orders of purchases, by these; none without a shop, nor those of shops that staff do not work for."""
    orders, wanted = ctx.optional_service(Orders), tuple(sorted(set(subjects)))
    if orders is None or not wanted:
        return {}
    query = OrderQuery(purchase_ids=wanted)
    links: dict[uuid.UUID, list[OrderLink]] = {}
    for one in await orders.find(tx, query, limit=await orders.count(tx, query)):
        links.setdefault(one.purchase_id, []).append(OrderLink(one.id, one.number))
    return {subject: sorted(found, key=lambda one: one.number) for subject, found in links.items()}
