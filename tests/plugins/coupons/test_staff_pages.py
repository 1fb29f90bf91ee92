"""What staff type, read and save: coupons, sales, and why a former price is not shown."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from nakamise_coupons import privacy as coupons_privacy
from nakamise_timesale import privacy as sales_privacy
from tests.plugins.coupons.test_using import order, shopper
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Stall

COUPONS = "/admin/coupons"
SALES = "/admin/timesale"


def id_of(location: str) -> str:
    return location.rpartition("/")[2].partition("?")[0]


@pytest.mark.req("LC-8.7.1", "LC-8.7.2", "LC-8.7.5", "LC-8.7.6")
async def test_a_coupon_from_the_form_to_its_csv(stall: Stall, office: Office) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 10)
    browser = office.browser
    typed = {
        "name": "=秋",
        "kind": "fixed",
        "percent": "10",
        "amount": "¥1,00x",
        "ends_at": "2026-13-01T10:00",
    }
    refused = await browser.post(f"{COUPONS}/new", data=typed)
    assert refused.status_code == 422
    assert 'value="=秋"' in refused.text
    assert refused.text.count('aria-invalid="true"') >= 2
    typed |= {
        "percent": "",
        "amount": "¥1,00",
        "starts_at": "2026-01-01T00:00",
        "ends_at": "2030-01-31T23:59",
    }
    made = await browser.post(f"{COUPONS}/new", data=typed | {"code": "ａｋｉ 26", "total_limit": "1"})
    assert made.status_code == 303, made.text
    coupon = made.headers["location"]
    page = (await browser.get(coupon)).text
    assert "AKI26" in page
    # Up to the second that is displayed.
    assert "2030/01/31 23:59:59" in page
    again = await browser.post(f"{COUPONS}/new", data=typed | {"code": "AKI26"})
    assert again.status_code == 422
    buyer = await shopper(stall, goods, "AKI26")
    placed = await order(stall, buyer)
    assert placed.due == 900 + 550
    version = re.search(r'name="version" value="(\d+)"', (await browser.get(f"{coupon}/edit")).text)
    assert version is not None
    change = typed | {"name": "冬", "total_limit": "5", "version": version[1]}
    assert (await browser.post(f"{coupon}/edit", data=change)).status_code == 303
    assert (await browser.post(f"{coupon}/edit", data=change)).status_code == 409
    number = placed.orders[0].number
    uses = (await browser.get(f"{coupon}/uses.csv")).text
    assert number in uses
    assert '"100"' in uses
    assert (await browser.post(f"{coupon}/code", data={"code": "AKI26", "stopped": "1"})).status_code == 303
    assert await stall.value("SELECT stopped_at IS NOT NULL FROM coupons_code")
    assert (await browser.post(f"{coupon}/off")).status_code == 303
    batch = await browser.post(f"{COUPONS}/new", data={"name": "配布", "percent": "5", "batch": "40"})
    more = batch.headers["location"]
    assert (await browser.post(f"{more}/codes", data={"count": "5"})).status_code == 303
    assert (await browser.post(f"{coupon}/codes", data={"count": "5"})).status_code == 303
    assert len((await browser.get(f"{more}/codes.csv")).text.splitlines()) == 46
    assert "page=2" in (await browser.get(more)).text
    listed = (await browser.get(f"{COUPONS}?q=aki26&state=off")).text
    assert "冬" in listed
    acts = await stall.value("SELECT array_agg(DISTINCT act) FROM core_audit WHERE act LIKE 'coupons.%'")
    assert {"coupons.created", "coupons.changed", "coupons.code_stopped", "coupons.switched_off"} <= set(acts)  # type: ignore[call-overload]
    assert (await office.browser.post(f"{coupon}/delete")).status_code == 303
    assert (await office.guest.get(COUPONS)).status_code in (303, 401, 403)
    async with stall.ctx.begin() as tx:
        copy = await coupons_privacy.export(stall.ctx, tx, buyer.id)
        assert copy is not None
        assert copy.uses[0].order_numbers == [number]
        assert await coupons_privacy.erase(stall.ctx, tx, buyer.id) == 2
        assert await coupons_privacy.export(stall.ctx, tx, buyer.id) is None
        assert await sales_privacy.export(stall.ctx, tx, buyer.id) is None


@pytest.mark.req("LC-8.8.1", "LC-8.8.2", "BX-13")
async def test_a_sale_from_the_form_and_a_former_price(stall: Stall, office: Office) -> None:
    product = await office.create()
    assert (await office.set_state(product["id"], "published")).status_code == 200
    browser = office.browser
    ends = (datetime.now(UTC) + timedelta(days=3)).astimezone(stall.tenant.zone)
    typed = {"name": "夜のセール", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}
    refused = await browser.post(f"{SALES}/new", data=typed)
    assert refused.status_code == 422
    assert "f-starts_at" in refused.text
    made = await browser.post(f"{SALES}/new", data={"name": "夜のセール", "per_person": "2"})
    sale = made.headers["location"]
    empty = await browser.post(f"{sale}/start")
    assert empty.status_code == 303
    assert await stall.value("SELECT starts_at IS NULL FROM timesale_sale")
    for item in ({"price": "4000"}, {"price": "1000", "percent": "10"}, {"percent": "100"}):
        bad = await browser.post(f"{sale}/items", data={"product_id": product["id"], **item})
        assert bad.status_code == 422, item
    gone = await browser.post(f"{sale}/items", data={"product_id": str(uuid.uuid4()), "price": "1"})
    assert gone.status_code == 422
    good = {"product_id": product["id"], "price": "2,980", "quantity": "3"}
    assert (await browser.post(f"{sale}/items", data=good)).status_code == 303
    assert (await browser.post(f"{sale}/items", data=good)).status_code == 422
    assert (await browser.post(f"{sale}/start")).status_code == 303
    item_id = await stall.value("SELECT id FROM timesale_item")
    assert (await browser.post(f"{sale}/items/{item_id}", data=good | {"price": "2500"})).status_code == 303
    card = (await office.guest.get(f"/api/shop/products/{product['slug']}")).json()["variants"][0]
    # Published a moment ago: the sale price alone, and the shop is told why.
    assert (card["price"], card["compare_at"], card["offer"]["list_price"]) == (2500, None, 3960)
    assert "n-badge--warn" in (await browser.get(sale)).text
    assert (await browser.post(f"{sale}/stop")).status_code == 303
    assert (await browser.post(f"{sale}/items/{item_id}/remove")).status_code == 303
    assert (await browser.post(f"{sale}/delete")).status_code == 303
    assert await stall.value("SELECT archived_at IS NOT NULL FROM timesale_sale")
    # The shop's own former price: typed, and shown to nobody as long as it is not proven.
    stored = (await office.api.get(f"/api/shop/staff/products/{product['id']}")).json()
    stored["variants"][0] |= {"price": 3000, "compare_at": 3960}
    assert (await office.change(stored)).status_code == 200
    assert (await office.guest.get("/api/shop/products")).json()["items"][0]["compare_at"] is None
    page = (await browser.get(f"/admin/shop/products/{product['id']}")).text
    assert "h-former" in page
    assert "2週間に満たない" in page
    async with stall.ctx.begin() as tx:
        query = (
            "INSERT INTO shop_price_log (variant_id, at, price, on_sale)"
            " SELECT id, now() - interval '60 days', 3960, true FROM shop_variant"
        )
        await tx.execute(query)
    stored = (await office.api.get(f"/api/shop/staff/products/{product['id']}")).json()
    stored["variants"][0]["price"] = 2900
    assert (await office.change(stored)).status_code == 200
    assert (await office.guest.get("/api/shop/products")).json()["items"][0]["compare_at"] == 3960
    assert await stall.value("SELECT count(*) FROM shop_price_log") == 5
