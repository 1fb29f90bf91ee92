"""The log: search, download, rights, other tenants, forgetting, tidying."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from nakamise.plugin import Tenant
from nakamise.testing.author_fixtures import As
from nakamise.testing.clock import SteeredClock
from nakamise.testing.fixtures import Drain, MakeTenant
from nakamise.testing.people import Person
from nakamise_webhooks.deliveries.tidying import tidy
from nakamise_webhooks.privacy import erase, export
from tests.plugins.webhooks.conftest import Add
from tests.plugins.webhooks.test_delivery import log

Place = Callable[[], Awaitable[None]]
# Of the sample event.
BUYER = uuid.UUID(int=7)


async def test_search_and_csv(add: Add, place: Place, shop: Tenant, drain: Drain, admin: Person) -> None:
    made = await add()
    await place()
    await drain(shop)
    assert len(await log(admin, q="ORDER_PLACED")) == 1
    assert await log(admin, q="order_paid") == []
    sheet = (await admin.client.get(f"/admin/webhooks/{made['endpoint']['id']}/deliveries.csv")).text
    assert [line.count("shop.order_placed.1") for line in sheet.splitlines()] == [0, 1]


async def test_only_the_permitted_and_only_their_own(
    add: Add, place: Place, shop: Tenant, admin: Person, as_buyer: As, as_admin: As, make_tenant: MakeTenant
) -> None:
    made = await add()
    path = f"/api/webhooks/endpoints/{made['endpoint']['id']}"
    assert (await (await as_buyer(shop)).client.get(path)).status_code == 403
    other = await as_admin(await make_tenant(plugins=("webhooks",)))
    assert (await other.client.get(path)).status_code == 404
    assert (await other.client.get("/api/webhooks/endpoints")).json() == []


async def test_the_secret_is_sealed_and_shown_once(add: Add, admin: Person) -> None:
    made = await add()
    async with admin.ctx.read() as tx:
        stored = await tx.value("SELECT secret FROM webhooks_endpoint")
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in stored
    found = await admin.client.get(f"/api/webhooks/endpoints/{made['endpoint']['id']}")
    assert "whsec_" not in found.text


async def test_a_person_is_told_and_forgotten(
    add: Add, place: Place, shop: Tenant, drain: Drain, admin: Person
) -> None:
    await add()
    await place()
    await drain(shop)
    async with admin.ctx.begin() as tx:
        told = await export(admin.ctx, tx, BUYER)
        assert told is not None
        assert [one.topic for one in told.sent] == ["shop.order_placed.1"]
        assert await erase(admin.ctx, tx, BUYER) == 1
        assert await export(admin.ctx, tx, BUYER) is None
    assert await log(admin) == []


async def test_old_deliveries_go(
    add: Add, place: Place, shop: Tenant, drain: Drain, admin: Person, clock: SteeredClock
) -> None:
    await add()
    await place()
    await drain(shop)
    await tidy(admin.ctx)
    async with admin.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM webhooks_delivery") == 1
    clock.advance(timedelta(days=31))
    await tidy(admin.ctx)
    async with admin.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM webhooks_attempt") == 0
