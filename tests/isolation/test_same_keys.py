"""Two tenants whose rows have the same primary keys: nothing but the schema tells them apart (facts: attack A4)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from nakamise.auth.keys import token_hash
from nakamise.auth.roles import give_role
from nakamise.ids import new_token, uuid7
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.shop.stall import LEGAL, address_row, insert

NAMES = ("user", "session", "bearer", "address", "shop", "product", "variant", "cart")


@dataclass(frozen=True)
class Twin:
    """``ids`` are those of its twin; ``mark`` is its own."""

    tenant: Tenant
    ids: Mapping[str, uuid.UUID]
    mark: str
    cookie: str
    bearer: str


@pytest.fixture(scope="module")
async def twins(make_tenant: MakeTenant, ctx_for: CtxFor, runtime: Runtime) -> tuple[Twin, Twin]:
    ids = {name: uuid7() for name in NAMES}

    async def make(mark: str) -> Twin:
        tenant = await make_tenant(plugins=("shop", "payments_sandbox"))
        cookie = new_token()
        bearer = runtime.auth.tokens.issue(tenant.id, ids["user"], ids["bearer"], datetime.now(UTC))
        twin = Twin(tenant, ids, mark, cookie, bearer)
        await _fill(twin, ctx_for)
        return twin

    return await make("hidari"), await make("migi")


async def _fill(twin: Twin, ctx_for: CtxFor) -> None:
    async with ctx_for(twin.tenant).begin() as tx:
        for table, row in _rows(twin).items():
            await insert(tx, table, row)
        await insert(tx, "core_session", _session(twin, "bearer", None))
        await give_role(tx, twin.ids["user"], "admin")


def _rows(twin: Twin) -> dict[str, dict[str, object]]:
    """In an order that foreign keys allow."""
    ids, mark = twin.ids, twin.mark
    email = "same@buyer.example"
    now = datetime.now(UTC)
    return {
        "core_user": {
            "id": ids["user"],
            "email": email,
            "email_key": email,
            "email_verified_at": now,
            "password_hash": "!",
            "display_name": mark,
        },
        "core_session": _session(twin, "session", twin.cookie),
        "core_address": address_row(ids["address"], ids["user"], mark),
        "shop_shop": {
            "id": ids["shop"],
            "slug": "same",
            "name": f"{mark} shop",
            "state": "open",
            "legal": LEGAL,
            "order_number_prefix": "SAME",
        },
        "shop_product": {
            "id": ids["product"],
            "shop_id": ids["shop"],
            "slug": "same",
            "name": f"{mark} product",
            "tax_class": "standard",
            "state": "published",
            "published_at": now,
            "min_price": 1000,
            "max_price": 1000,
        },
        "shop_variant": {
            "id": ids["variant"],
            "product_id": ids["product"],
            "shop_id": ids["shop"],
            "sku": "SAME",
            "name": f"{mark} variant",
            "price": 1000,
        },
        "shop_stock": {"variant_id": ids["variant"], "on_hand": 10},
        "shop_cart": {"id": ids["cart"], "user_id": ids["user"]},
    }


def _session(twin: Twin, name: str, cookie: str | None) -> dict[str, object]:
    return {
        "id": twin.ids[name],
        "user_id": twin.ids["user"],
        "token_hash": token_hash(cookie) if cookie else None,
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }


PAGES = ("/shop/products/same", "/shop/products?q=product", "/shop/shops/same", "/shop/cart", "/account")
ADMIN = ("/admin/shop/products/{product}", "/admin/shop/shops/{shop}", "/account/addresses/{address}")
API = ("/api/shop/products/same", "/api/shop/staff/products/{product}", "/api/account/addresses/{address}")


@pytest.mark.parametrize("path", [*PAGES, *ADMIN, *API])
async def test_each_shows_its_own(twins: tuple[Twin, Twin], client: ClientFor, path: str) -> None:
    """Twice, so that whatever the first round may have cached is met by the second."""
    for _ in range(2):
        for twin, other in (twins, twins[::-1]):
            answer = await _get(client(twin.tenant), twin, path)
            assert answer.status_code == 200, answer.text
            assert twin.mark in answer.text
            assert other.mark not in answer.text


async def test_neither_takes_the_other_session(twins: tuple[Twin, Twin], client: ClientFor) -> None:
    """User and session have the same ids on both sides."""
    left, right = twins
    stolen = replace(left, cookie=right.cookie, bearer=right.bearer)
    page = await _get(client(left.tenant), stolen, "/account")
    api = await _get(client(left.tenant), stolen, "/api/account")
    assert (page.status_code, api.status_code) == (303, 401)


async def test_a_change_on_one_side_stays_there(twins: tuple[Twin, Twin], client: ClientFor) -> None:
    left, right = twins
    headers = {"Authorization": f"Bearer {left.bearer}"}
    changed = await client(left.tenant).patch(
        "/api/account", json={"display_name": "hidari, renamed"}, headers=headers
    )
    added = await client(left.tenant).post(
        "/api/shop/cart/lines",
        json={"variant_id": str(left.ids["variant"]), "quantity": 3},
        headers=headers,
    )
    deleted = await client(left.tenant).delete(
        f"/api/account/addresses/{left.ids['address']}", headers=headers
    )
    assert changed.is_success, changed.text
    assert added.is_success, added.text
    assert deleted.is_success, deleted.text
    account = await _get(client(right.tenant), right, "/api/account")
    assert account.json()["display_name"] == right.mark
    cart = await _get(client(right.tenant), right, "/api/shop/cart")
    assert "SAME" not in cart.text
    address = await _get(client(right.tenant), right, f"/api/account/addresses/{right.ids['address']}")
    assert right.mark in address.text


async def _get(client: httpx.AsyncClient, twin: Twin, path: str) -> httpx.Response:
    target = path.format(**twin.ids)
    if path.startswith("/api/"):
        return await client.get(target, headers={"Authorization": f"Bearer {twin.bearer}"})
    return await client.get(target, headers={"Cookie": f"sid={twin.cookie}"})
