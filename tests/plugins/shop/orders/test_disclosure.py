"""The desk for buyers with a claim: form, checks, decision, log (取引デジタルプラットフォーム消費者保護法 5条)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, expect

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.people import sign_in
from nakamise_shop.disclosure.schemas import CHECKS
from nakamise_shop.privacy import export
from tests.plugins.invariants import broken
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window
from tests.plugins.shop.orders.test_cancelling import bought
from tests.plugins.shop.stall import Stall, open_stall, settle

FORM = {"claim": "１２，０００", "reason": "返金の約束が守られません。", "is_honest": "1"}
SELLER = {"seller": "株式会社たたら", "address": "奈良県御所市1-2-3", "phone": "0745-00-0000"}


@pytest.fixture(scope="module")
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> AsyncIterator[Stall]:
    """One for the module: each test has a buyer and an order of its own."""
    opened = await open_stall(make_tenant, ctx_for)
    yield opened
    await settle(opened)
    assert await broken(opened.ctx) == {}


@pytest.mark.req("BX-14")
async def test_from_the_request_to_the_decision(stall: Stall, client: ClientFor) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET legal = legal || $1::jsonb", SELLER)
    till, placed, _rouge = await bought(stall, client)
    number = placed["orders"][0]["number"]
    # What the buyer read before they ordered is kept with the order, whatever the shop writes later.
    kept = await stall.value("SELECT shop -> 'legal' ->> 'returns' FROM shop_order")
    assert kept == "未使用に限り到着後8日以内"
    buyer, stranger, staff = client(stall.tenant), client(stall.tenant), client(stall.tenant)
    buyer.cookies.set("sid", await stall.browser_session(till.buyer))
    stranger.cookies.set("sid", await stall.browser_session(await stall.buyer("他人")))
    at = f"/shop/orders/{number}/seller"
    assert (await stranger.get(at)).status_code == 404
    assert (await stranger.post(at, data=FORM)).status_code == 404
    for change, said in (({"claim": "10000"}, "1万円を超える"), ({"is_honest": ""}, "チェックしてください")):
        refused = await buyer.post(at, data=FORM | change)
        assert refused.status_code == 422
        assert said in refused.text
    # Twice at once is one request; nothing is told before it is decided.
    both = await asyncio.gather(*(buyer.post(at, data=FORM) for _ in range(2)))
    assert {answer.status_code for answer in both} == {303}
    mine = "FROM shop_disclosure WHERE user_id = $1"
    assert await stall.value(f"SELECT count(*) {mine}", till.buyer.id) == 1
    assert SELLER["address"] not in (await buyer.get(at)).text

    person = await sign_in(stall.ctx, staff, ["admin"], "運営")
    clerk = await sign_in(stall.ctx, client(stall.tenant), ["shop_staff"], "店員")
    assert (await clerk.client.get("/admin/shop/disclosures")).status_code == 403
    listed = await person.client.get("/admin/shop/disclosures")
    assert number in listed.text
    one = f"/admin/shop/disclosures/{await stall.value(f'SELECT id {mine}', till.buyer.id)}"
    assert "¥12,000" in (await person.client.get(one)).text
    unchecked = await person.client.post(one, data={"decision": "disclosed", "checks": ["identity"]})
    assert unchecked.status_code == 422
    assert (await person.client.post(one, data={"decision": "refused"})).status_code == 422
    every = {"decision": "disclosed", "checks": ["identity", "claim", "honest", "heard"]}
    assert (await person.client.post(one, data=every)).status_code == 303
    late = await person.client.post(one, data=every | {"decision": "refused", "answer": "やはり"})
    state = await stall.value(f"SELECT state {mine}", till.buyer.id)
    assert (late.status_code, state) == (303, "disclosed")
    # Told as it was then; the log says who, when and which checks.
    async with stall.ctx.begin() as tx:
        await tx.execute('UPDATE shop_shop SET legal = legal || \'{"address": "移転先"}\'::jsonb')
    shown = (await buyer.get(at)).text
    assert SELLER["address"] in shown
    assert "移転先" not in shown
    log = "SELECT detail FROM core_audit WHERE act = 'shop.disclosure_decided'"
    assert await stall.value(f"SELECT detail ->> 'decision' FROM ({log}) x") == "disclosed"
    mail = await stall.value("SELECT text_body FROM core_mail WHERE subject LIKE '%開示請求%'")
    assert at in str(mail)
    assert SELLER["address"] not in str(mail), "the data stand behind the login"
    assert (await person.client.get(one)).status_code == httpx.codes.OK


CLAIM = {"claim": 12_000, "reason": "返金の約束が守られません。", "is_honest": True}


@pytest.mark.req("BX-14")
async def test_the_same_by_the_api_and_in_the_copy_of_a_persons_data(stall: Stall, client: ClientFor) -> None:
    """Refusals name the field; once at a time and decided once; a buyer sees nothing of the desk's own."""
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET legal = legal || $1::jsonb", SELLER)
    till, placed, _rouge = await bought(stall, client)
    http, buyer = client(stall.tenant), till.buyer
    stranger = await stall.buyer("他人")
    at = f"/api/shop/orders/{placed['orders'][0]['number']}/seller"
    assert (await http.post(at, json=CLAIM, headers=stranger.headers)).status_code == 404
    small = await http.post(at, json=CLAIM | {"claim": 10_000}, headers=buyer.headers)
    assert (small.status_code, list(small.json()["errors"])) == (422, ["claim"])
    both = await asyncio.gather(*(http.post(at, json=CLAIM, headers=buyer.headers) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    made = next(answer for answer in both if answer.status_code == 201).json()
    assert (made["state"], made["told"], "checks" in made, "email" in made) == ("open", {}, False, False)
    person = await sign_in(stall.ctx, client(stall.tenant), ["admin"], "運営")
    clerk = await sign_in(stall.ctx, client(stall.tenant), ["shop_staff"], "店員")
    desk = "/api/shop/staff/disclosures"
    assert (await clerk.client.get(desk)).status_code == 403
    listed = (await person.client.get(desk)).json()["items"][0]
    assert (listed["id"], listed["is_late"]) == (made["id"], False)
    # Late counts by the tenant's day, not by that of the database.
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_disclosure SET due_on = (now() AT TIME ZONE 'Asia/Tokyo')::date - 1 WHERE user_id = $1",
            buyer.id,
        )
    assert (await person.client.get(f"{desk}/{made['id']}")).json()["is_late"] is True
    decision = {"decision": "disclosed", "checks": ["identity", "claim", "honest"]}
    few = await person.client.post(f"{desk}/{made['id']}/decision", json=decision)
    assert (few.status_code, list(few.json()["errors"])) == (422, ["checks"])
    decision["checks"] = [*decision["checks"], "heard"]
    async with stall.ctx.begin() as tx:
        kept = SELLER | {"address": "ご請求があれば遅滞なく開示します。"}
        await tx.execute("UPDATE shop_shop SET legal = legal || $1::jsonb", kept)
    nothing = await person.client.post(f"{desk}/{made['id']}/decision", json=decision)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_tell")
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET legal = legal || $1::jsonb", SELLER)
    done = await person.client.post(f"{desk}/{made['id']}/decision", json=decision)
    assert (done.status_code, done.json()["told"]["address"]) == (200, SELLER["address"])
    late = await person.client.post(f"{desk}/{made['id']}/decision", json=decision)
    assert (late.status_code, late.json()["code"]) == (409, "decided")
    (seen,) = (await http.get(at, headers=buyer.headers)).json()
    assert (seen["state"], seen["told"]["seller"]) == ("disclosed", SELLER["seller"])
    async with stall.ctx.read() as tx:
        copy = await export(stall.ctx, tx, buyer.id)
        assert await export(stall.ctx, tx, stranger.id) is None
    assert copy is not None
    assert [(one.claim, one.state, one.told["phone"]) for one in copy.disclosures] == [
        (12_000, "disclosed", SELLER["phone"])
    ]


@pytest.mark.browser
@pytest.mark.req("BX-14")
async def test_on_a_phone_and_at_the_desk(
    stall: Stall, client: ClientFor, live_server: LiveServer, browser: Browser
) -> None:
    """A buyer asks from the order's page and reads the answer; the operator checks and decides."""
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET legal = legal || $1::jsonb", SELLER)
    till, placed, _rouge = await bought(stall, client)
    number = placed["orders"][0]["number"]
    base = live_server.url(stall.tenant)
    person = await sign_in(stall.ctx, client(stall.tenant), ["admin"], "運営")
    async with window(browser, base, PHONE) as phone, window(browser, base, DESKTOP, person) as desk:
        sid = await stall.browser_session(till.buyer)
        await phone.page.context.add_cookies([{"name": "sid", "value": sid, "url": base}])
        page = phone.page
        await page.goto(f"/shop/orders/{number}/seller")
        assert await phone.faults() == []
        await page.get_by_label("債権の額").fill("１２，０００")
        await page.get_by_label("経緯・債権の内容").fill("返金の約束が守られません。")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="開示を請求する").click()
        await expect(page.get_by_text("確認中")).to_be_visible()
        assert await phone.faults() == []
        await desk.page.goto("/admin/shop/disclosures")
        assert await desk.faults() == []
        await desk.page.get_by_role("link", name=number).click()
        boxes = desk.page.get_by_role("checkbox")
        await expect(boxes).to_have_count(len(CHECKS))
        for box in await boxes.all():
            await box.check()
        await desk.page.get_by_label("販売業者の氏名・住所を開示する").check()
        assert await desk.faults() == []
        await desk.page.locator("main form button").click()
        await desk.page.locator("dialog[open] button", has_text="決定する").click()
        await expect(desk.page.get_by_text(SELLER["address"])).to_be_visible()
        assert await desk.faults() == []
        await page.reload()
        await expect(page.get_by_text(SELLER["address"])).to_be_visible()
        assert await phone.faults() == []
