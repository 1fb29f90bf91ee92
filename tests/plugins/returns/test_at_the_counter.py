"""What a return's buyer and staff are told and offered: where goods are sent to, and what becomes of faulty ones."""

from __future__ import annotations

import re

import msgspec
import pytest

from nakamise_returns import handling
from nakamise_returns.schemas import Decision
from nakamise_shipping.rates import service as rates
from tests.plugins.returns.counter import Bought, Counter
from tests.plugins.shipping.depot import CONFIG
from tests.plugins.shop.staff.office import open_office

NOTICE = "石川県金沢市東山4-99-9"


async def _mail(desk: Counter) -> tuple[str, str]:
    """The last one about an approval: its text and its HTML."""
    where = "FROM core_mail WHERE subject LIKE '%承認%' ORDER BY created_at DESC LIMIT 1"
    return (
        str(await desk.stall.value(f"SELECT text_body {where}")),
        str(await desk.stall.value(f"SELECT html_body {where}")),
    )


async def _page(desk: Counter, bought: Bought, request_id: object) -> str:
    browser = desk.client(desk.stall.tenant)
    browser.cookies.set("sid", await desk.stall.browser_session(bought.buyer))
    answer = await browser.get(f"/returns/{request_id}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def _state(desk: Counter, **items: str) -> None:
    async with desk.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET legal = legal || $1", items)


async def test_the_sender_of_the_parcels_is_where_goods_go_back_to(full_desk: Counter) -> None:
    desk, ctx = full_desk, full_desk.stall.ctx
    await _state(desk, address=NOTICE)
    async with ctx.begin() as tx:
        await rates.change(ctx, tx, desk.stall.shops["honten"], 0, CONFIG)
    bought = await desk.order()
    request_id = await desk.approved(bought, {1: 1})
    for text in (*await _mail(desk), await _page(desk, bought, request_id)):
        for line in ("〒104-0061", "東京都中央区銀座1-2-3 たたらビル5F", "株式会社たたら", "03-1234-5678"):
            assert line in text
        assert NOTICE not in text
    nameless = msgspec.structs.replace(CONFIG, sender=msgspec.structs.replace(CONFIG.sender, address=""))
    async with ctx.begin() as tx:
        await rates.change(ctx, tx, desk.stall.shops["honten"], 1, nameless)
    assert NOTICE in await _page(desk, bought, request_id), "a sender without an address is none"


async def test_without_a_sender_the_legal_notice_says_it_and_else_staff_must(desk: Counter) -> None:
    stall = desk.stall
    office = await open_office(stall, desk.client)
    bought = await desk.order()
    asked = (await desk.ask(bought, {1: 1})).json()["head"]["id"]
    missing = "返送先を下に書いてください。"
    assert missing in (await office.browser.get(f"/admin/returns/{asked}")).text
    await _state(desk, address="ご請求があれば遅滞なく開示します", phone="03-1111-2222")
    assert missing in (await office.browser.get(f"/admin/returns/{asked}")).text
    await _state(desk, address=NOTICE, phone="請求により開示")
    shown = (await office.browser.get(f"/admin/returns/{asked}")).text
    assert missing not in shown
    assert f"{NOTICE} / 株式会社たたら" in shown
    await handling.approve(stall.ctx, asked, Decision())
    for text in (*await _mail(desk), await _page(desk, bought, asked)):
        assert NOTICE in text
        assert "請求により" not in text
    other = await desk.ask(bought, {2: 1})
    assert NOTICE not in await _page(desk, bought, other.json()["head"]["id"]), "not before it is approved"


@pytest.mark.parametrize(
    ("reason", "condition", "restock"),
    [("changed_mind", "unused", "2"), ("defect", "damaged", "0"), ("wrong_item", "damaged", "0")],
)
async def test_faulty_goods_do_not_go_back_on_sale_by_one_click(
    desk: Counter, reason: str, condition: str, restock: str
) -> None:
    office = await open_office(desk.stall, desk.client)
    request_id = await desk.approved(await desk.order(), {1: 2}, reason=reason)
    shown = (await office.browser.get(f"/admin/returns/{request_id}")).text
    chosen = re.search(r'<select[^>]*name="condition_1".*?</select>', shown, re.DOTALL)
    assert chosen is not None
    assert re.findall(r'value="(\w+)" selected', chosen[0]) == [condition]
    box = re.search(r'<input[^>]*name="restock_1"[^>]*>', shown)
    assert box is not None
    assert f'value="{restock}"' in box[0]
