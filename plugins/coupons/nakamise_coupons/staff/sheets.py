"""Codes and uses as CSV for spreadsheets, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from litestar.response import Stream

from nakamise.plugin import TenantCtx
from nakamise.web import BOM, N_, csv_stream, csv_text
from nakamise_coupons import repository
from nakamise_coupons.schemas import Code, StaffCoupon, Use
from nakamise_coupons.words import BEARERS, moment, words

CHUNK: Final = 1000
CODE_COLUMNS: Final = (N_("Code"), N_("State"), N_("Uses"), N_("Made at"))
USE_COLUMNS: Final = (
    N_("Used at"),
    N_("Code"),
    N_("Orders"),
    N_("Taken off"),
    N_("Sales with it"),
    N_("Who bears it"),
    N_("State"),
    N_("Given back at"),
)


def attachment(body: AsyncIterator[bytes], name: str) -> Stream:
    return csv_stream(name, body)


async def code_csv(ctx: TenantCtx, found: StaffCoupon) -> AsyncIterator[bytes]:
    _ = words(ctx)
    yield (BOM + csv_text([[_(column) for column in CODE_COLUMNS]])).encode()
    for offset in range(0, found.code_count, CHUNK):
        async with ctx.read() as tx:
            rows = await repository.codes(tx, found.id, CHUNK, offset)
        yield csv_text(
            [[one.code, _code_state(ctx, one), one.used, moment(ctx, one.created_at)] for one in rows]
        ).encode()


def _code_state(ctx: TenantCtx, one: Code) -> str:
    _ = words(ctx)
    if one.stopped_at is not None:
        return _("Stopped")
    return _("Used") if one.uses_max is not None and one.used >= one.uses_max else _("Can be used")


async def use_csv(ctx: TenantCtx, found: StaffCoupon) -> AsyncIterator[bytes]:
    _ = words(ctx)
    yield (BOM + csv_text([[_(column) for column in USE_COLUMNS]])).encode()
    for offset in range(0, found.use_count + found.returned_count, CHUNK):
        async with ctx.read() as tx:
            rows = await repository.uses(tx, found.id, CHUNK, offset)
        yield csv_text([_use_cells(ctx, one) for one in rows]).encode()


def _use_cells(ctx: TenantCtx, one: Use) -> list[object]:
    _ = words(ctx)
    return [
        moment(ctx, one.used_at),
        one.code,
        " ".join(one.order_numbers),
        one.amount,
        one.sold,
        _(BEARERS[one.bearer]),
        _("Given back") if one.reverted_at else _("Used"),
        moment(ctx, one.reverted_at),
    ]
