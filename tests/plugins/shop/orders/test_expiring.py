"""Unpaid purchases that cannot be ended keep no other waiting, and staff see them."""

from __future__ import annotations

import logging
import uuid
from datetime import date

import pytest

from nakamise.contracts.ui import Period, Todo
from nakamise.testing.fixtures import ClientFor
from nakamise_shop.checkout import expire
from nakamise_shop.staff.widget import widget
from tests.plugins.shop.orders.test_cancelling import bought
from tests.plugins.shop.stall import Stall

ENDED = "UPDATE shop_purchase SET expires_at = now() - $2 * interval '1 minute' WHERE id = $1"
STATE = "SELECT state FROM shop_purchase WHERE id = $1"


async def unpaid(stall: Stall, client: ClientFor, minutes: int) -> tuple[uuid.UUID, uuid.UUID]:
    """(purchase, variant); its time has been over for so long."""
    _, placed, goods = await bought(stall, client, token=None)
    purchase = uuid.UUID(placed["purchase_id"])
    async with stall.ctx.begin() as tx:
        await tx.execute(ENDED, purchase, minutes)
    return purchase, goods


async def overdue(stall: Stall) -> int:
    """What the dashboard counts."""
    today = date(2026, 11, 1)
    async with stall.ctx.read() as tx:
        found = await widget(stall.ctx, tx, Period(today, today))
    [todo] = [one for one in found if isinstance(one, Todo) and "could not be ended" in one.label]
    return todo.count


@pytest.mark.req("LC-4.2.10")
@pytest.mark.parametrize("batch", [1, 100])
async def test_one_that_cannot_expire_keeps_no_other_waiting(
    stall: Stall,
    client: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    batch: int,
) -> None:
    """Its stock is not reserved, so it cannot be given back: as a plugin that fails when something is reverted."""
    monkeypatch.setattr(expire, "BATCH", batch)
    bad, goods = await unpaid(stall, client, 40)
    others = [await unpaid(stall, client, minutes) for minutes in (30, 20)]
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET reserved = 0 WHERE variant_id = $1", goods)
    with caplog.at_level(logging.ERROR, "nakamise.shop"):
        await expire.expire_due(stall.ctx)
    assert str(bad) in caplog.text
    assert await stall.value(STATE, bad) == "pending"
    for purchase, variant in others:
        assert await stall.value(STATE, purchase) == "expired"
        assert await stall.stock_of(variant) == (5, 0)
    assert await overdue(stall) == 1
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET reserved = 1 WHERE variant_id = $1", goods)
    await expire.expire_due(stall.ctx)
    assert await stall.value(STATE, bad) == "expired"
    assert await overdue(stall) == 0
