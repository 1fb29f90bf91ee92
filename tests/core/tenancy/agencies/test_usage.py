"""The list says which limit each tenant uses most, in one query."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from nakamise.plans import service
from nakamise.runtime import Runtime
from tests.core.tenancy.agencies.houses import Console


async def _measured(
    owner: asyncpg.Connection, tenant_id: uuid.UUID, meter: str, amount: int, ago: int
) -> None:
    day = (datetime.now(UTC) + timedelta(hours=9)).date() - timedelta(days=ago)
    await owner.execute(
        "INSERT INTO nakamise.usage_day (tenant_id, day, meter, amount) VALUES ($1, $2, $3, $4)",
        *(tenant_id, day, meter, amount),
    )


@pytest.mark.req("LC-0.23")
async def test_the_list_shows_and_sorts_by_what_is_used_most(
    agency: Console, owner: asyncpg.Connection, runtime: Runtime
) -> None:
    calm, full, new = [(await agency.new(plan="starter")).summary for _ in range(3)]
    await _measured(owner, calm.id, "core.staff", 3, 2)
    await _measured(owner, calm.id, "core.staff", 1, 0)
    await _measured(owner, calm.id, "core.messages", 500, 0)
    await _measured(owner, full.id, "core.staff", 1, 0)
    await _measured(owner, full.id, "shop.products", 100, 0)

    lines = (await agency.plane.tenants(sort="-usage")).items
    shown = [(line.id, line.usage and (line.usage.meter, line.usage.percent)) for line in lines]
    assert shown == [(full.id, ("shop.products", 100)), (calm.id, ("core.staff", 33)), (new.id, None)]

    await service.set_option(runtime, full.id, "products_50", 2, actor="test")
    after = (await agency.plane.tenant(full.id)).summary.usage
    assert after is not None
    assert (after.percent, after.label) == (50, "公開中の商品")


async def test_pages_by_usage_miss_nobody(agency: Console, owner: asyncpg.Connection) -> None:
    made = [(await agency.new(plan="starter")).summary.id for _ in range(3)]
    await _measured(owner, made[1], "core.staff", 2, 0)
    seen: list[uuid.UUID] = []
    cursor = None
    while True:
        page = await agency.plane.tenants(sort="-usage", cursor=cursor, limit=1)
        seen += [line.id for line in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen[0] == made[1]
    assert sorted(seen) == sorted(made)
