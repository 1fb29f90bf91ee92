"""A house's lines to the outside: where its events are sent, and who vouches for its staff.

Nothing is called: the endpoint is off, and the provider has a name that never resolves (RFC 6761).
"""

from __future__ import annotations

import httpx

from nakamise.ids import uuid7
from tests.isolation.house import House
from tests.plugins.shop.stall import insert


async def connect(house: House, client: httpx.AsyncClient) -> None:
    """An endpoint that is switched off, a delivery to it, and a provider of identities."""
    headers = await house.sign_in("admin", is_api=True)
    wanted = {"url": f"https://{house.canary}.example.com/hook", "description": house.canary}
    made = await client.post("/api/webhooks/endpoints", json=wanted, headers=headers)
    assert made.status_code == httpx.codes.CREATED, made.text
    endpoint_id = await house.stall.value("SELECT id FROM webhooks_endpoint LIMIT 1")
    off = await client.post(f"/api/webhooks/endpoints/{endpoint_id}/off", headers=headers)
    assert off.is_success, off.text
    provider, message_id, delivery_id = uuid7(), uuid7(), uuid7()
    now = house.stall.ctx.now()
    async with house.stall.ctx.begin() as tx:
        message = {"id": message_id, "topic": "shop.order_paid", "body": f'{{"from": "{house.canary}"}}'}
        await insert(tx, "webhooks_message", {**message, "at": now})
        delivery = {"id": delivery_id, "endpoint_id": endpoint_id, "message_id": message_id}
        await insert(tx, "webhooks_delivery", {**delivery, "state": "dead", "settled_at": now})
        url = f"https://{house.canary}.invalid/.well-known/openid-configuration"
        door = {"id": provider, "label": house.canary[:40], "discovery_url": url, "client_id": house.canary}
        await insert(tx, "sso_provider", door)
    house.things |= {
        "endpoint_id": str(endpoint_id),
        "delivery_id": str(delivery_id),
        "provider_id": str(provider),
    }
