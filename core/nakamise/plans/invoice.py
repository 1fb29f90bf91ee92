"""Invoice lines: every month in advance, and the rest of a month when something changes."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plans.catalogue import Plan
from nakamise.plans.prices import TAX_BP, Part, rest_of_month, tax
from nakamise.plans.terms import Subscriber

_COLUMNS: Final = "id, at, month, first_day, last_day, kind, item, name, name_en, times, amount, tax_bp"
_INSERT: Final = (
    "INSERT INTO invoice_line (id, tenant_id, at, month, first_day, last_day, kind, item, name, name_en, times,"
    " amount, tax_bp, actor, cause)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    " ON CONFLICT (tenant_id, cause) DO NOTHING"
    " RETURNING id, at, month, first_day, last_day, kind, item, name, name_en, times, amount, tax_bp"
)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What is charged by the month: ``fee`` in yen without tax for all ``times`` together."""

    kind: Literal["plan", "option"]
    item: str
    name: str
    name_en: str
    times: int
    fee: int


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` in yen without tax, negative for a credit."""

    id: uuid.UUID
    at: datetime
    month: date
    first_day: date
    last_day: date
    kind: Literal["plan", "option"]
    item: str
    name: str
    name_en: str
    times: int
    amount: int
    tax_bp: int


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """A month's lines. ``taxes`` by rate in basis points: rounded once for each, as a qualified invoice does."""

    month: date
    lines: tuple[InvoiceLine, ...]
    net: int
    taxes: Mapping[int, int]
    gross: int


def items_of(plan: Plan, monthly_fee: int | None, options: Mapping[str, int]) -> list[Item]:
    """The plan and its options; what is not agreed yet costs nothing."""
    own = Item(kind="plan", item=plan.id, name=plan.name, name_en=plan.name_en, times=1, fee=monthly_fee or 0)
    chosen = [(option, options[option.id]) for option in plan.options if option.id in options]
    return [
        own,
        *(
            Item(kind="option", item=o.id, name=o.name, name_en=o.name_en, times=n, fee=o.monthly_fee * n)
            for o, n in chosen
        ),
    ]


async def bill_month(tx: Tx, who: Subscriber, items: Sequence[Item], today: date, now: datetime) -> bool:
    """Charge the month of ``today`` once; the month in which a tenant came, from that day. False: was done."""
    came = who.created_at.astimezone(who.zone).date()
    part = rest_of_month(max(came, today.replace(day=1)))
    plan, *options = items
    cause = f"month:{part.month:%Y-%m}"
    if await _insert(tx, who, plan, part, plan.fee, now, "system", cause) is None:
        return False
    for option in options:
        await _insert(tx, who, option, part, option.fee, now, "system", None)
    return True


async def bill_change(
    tx: Tx, who: Subscriber, before: Sequence[Item], after: Sequence[Item], now: datetime, actor: str
) -> list[InvoiceLine]:
    """From today on: what ends is credited, what begins is charged; what stays has no line."""
    part = rest_of_month(now.astimezone(who.zone).date())
    fees = [(item, -item.fee) for item in before if item not in after]
    fees += [(item, item.fee) for item in after if item not in before]
    lines = [await _insert(tx, who, item, part, fee, now, actor, None) for item, fee in fees if fee]
    return [line for line in lines if line is not None]


async def _insert(
    tx: Tx, who: Subscriber, item: Item, part: Part, fee: int, now: datetime, actor: str, cause: str | None
) -> InvoiceLine | None:
    """None when ``cause`` was charged already."""
    amount = part.of(fee) if fee >= 0 else -part.of(-fee)
    row = (uuid7(), who.id, now, part.month, part.first, part.last, item.kind, item.item, item.name)
    rest = (item.name_en, item.times, amount, TAX_BP, actor, cause)
    return await tx.first(InvoiceLine, _INSERT, *row, *rest)


async def invoices(tx: Tx, tenant_id: uuid.UUID, *, months: int = 12) -> list[Invoice]:
    """The newest month first; lines of nothing are left out."""
    lines = await tx.all(
        InvoiceLine,
        f"SELECT {_COLUMNS} FROM invoice_line WHERE tenant_id = $1 AND amount <> 0 AND month >"  # noqa: S608
        " (SELECT max(l.month) FROM invoice_line l WHERE l.tenant_id = $1) - make_interval(months => $2)"
        " ORDER BY month DESC, at, cause IS NULL, amount >= 0, item, id",
        tenant_id,
        months,
    )
    return [_invoice(month, tuple(own)) for month, own in itertools.groupby(lines, lambda line: line.month)]


def _invoice(month: date, lines: tuple[InvoiceLine, ...]) -> Invoice:
    by_rate = {rate: _sum(lines, rate) for rate in sorted({line.tax_bp for line in lines})}
    taxes = {rate: tax(net, rate) for rate, net in by_rate.items()}
    net = sum(by_rate.values())
    return Invoice(month=month, lines=lines, net=net, taxes=taxes, gross=net + sum(taxes.values()))


def _sum(lines: Iterable[InvoiceLine], rate: int) -> int:
    return sum(line.amount for line in lines if line.tax_bp == rate)
