"""A tenant with one of everything in it, each thing marked with a word that no other tenant may ever show."""

from __future__ import annotations

import io
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from PIL import Image

from nakamise.auth.keys import token_hash
from nakamise.auth.roles import give_role
from nakamise.ids import new_token, uuid7
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from tests.isolation import deals
from tests.plugins.shop.stall import LEGAL, Buyer, Stall, Till, insert

PLUGINS: Final = (
    "shop",
    "payments_sandbox",
    "hello",
    "agency",
    "webhooks",
    "sso",
    "livestream",
    "social",
    "tax_invoice",
    "shipping",
    *deals.PLUGINS,
)
ROLES: Final = {
    "buyer": "",
    "neighbour": "",
    "suspended": "",
    "staff": "shop_staff",
    "broadcaster": "broadcaster",
    "admin": "admin",
    "clerk": "",
}
# What the tenant's own role carries, which the clerk has.
CLERK_MAY: Final = ("core.admin", "shop.orders.read")
HOUR: Final = timedelta(hours=1)
# What is found in the database for a path parameter once the house is furnished.
_THINGS: Final = {
    "product_id": "SELECT id FROM shop_product",
    "products/slug": "SELECT slug FROM shop_product",
    "variant_id": "SELECT id FROM shop_variant",
    "category_id": "SELECT id FROM shop_category",
    "import_id": "SELECT id FROM shop_import",
    "shop_id": "SELECT id FROM shop_shop",
    "shops/slug": "SELECT slug FROM shop_shop",
    "order_id": "SELECT id FROM shop_order WHERE state = 'paid'",
    "order_ids": "SELECT id FROM shop_order WHERE state = 'paid'",
    "number": "SELECT number FROM shop_order WHERE state = 'paid'",
    "purchase_id": "SELECT id FROM shop_purchase WHERE state = 'pending'",
    "done/purchase_id": "SELECT id FROM shop_purchase WHERE state = 'paid'",
    "payment_id": "SELECT id FROM payments_op WHERE state = 'succeeded'",
    "reference": "SELECT reference FROM payments_sandbox_charge WHERE state = 'requires_action'",
    "shipment_id": "SELECT id FROM shop_shipment",
    "media_id": "SELECT media_id FROM shop_picture",
    "key": "SELECT min(value) FROM core_media, jsonb_each_text(keys)",
    "mail_id": "SELECT id FROM core_mail ORDER BY created_at",
    "pages/slug": "SELECT slug FROM core_page",
    "legal/slug": "SELECT slug FROM core_page",
    "invitation_id": "SELECT id FROM core_invitation WHERE withdrawn_at IS NULL",
    "role_id": "SELECT id FROM core_role WHERE NOT is_preset",
    "user_id": "SELECT id FROM core_user WHERE display_name LIKE '%neighbour'",
    "users": "SELECT id FROM core_user WHERE display_name LIKE '%neighbour'",
    "file_id": "SELECT id FROM shipping_file",
    "tracking/import_id": "SELECT id FROM shipping_import",
    "merge_id": "SELECT id FROM shipping_merge",
    "disclosure_id": "SELECT id FROM shop_disclosure",
    "document_id": "SELECT id FROM tax_invoice_document ORDER BY created_at",
    "greeting_id": "SELECT id FROM hello_greeting WHERE text LIKE 'canary%'",
    **deals.THINGS,
}


@dataclass
class House:
    """``things`` maps path parameters to what stands for them here: see ``table.fill``."""

    stall: Stall
    canary: str
    people: dict[str, Buyer] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> uuid.UUID:
        return self.stall.tenant.id

    @property
    def schema(self) -> str:
        return self.stall.tenant.schema

    @property
    def site_id(self) -> uuid.UUID:
        """The tenant that the agency of this house looks after."""
        return uuid.UUID(self.things["tenant_id"])

    async def hire(self, name: str, role: str) -> None:
        """Somebody with a role, or with none."""
        person = self.people[name] = await self.stall.buyer(f"{self.canary} {name}")
        if role:
            async with self.stall.ctx.begin() as tx:
                await give_role(tx, person.id, role)

    async def sign_in(
        self,
        name: str,
        *,
        is_api: bool,
        lifetime: timedelta = HOUR,
        has_mfa: bool = False,
        impersonator: str = "",
    ) -> Mapping[str, str]:
        """Headers of a session of its own, because some requests end the sessions that they meet."""
        person, session_id, token = self.people[name], uuid7(), new_token()
        expires_at = datetime.now(UTC) + lifetime
        row: dict[str, object] = {
            "id": session_id,
            "user_id": person.id,
            "token_hash": None if is_api else token_hash(token),
            "expires_at": expires_at,
            "mfa_at": datetime.now(UTC) if has_mfa else None,
            "impersonator": impersonator,
        }
        async with self.stall.ctx.begin() as tx:
            await insert(tx, "core_session", row)
        if not is_api:
            return {"Cookie": f"sid={token}"}
        runtime, issued_at = self.stall.ctx.runtime, min(expires_at - HOUR, datetime.now(UTC))
        issued = runtime.auth.tokens.issue(self.stall.tenant.id, person.id, session_id, issued_at)
        return {"Authorization": f"Bearer {issued}"}


async def furnish(make_tenant: MakeTenant, ctx_for: CtxFor, client_for: ClientFor, drain: Drain) -> House:
    tenant = await make_tenant(plugins=PLUGINS)
    house = House(Stall(tenant, ctx_for(tenant), ctx_for), f"canary{secrets.token_hex(8)}")
    variant_id = await _goods(house)
    await _people(house)
    await _texts(house)
    await _team(house)
    client = client_for(tenant)
    await _picture(house, client)
    buyer = house.people["buyer"]
    await _order(house, client, buyer, variant_id, "tok_success")
    await _order(house, client, buyer, variant_id, "tok_3ds")
    await _ship(house, client)
    await drain(tenant)
    await _claim(house)
    await deals.strike(house, client)
    await _find_things(house)
    return house


async def _goods(house: House) -> uuid.UUID:
    slug, prefix = f"s-{secrets.token_hex(5)}", "".join(secrets.choice("ABCDEFGH") for _ in range(4))
    legal = {**LEGAL, "seller": house.canary}
    await house.stall.shop(slug, prefix, name=f"{house.canary}の店", legal=legal)
    return await house.stall.goods(slug, f"{house.canary}の品", 1200, 50)


async def _people(house: House) -> None:
    for name, role in ROLES.items():
        await house.hire(name, role)
    async with house.stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE core_user SET state = 'suspended' WHERE id = $1", house.people["suspended"].id
        )


async def _texts(house: House) -> None:
    page: dict[str, object] = {
        "slug": f"p-{secrets.token_hex(5)}",
        "locale": "ja",
        "title": house.canary,
        "body": house.canary,
    }
    async with house.stall.ctx.begin() as tx:
        await insert(tx, "core_page", page)
        category: dict[str, object] = {"id": uuid7(), "slug": page["slug"], "name": house.canary}
        await insert(tx, "shop_category", category)
        content = f"SKU,price\n{house.canary},1\n".encode()
        upload: dict[str, object] = {
            "id": uuid7(),
            "actor_id": uuid7(),
            "name": house.canary,
            "content": content,
        }
        await insert(tx, "shop_import", upload)
        day = datetime.now(UTC).date()
        written = {
            "id": uuid7(),
            "name": house.canary,
            "layout": "yamato_b2",
            "slip_count": 1,
            "ship_day": day,
        }
        await insert(tx, "shipping_file", written)
        read = {"id": uuid7(), "name": house.canary, "carrier": "yamato", "sha256": secrets.token_bytes(32)}
        await insert(tx, "shipping_import", read)
        [shop_id] = house.stall.shops.values()
        await insert(tx, "shipping_merge", {"id": uuid7(), "shop_id": shop_id})
        await insert(tx, "hello_greeting", {"id": uuid7(), "text": house.canary})


async def _team(house: House) -> None:
    """A role of this tenant's own and an invitation; the link's token is no secret here."""
    role_id, invitation_id, token = f"r_{secrets.token_hex(8)}", uuid7(), new_token()
    invitation: dict[str, object] = {
        "id": invitation_id,
        "email": f"{house.canary}@example.com",
        "email_key": f"{house.canary}@example.com",
        "token_hash": token_hash(token),
        "expires_at": datetime.now(UTC) + timedelta(days=1),
    }
    async with house.stall.ctx.begin() as tx:
        await insert(tx, "core_role", {"id": role_id, "label": house.canary})
        for permission in CLERK_MAY:
            await insert(tx, "core_role_permission", {"role_id": role_id, "permission": permission})
        await give_role(tx, house.people["clerk"].id, role_id)
        await insert(tx, "core_invitation", invitation)
        await insert(tx, "core_invitation_role", {"invitation_id": invitation_id, "role_id": role_id})
    house.things["token"] = token


def picture(color: str = "#336699") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (300, 300), color).save(data, "PNG")
    return data.getvalue()


async def _picture(house: House, client: httpx.AsyncClient) -> None:
    product_id = await house.stall.value(_THINGS["product_id"])
    answer = await client.post(
        f"/api/shop/staff/products/{product_id}/pictures",
        files={"picture": ("a.png", picture(), "image/png")},
        headers=house.people["staff"].headers,
    )
    assert answer.status_code == 201, answer.text


async def _order(
    house: House, client: httpx.AsyncClient, buyer: Buyer, variant_id: uuid.UUID, card: str
) -> None:
    await house.stall.fill_cart(buyer, [(variant_id, 1)])
    till = Till(client, buyer)
    placed = await till.place()
    assert placed.status_code == 201, placed.text
    paid = await till.pay(placed.json()["purchase_id"], card)
    assert paid.status_code == 200, paid.text


async def _claim(house: House) -> None:
    """A buyer who asks who the seller is."""
    async with house.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_disclosure (id, order_id, shop_id, user_id, claim, reason, due_on)"
            " SELECT $1, id, shop_id, buyer_id, 12000, $2, now()::date + 14 FROM shop_order WHERE state = 'paid' LIMIT 1",
            *(uuid7(), f"{house.canary}の件"),
        )


async def _ship(house: House, client: httpx.AsyncClient) -> None:
    order_id = await house.stall.value(_THINGS["order_id"])
    headers = house.people["staff"].headers
    base = f"/api/shop/staff/orders/{order_id}"
    started = await client.post(f"{base}/start", json={"lines": [1]}, headers=headers)
    assert started.status_code == 200, started.text
    parcel = {"lines": [1], "carrier": "other", "tracking_number": "PARCEL123"}
    shipped = await client.post(f"{base}/shipments", json=parcel, headers=headers)
    assert shipped.status_code == 201, shipped.text


async def _find_things(house: House) -> None:
    for name, query in _THINGS.items():
        found = await house.stall.value(f"{query} LIMIT 1")
        assert found is not None, name
        house.things[name] = str(found)
    buyer = house.people["buyer"]
    assert buyer.actor.session_id is not None
    house.things |= {"address_id": str(buyer.address_id), "session_id": str(buyer.actor.session_id)}
