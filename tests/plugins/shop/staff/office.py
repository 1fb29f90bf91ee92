"""The staff's desk for tests: a browser and an API client with the role ``shop_staff``, and paid orders."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from nakamise.testing.fixtures import ClientFor
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.paying import pay
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, Placed, PlaceOrder
from tests.plugins.shop.stall import Buyer, Stall

PAGES = "/admin/shop"
API = "/api/shop/staff"


@dataclass
class Office:
    """``browser`` has the staff's cookie, ``api`` the staff's bearer token, ``guest`` neither."""

    stall: Stall
    client_for: ClientFor
    staff: Buyer
    browser: httpx.AsyncClient
    api: httpx.AsyncClient
    guest: httpx.AsyncClient

    async def browser_of(self, buyer: Buyer) -> httpx.AsyncClient:
        made = self.client_for(self.stall.tenant)
        made.cookies.set("sid", await self.stall.browser_session(buyer))
        return made

    async def create(self, **fields: Any) -> dict[str, Any]:
        """A draft by the API."""
        answer = await self.api.post(f"{API}/products", json=product(**fields))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def set_state(self, product_id: object, state: str) -> httpx.Response:
        return await self.api.put(f"{API}/products/{product_id}/state", json={"state": state})

    async def change(self, stored: dict[str, Any], **fields: Any) -> httpx.Response:
        return await self.api.put(f"{API}/products/{stored['id']}", json=as_change(stored, **fields))

    async def order(
        self, goods: list[tuple[uuid.UUID, int]], *, paid: bool = True, name: str = "花子"
    ) -> Placed:
        """As a buyer of its own places it."""
        buyer = await self.stall.buyer(name)
        await self.stall.fill_cart(buyer, goods)
        ctx = self.stall.ctx_of(buyer)
        seen = await confirm_view(ctx, buyer.address_id)
        placed = await place(ctx, uuid.uuid4().hex, PlaceOrder(buyer.address_id, seen.fingerprint))
        if paid:
            await pay(ctx, placed.purchase_id, uuid.uuid4().hex, Pay("tok_success"))
        return placed

    async def count(self, query: str, *args: object) -> int:
        found = await self.stall.value(query, *args)
        assert isinstance(found, int)
        return found


async def open_office(stall: Stall, client_for: ClientFor) -> Office:
    staff = await stall.buyer("店員")
    await grant(stall, staff, "shop_staff")
    browser = client_for(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(staff))
    api = client_for(stall.tenant)
    api.headers.update(staff.headers)
    return Office(stall, client_for, staff, browser, api, client_for(stall.tenant))


async def grant(stall: Stall, user: Buyer, role: str) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute("INSERT INTO core_user_role (user_id, role_id) VALUES ($1, $2)", user.id, role)


def variant(**fields: Any) -> dict[str, Any]:
    return {"name": "01 紅", "sku": "LIP-01", "price": 3960, "on_hand": 10} | fields


def product(**fields: Any) -> dict[str, Any]:
    return {"name": "シルクルージュ", "variants": [variant()]} | fields


def as_change(stored: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What the API answered, as it is sent back."""
    names = ("name", "name_en", "description", "description_en", "category_id", "tax_class")
    kept = (*names, "per_order_limit", "options", "specs", "badges", "version")
    body = {name: stored[name] for name in kept}
    body["variants"] = [variant_of(one) for one in stored["variants"]]
    return body | fields


def variant_of(stored: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {name: value for name, value in stored.items() if name != "reserved"}
    return body | {"seen_on_hand": stored["on_hand"]} | fields


def form_of(page: str) -> dict[str, str]:
    """The product form's fields as a browser would send them."""
    form = page[page.index('id="product-form"') :]
    form = form[: form.index("</form>")]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        if 'type="checkbox"' not in tag and (name := _attribute(tag, "name")):
            fields[name] = _attribute(tag, "value")
    fields |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    return fields


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else ""
