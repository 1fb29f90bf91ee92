"""Of several who save the same row, whoever began from an older save is refused."""

from __future__ import annotations

import asyncio

import pytest

from nakamise.db import Database, save_revision
from nakamise.errors import Conflict
from nakamise.plugin import Tenant
from nakamise.testing.fixtures import NewTenant

LATE = Conflict("late")
KEY = {"id": "shop.placed", "locale": "ja"}
STORED = "SELECT body || revision FROM core_mail_text WHERE id = 'shop.placed' AND locale = 'ja'"


@pytest.fixture
async def tenant(new_tenant: NewTenant) -> Tenant:
    return await new_tenant()


async def saved(db: Database, tenant: Tenant, body: str, seen: int) -> bool:
    try:
        async with db.tenant(tenant.schema) as tx:
            await save_revision(tx, LATE, "core_mail_text", KEY, {"subject": "題", "body": body}, seen)
    except Conflict:
        return False
    return True


async def stored(db: Database, tenant: Tenant) -> object:
    async with db.tenant(tenant.schema) as tx:
        return await tx.value(STORED)


async def test_each_save_counts_and_an_older_beginning_is_refused(db: Database, tenant: Tenant) -> None:
    assert not await saved(db, tenant, "nothing to begin from", 1)
    assert await saved(db, tenant, "first", 0)
    assert await stored(db, tenant) == "first1"
    assert not await saved(db, tenant, "as if it were new", 0)
    assert await saved(db, tenant, "second", 1)
    assert not await saved(db, tenant, "begun before the second", 1)
    assert await stored(db, tenant) == "second2"
    async with db.tenant(tenant.schema) as tx:
        await tx.execute("DELETE FROM core_mail_text")
    assert not await saved(db, tenant, "begun before it was removed", 2)
    assert await stored(db, tenant) is None


@pytest.mark.parametrize("seen", [0, 1])
async def test_of_many_at_once_one_is_kept(db: Database, tenant: Tenant, seen: int) -> None:
    if seen:
        assert await saved(db, tenant, "first", 0)
    done = await asyncio.gather(*(saved(db, tenant, f"body {n} ", seen) for n in range(8)))
    assert done.count(True) == 1
    assert await stored(db, tenant) == f"body {done.index(True)} {seen + 1}"
