"""The desk for buyers with a claim: form, checks, decision, log (取引デジタルプラットフォーム消費者保護法 5条)."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from nakamise.testing.fixtures import ClientFor
from nakamise.testing.people import sign_in
from tests.plugins.shop.orders.test_cancelling import bought
from tests.plugins.shop.stall import Stall

FORM = {"claim": "１２，０００", "reason": "返金の約束が守られません。", "is_honest": "1"}
SELLER = {"seller": "株式会社たたら", "address": "奈良県御所市1-2-3", "phone": "0745-00-0000"}


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
    assert await stall.value("SELECT count(*) FROM shop_disclosure") == 1
    assert SELLER["address"] not in (await buyer.get(at)).text

    person = await sign_in(stall.ctx, staff, ["admin"], "運営")
    clerk = await sign_in(stall.ctx, client(stall.tenant), ["shop_staff"], "店員")
    assert (await clerk.client.get("/admin/shop/disclosures")).status_code == 403
    listed = await person.client.get("/admin/shop/disclosures")
    assert number in listed.text
    one = f"/admin/shop/disclosures/{await stall.value('SELECT id FROM shop_disclosure')}"
    assert "¥12,000" in (await person.client.get(one)).text
    unchecked = await person.client.post(one, data={"decision": "disclosed", "checks": ["identity"]})
    assert unchecked.status_code == 422
    assert (await person.client.post(one, data={"decision": "refused"})).status_code == 422
    every = {"decision": "disclosed", "checks": ["identity", "claim", "honest", "heard"]}
    assert (await person.client.post(one, data=every)).status_code == 303
    late = await person.client.post(one, data=every | {"decision": "refused", "answer": "やはり"})
    assert (late.status_code, await stall.value("SELECT state FROM shop_disclosure")) == (303, "disclosed")
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
