"""Orders of which nothing is sent have no slip."""

from __future__ import annotations

from tests.plugins.shop.staff.office import PAGES, Office

SAID = "発送するものがないため、納品書はありません"


async def test_an_order_of_which_nothing_is_sent_has_no_slip(office: Office) -> None:
    lip = await office.stall.goods("honten", "口紅", 1980, 9)
    gone, left = [(await office.order([(lip, 1)])).orders[0] for _ in range(2)]
    one = f"{PAGES}/orders/{gone.id}/slip"
    assert (await office.browser.get(one)).status_code == 200
    answer = await office.api.post(f"/api/shop/staff/orders/{gone.id}/cancel", json={"reason": "品切れ"})
    assert answer.status_code == 200, answer.text
    refused = await office.browser.get(one)
    assert (refused.status_code, refused.headers["location"]) == (303, f"{PAGES}/orders/{gone.id}")
    assert SAID in (await office.browser.get(f"{PAGES}/orders/{gone.id}")).text
    both = await office.browser.get(f"{PAGES}/orders/slips", params={"orders": [str(gone.id), str(left.id)]})
    assert both.text.count('class="staff-slip"') == 1
    assert f"{SAID}: {gone.number}" in both.text
    alone = await office.browser.get(f"{PAGES}/orders/slips", params={"orders": [str(gone.id)]})
    assert (alone.status_code, alone.headers["location"]) == (303, f"{PAGES}/orders")
