"""A shop is made, applied for, approved or rejected, suspended and opened again: the site decides, not the shop."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from nakamise.contracts.catalog import Catalog
from nakamise.plugin import TenantCtx
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.shop.staff.office import API, PAGES, Office, grant, open_office
from tests.plugins.shop.staff.test_shops import FULL
from tests.plugins.shop.stall import Buyer, Stall, Till, open_stall

SHOPS = f"{API}/shops"
NAMED = "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)"
# As the version before migration 0017 writes a state.
BEFORE = "UPDATE shop_shop SET state = $2, updated_at = now(), version = version + 1 WHERE id = $1"
WHY = "表示された住所を確認できません。"


@dataclass
class Mall:
    """``owner`` decides; ``seller`` works for honten alone. Both are clients of the API."""

    office: Office
    boss: Buyer
    owner: httpx.AsyncClient
    keeper: Buyer
    seller: httpx.AsyncClient

    @property
    def stall(self) -> Stall:
        return self.office.stall

    async def made(self, who: httpx.AsyncClient, slug: str, **fields: Any) -> dict[str, Any]:
        answer = await who.post(SHOPS, json={"name": f"{slug}の店", "slug": slug, **fields})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def set(self, shop: object, state: str, reason: str = "") -> httpx.Response:
        return await self.owner.put(f"{SHOPS}/{shop}/state", json={"state": state, "reason": reason})

    async def mails(self, to: Buyer) -> list[tuple[str, str]]:
        async with self.stall.ctx.read() as tx:
            rows = await tx.connection.fetch(
                "SELECT subject, text_body FROM core_mail WHERE recipient = $1 ORDER BY created_at, id",
                to.email,
            )
        return [(row["subject"], row["text_body"]) for row in rows]

    async def acts(self, shop: object) -> list[str]:
        async with self.stall.ctx.read() as tx:
            found = await tx.values(
                "SELECT act FROM core_audit WHERE subject = $1 ORDER BY at, id", str(shop)
            )
        return [act.removeprefix("shop.shop.") for act in found]


@pytest.fixture
async def mall(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> Mall:
    office = await open_office(await open_stall(make_tenant, ctx_for), client)
    stall, clients, people = office.stall, [], []
    for name, role in (("店主", "admin"), ("本店の店員", "shop_staff")):
        person = await stall.buyer(name)
        await grant(stall, person, role)
        made = client(stall.tenant)
        made.headers.update(person.headers)
        clients.append(made)
        people.append(person)
    async with stall.ctx.begin() as tx:
        await tx.execute(NAMED, people[1].id, stall.shops["honten"])
    return Mall(office, people[0], clients[0], people[1], clients[1])


@pytest.mark.req("LC-9.5.1", "LC-8.1.2")
async def test_an_application_is_rejected_changed_and_approved(mall: Mall) -> None:
    """By somebody of a shop, who may say everything about it but not that it opens."""
    made = await mall.made(mall.seller, "hanare", legal={"seller": "離れ商店"})
    shop, at = made["id"], f"{SHOPS}/{made['id']}"
    assert (made["state"], made["order_number_prefix"], made["legal"]) == (
        "pending",
        "HANA",
        {"seller": "離れ商店"},
    )
    incomplete = await mall.seller.post(f"{at}/application")
    assert (incomplete.status_code, incomplete.json()["code"]) == (409, "legal_incomplete")
    fields = {name: made[name] for name in ("version", "name")}
    assert (await mall.seller.put(at, json={**fields, "legal": FULL})).status_code == 200
    assert (await mall.seller.post(f"{at}/application")).json()["state"] == "applied"
    assert [subject for subject, _ in await mall.mails(mall.boss)] == [
        "ショップの申請が届きました: hanareの店"
    ]

    # Nobody approves their own: not by their role, and not by a role of the site that lets them.
    for state in ("open", "suspended", "rejected", "closed"):
        own = await mall.seller.put(f"{at}/state", json={"state": state, "reason": "x"})
        assert own.status_code == 403, state
    async with mall.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_role_permission (role_id, permission, is_granted)"
            " VALUES ('shop_staff', 'shop.shops.decide', true)"
            " ON CONFLICT (role_id, permission) DO UPDATE SET is_granted = true"
        )
    scoped = await mall.seller.put(f"{at}/state", json={"state": "open"})
    assert scoped.status_code == 403, scoped.text

    assert (await mall.set(shop, "rejected")).json()["errors"] == {"reason": "理由を入力してください。"}
    assert (await mall.set(shop, "rejected", WHY)).json()["state_reason"] == WHY
    subject, text = (await mall.mails(mall.keeper))[-1]
    assert subject == "ショップ「hanareの店」の審査結果"
    assert WHY in text
    # What was rejected opens only after it was applied for again.
    assert (await mall.set(shop, "open")).json()["code"] == "wrong_state"
    again = (await mall.seller.post(f"{at}/application")).json()
    assert (again["state"], again["state_reason"]) == ("applied", "")
    assert (await mall.set(shop, "open")).json()["state"] == "open"
    assert (await mall.mails(mall.keeper))[-1][0] == "ショップ「hanareの店」を承認しました"
    assert await mall.acts(shop) == ["created", "changed", "applied", "rejected", "applied", "open"]
    assert (await mall.office.guest.get("/shop/shops/hanare")).status_code == 200
    await _who_left_reads_nothing(mall, shop)


async def _who_left_reads_nothing(mall: Mall, shop: str) -> None:
    """Who applied once but works for the shop no more; then somebody named there who is no staff any more."""
    before = await mall.mails(mall.keeper)
    async with mall.stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM shop_people WHERE shop_id = $1", uuid.UUID(shop))
    assert (await mall.set(shop, "suspended", WHY)).json()["state"] == "suspended"
    assert await mall.mails(mall.keeper) == before
    async with mall.stall.ctx.begin() as tx:
        await tx.execute(NAMED, mall.keeper.id, uuid.UUID(shop))
    assert (await mall.set(shop, "open")).json()["state"] == "open"
    told = await mall.mails(mall.keeper)
    assert len(told) == len(before) + 1
    async with mall.stall.ctx.begin() as tx:
        await tx.execute("DELETE FROM core_user_role WHERE user_id = $1", mall.keeper.id)
    assert (await mall.set(shop, "suspended", WHY)).json()["state"] == "suspended"
    assert await mall.mails(mall.keeper) == told


@pytest.mark.req("LC-9.5.1")
async def test_a_suspended_shop_is_found_nowhere_and_its_orders_go_on(mall: Mall) -> None:
    stall, guest = mall.stall, mall.office.guest
    honten = stall.shops["honten"]
    rouge = await stall.goods("honten", "絹の口紅", 2480, 9)
    product = str(await stall.value("SELECT product_id FROM shop_variant WHERE id = $1", rouge))
    slug = str(await stall.value("SELECT slug FROM shop_product WHERE id = $1", uuid.UUID(product)))
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_product SET search_text = '口紅' WHERE slug = $1", slug)
    placed = await mall.office.order([(rouge, 1)])
    full = {"version": 1, "name": "本店", "legal": FULL}
    assert (await mall.owner.put(f"{SHOPS}/{honten}", json=full)).status_code == 200
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(rouge, 1)])
    till = Till(guest, buyer)
    seen = (await till.confirmation())["fingerprint"]

    async def places() -> list[bool]:
        """Where buyers meet the product or its shop."""
        return [
            "絹の口紅" in (await guest.get("/")).text,
            "絹の口紅" in (await guest.get("/shop/products")).text,
            slug in (await guest.get("/api/shop/products", params={"q": "口紅"})).text,
            (await guest.get(f"/shop/products/{slug}")).status_code == 200,
            (await guest.get(f"/api/shop/products/{slug}")).status_code == 200,
            (await guest.get("/shop/shops/honten")).status_code == 200,
            "honten" in (await guest.get("/shop/shops")).text,
            bool(await _on_a_shelf(stall.ctx, product)),
        ]

    assert all(await places())
    assert (await mall.set(honten, "suspended", WHY)).json()["state"] == "suspended"
    assert not any(await places())
    # In the cart it says why, and the checkout refuses, also what was confirmed before.
    cart = (await guest.get("/api/shop/cart", headers=buyer.headers)).json()
    assert cart["groups"][0]["lines"][0]["shop_is_open"] is False
    browser = await mall.office.browser_of(buyer)
    assert "このショップは現在、注文を受け付けていません" in (await browser.get("/shop/cart")).text
    late = await till.place(fingerprint=seen)
    assert (late.status_code, late.json()["code"]) == (409, "shop_closed")
    assert "本店は現在、注文を受け付けていません" in late.json()["detail"]
    assert await stall.value("SELECT count(*) FROM shop_purchase") == 1
    # The order that was there is worked on, by the shop's own people.
    order = f"{API}/orders/{placed.orders[0].id}"
    parcel = {"lines": [1], "carrier": "yamato", "tracking_number": "123456789013"}
    assert (await mall.seller.post(f"{order}/start", json={"lines": [1]})).status_code < 300
    assert (await mall.seller.post(f"{order}/shipments", json=parcel)).status_code < 300
    # They may mend the data, and see why; the mail says it too.
    assert WHY in (await mall.mails(mall.keeper))[-1][1]
    shown = (await mall.seller.get(f"{SHOPS}/{honten}")).json()
    assert shown["state_reason"] == WHY
    assert (await mall.set(honten, "open")).json()["state_reason"] == ""
    assert all(await places())
    assert await mall.acts(honten) == ["changed", "suspended", "open"]
    assert (await till.place()).status_code == 201


async def _on_a_shelf(ctx: TenantCtx, product: str) -> object:
    """As a live broadcast looks for what it shows."""
    async with ctx.read() as tx:
        return await ctx.service(Catalog).products(tx, [uuid.UUID(product)])


@pytest.mark.req("LC-9.5.1")
async def test_rules_of_states_hold_below_the_pages(mall: Mall) -> None:
    """Two who decide at once, what no step allows, names that are taken, and who made too many."""
    honten = mall.stall.shops["honten"]
    hanare = (await mall.made(mall.owner, "hanare", legal=FULL, order_number_prefix="HN"))["id"]
    assert (await mall.owner.post(f"{SHOPS}/{hanare}/application")).status_code == 200
    both = await asyncio.gather(mall.set(hanare, "open"), mall.set(hanare, "rejected", WHY))
    assert sorted(one.status_code for one in both) == [200, 409]
    for state, wrong in (("rejected", honten), ("suspended", (await mall.made(mall.owner, "new"))["id"])):
        assert (await mall.set(wrong, state, WHY)).json()["code"] == "wrong_state", state
    taken = await mall.owner.post(
        SHOPS, json={"name": "x", "slug": "Hanare", "order_number_prefix": "hn", "legal": {"sold": "x"}}
    )
    assert set(taken.json()["errors"]) == {"slug", "order_number_prefix", "legal.sold"}
    bad = await mall.owner.post(SHOPS, json={"name": " ", "slug": "離れ", "order_number_prefix": "É"})
    assert set(bad.json()["errors"]) == {"name", "slug", "order_number_prefix"}
    for n in range(3):
        await mall.made(mall.seller, f"many-{n}")
    more = await mall.seller.post(SHOPS, json={"name": "x", "slug": "many-4"})
    assert (more.status_code, more.json()["code"]) == (409, "too_many_undecided")
    assert (await mall.office.guest.post(SHOPS, json={"name": "x", "slug": "y"})).status_code == 401
    # The database keeps a reason with what was refused, and none with what waits.
    broken_ones = (
        "state = 'rejected', applied_at = now()",
        "state = 'applied', applied_at = now(), state_reason = 'x'",
        *("state = 'pending', state_reason = 'x'", "state = 'applied'", "state = 'gone'"),
    )
    for broken in broken_ones:
        with pytest.raises(asyncpg.CheckViolationError):
            async with mall.stall.ctx.begin() as tx:
                await tx.execute(f"UPDATE shop_shop SET {broken} WHERE id = $1", honten)


@pytest.mark.req("LC-9.5.1")
async def test_the_pages_from_no_shop_to_a_suspended_one(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor
) -> None:
    tenant = await make_tenant(plugins=("shop", "payments_sandbox"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    office = await open_office(stall, client)
    boss = await stall.buyer("店主")
    await grant(stall, boss, "admin")
    owner, new = await office.browser_of(boss), f"{PAGES}/shops/new"
    empty = (await owner.get(f"{PAGES}/shops")).text
    assert "最初のショップを作りましょう" in empty
    assert f'href="{new}"' in empty
    wrong = await owner.post(new, data={"name": "花の店", "slug": "花", "legal.seller": "花商店"})
    assert wrong.status_code == 422
    assert 'value="花商店"' in wrong.text
    made = await owner.post(new, data={"name": "花の店", "slug": "hana", "legal.seller": "花商店"})
    assert made.status_code == 303, made.text
    at = made.headers["location"].removesuffix("/")
    page = (await owner.get(at)).text
    assert "花商店" in page
    assert f'action="{at}/open"' in page
    clerk = (await office.browser.get(at)).text
    assert (f'action="{at}/apply"' in clerk, f"{at}/open" in clerk) == (True, False)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    form = {"version": version[1], "name": "花の店"} | {f"legal.{name}": text for name, text in FULL.items()}
    assert (await owner.post(at, data=form)).status_code == 303
    assert (await office.browser.post(f"{at}/apply")).status_code == 303
    assert "1件のショップが承認を待っています" in (await owner.get(f"{PAGES}/shops")).text
    assert f"{at}/reject" in (await owner.get(at)).text
    assert (await office.browser.post(f"{at}/open")).status_code == 403
    assert (await owner.post(f"{at}/open")).status_code == 303
    asked = (await owner.get(f"{at}/suspend")).text
    assert "表示されなくなる公開中の商品" in asked
    assert (await owner.post(f"{at}/suspend", data={"reason": " "})).status_code == 422
    assert (await owner.post(f"{at}/suspend", data={"reason": WHY})).status_code == 303
    suspended = (await owner.get(at)).text
    assert WHY in suspended
    assert "再開する" in suspended
    assert (await owner.get(f"{at}/reject")).status_code == 303, "nothing to reject"
    assert (await office.browser.get(f"{at}/suspend")).status_code == 403


async def test_the_version_before_suspends_and_opens_a_shop(mall: Mall) -> None:
    """While it is replaced it knows no reason: whoever looks sees one where there must be one, and only there."""
    shop = mall.stall.shops["honten"]

    async def before(state: str) -> tuple[str, str]:
        async with mall.stall.ctx.begin() as tx:
            await tx.execute(BEFORE, shop, state)
        found = (await mall.owner.get(f"{SHOPS}/{shop}")).json()
        return found["state"], found["state_reason"]

    assert await before("suspended") == ("suspended", "-")
    assert await before("open") == ("open", "")
    assert (await mall.set(shop, "suspended", WHY)).json()["state_reason"] == WHY
    assert await before("open") == ("open", "")
    assert (await mall.set(shop, "suspended")).status_code == 422
    assert (await mall.set(shop, "suspended", "別の理由")).json()["state_reason"] == "別の理由"
