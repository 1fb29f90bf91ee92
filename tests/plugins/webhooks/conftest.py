"""A shop with webhooks on, and somebody who receives them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from nakamise.contracts.orders import OrderPlaced
from nakamise.egress import Egress
from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.conformance.samples import sample
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.people import Person
from tests.plugins.webhooks.receiver import Receiver, receiving

Add = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def receiver(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """Its place, and no other, may be called."""
    async with receiving() as server:
        monkeypatch.setattr(runtime, "egress", Egress(https_only=True, allow=[server.place]))
        yield server


@pytest.fixture
async def shop(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant(plugins=("shop", "webhooks"))


@pytest.fixture
async def admin(shop: Tenant, as_admin: As) -> Person:
    return await as_admin(shop)


@pytest.fixture
async def add(admin: Person, receiver: Receiver) -> Add:
    async def endpoint(**fields: Any) -> dict[str, Any]:
        answer = await admin.client.post("/api/webhooks/endpoints", json={"url": receiver.url, **fields})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return endpoint


@pytest.fixture
def place(admin: Person) -> Callable[[], Awaitable[None]]:
    """Publishes that an order was placed."""

    async def publish() -> None:
        async with admin.ctx.begin() as tx:
            await admin.ctx.publish(tx, order_placed())

    return publish


def order_placed() -> OrderPlaced:
    made = sample(OrderPlaced)
    assert isinstance(made, OrderPlaced)
    return made
