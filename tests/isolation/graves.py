"""Things that were there and were deleted, by the routes that delete them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import httpx

from nakamise.auth.keys import token_hash
from nakamise.ids import new_token, uuid7
from tests.isolation import deals
from tests.isolation.house import House, picture
from tests.plugins.shop.stall import address_row, insert


async def bury(house: House, client: httpx.AsyncClient) -> dict[str, str]:
    """What each deleted thing was called, by path parameter."""
    slug = next(iter(house.stall.shops))
    variant_id = await house.stall.goods(slug, "a short life", 100, 1)
    product_id = await house.stall.value(f"SELECT product_id FROM shop_variant WHERE id = '{variant_id}'")
    media_id = await _uploaded(house, client, product_id)
    gone = {**await _rows(house), "product_id": str(product_id), "media_id": media_id}
    gone |= await _lines(house)
    gone |= {"coupon_id": str(await deals.coupon(house)), "sale_id": str(await deals.sale(house))}
    await _delete(house, client, "admin", f"shop/staff/products/{product_id}/pictures/{media_id}")
    await _delete(house, client, "admin", f"shop/staff/products/{product_id}")
    await _delete(house, client, "admin", f"core/roles/{gone['role_id']}")
    await _delete(house, client, "admin", f"core/invitations/{gone['invitation_id']}")
    await _delete(house, client, "admin", f"hello/greetings/{gone['greeting_id']}")
    await _delete(house, client, "admin", f"webhooks/endpoints/{gone['endpoint_id']}")
    await _delete(house, client, "admin", f"sso/providers/{gone['provider_id']}")
    await _delete(house, client, "admin", f"coupons/staff/coupons/{gone['coupon_id']}")
    await _delete(house, client, "admin", f"timesale/staff/sales/{gone['sale_id']}")
    await _delete(house, client, "buyer", f"account/addresses/{gone['address_id']}")
    await _delete(house, client, "buyer", f"account/sessions/{gone['session_id']}")
    return {**gone, "variant_id": str(variant_id)}


async def _rows(house: House) -> dict[str, str]:
    buyer = house.people["buyer"].id
    soon = datetime.now(UTC) + timedelta(hours=1)
    role_id, email = f"r_{secrets.token_hex(8)}", f"{secrets.token_hex(5)}@example.com"
    ids = {name: uuid7() for name in ("address_id", "session_id", "invitation_id", "greeting_id")}
    async with house.stall.ctx.begin() as tx:
        row = address_row(ids["address_id"], buyer, "gone")
        await insert(tx, "core_address", {**row, "is_default": False})
        session = {"id": ids["session_id"], "user_id": buyer, "token_hash": token_hash(new_token())}
        await insert(tx, "core_session", {**session, "expires_at": soon})
        await insert(tx, "core_role", {"id": role_id, "label": "gone"})
        invitation = {"id": ids["invitation_id"], "email": email, "email_key": email, "expires_at": soon}
        await insert(tx, "core_invitation", {**invitation, "token_hash": token_hash(new_token())})
        await insert(tx, "hello_greeting", {"id": ids["greeting_id"], "text": "gone"})
    return {**{name: str(one) for name, one in ids.items()}, "role_id": role_id}


async def _lines(house: House) -> dict[str, str]:
    """An endpoint with a delivery, which goes with it, and a provider."""
    ids = {name: uuid7() for name in ("endpoint_id", "delivery_id", "provider_id")}
    message_id, now = uuid7(), house.stall.ctx.now()
    url = f"https://{house.canary}.example.org"
    async with house.stall.ctx.begin() as tx:
        await insert(tx, "webhooks_endpoint", {"id": ids["endpoint_id"], "url": url, "secret": "gone"})
        await insert(tx, "webhooks_message", {"id": message_id, "topic": "gone", "body": "{}", "at": now})
        delivery = {"id": ids["delivery_id"], "endpoint_id": ids["endpoint_id"], "message_id": message_id}
        await insert(tx, "webhooks_delivery", {**delivery, "state": "dead", "settled_at": now})
        door = {"id": ids["provider_id"], "label": "gone", "discovery_url": url, "client_id": "gone"}
        await insert(tx, "sso_provider", door)
    return {name: str(one) for name, one in ids.items()}


async def _uploaded(house: House, client: httpx.AsyncClient, product_id: object) -> str:
    answer = await client.post(
        f"/api/shop/staff/products/{product_id}/pictures",
        files={"picture": ("a.png", picture("#993366"), "image/png")},
        headers=await house.sign_in("admin", is_api=True),
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    found = await house.stall.value(f"SELECT media_id FROM shop_picture WHERE product_id = '{product_id}'")
    return str(found)


async def _delete(house: House, client: httpx.AsyncClient, who: str, path: str) -> None:
    answer = await client.delete(f"/api/{path}", headers=await house.sign_in(who, is_api=True, has_mfa=True))
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
