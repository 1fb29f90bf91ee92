"""What staff type, read and save: coupons, sales, and why a former price is not shown."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from nakamise_coupons import privacy as coupons_privacy
from nakamise_timesale import privacy as sales_privacy
from tests.plugins.coupons.test_using import order, shopper
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Buyer, Stall

COUPONS = "/admin/coupons"
SALES = "/admin/timesale"


def id_of(location: str) -> str:
    return location.rpartition("/")[2].partition("?")[0]


TYPED = {"name": "=秋", "kind": "fixed", "amount": "¥1,00", "ends_at": "2030-01-31T23:59"}


@pytest.mark.req("LC-8.7.1", "LC-8.7.2", "LC-8.7.5", "LC-8.7.6")
async def test_a_coupon_from_the_form_to_its_csv(stall: Stall, office: Office) -> None:
    goods = await stall.goods("honten", "口紅", 1000, 10)
    browser = office.browser
    coupon = await from_the_form(browser)
    await unknown_ids_are_refused(office)
    buyer = await shopper(stall, goods, "AKI26")
    placed = await order(stall, buyer)
    assert placed.due == 900 + 550
    await changed_once(browser, coupon)
    number = placed.orders[0].number
    uses = (await browser.get(f"{coupon}/uses.csv")).text
    assert number in uses
    assert '"100"' in uses
    page = (await browser.get(coupon)).text
    # What it sold, and what it would take off other carts.
    assert "¥1,450" in page
    assert "計算例" in page
    copied = (await browser.get(f"{COUPONS}/new?like={id_of(coupon)}")).text
    assert 'value="冬のコピー"' in copied
    assert "AKI26" not in copied
    assert (await browser.post(f"{coupon}/code", data={"code": "AKI26", "stopped": "1"})).status_code == 303
    assert await stall.value("SELECT stopped_at IS NOT NULL FROM coupons_code")
    assert (await browser.post(f"{coupon}/off")).status_code == 303
    await a_batch(browser, coupon)
    listed = (await browser.get(f"{COUPONS}?q=aki26&state=off")).text
    assert "冬" in listed
    acts = await stall.value("SELECT array_agg(DISTINCT act) FROM core_audit WHERE act LIKE 'coupons.%'")
    assert {"coupons.created", "coupons.changed", "coupons.code_stopped", "coupons.switched_off"} <= set(acts)  # type: ignore[call-overload]
    assert (await office.browser.post(f"{coupon}/delete")).status_code == 303
    assert (await office.guest.get(COUPONS)).status_code in (303, 401, 403)
    await a_person_is_forgotten(stall, buyer, number)


async def from_the_form(browser: httpx.AsyncClient) -> str:
    """Its page's path."""
    wrong = TYPED | {"percent": "10", "amount": "¥1,00x", "ends_at": "2026-13-01T10:00"}
    refused = await browser.post(f"{COUPONS}/new", data=wrong)
    assert refused.status_code == 422
    assert 'value="=秋"' in refused.text
    assert refused.text.count('aria-invalid="true"') >= 2
    made = await browser.post(f"{COUPONS}/new", data=TYPED | {"code": "ａｋｉ 26", "total_limit": "1"})
    assert made.status_code == 303, made.text
    page = (await browser.get(made.headers["location"])).text
    assert "AKI26" in page
    # Up to the second that is displayed.
    assert "2030/01/31 23:59:59" in page
    again = await browser.post(f"{COUPONS}/new", data=TYPED | {"code": "AKI26"})
    assert again.status_code == 422
    return made.headers["location"]


async def unknown_ids_are_refused(office: Office) -> None:
    """Typed by a program, or of a product that went away while the form was open."""
    nobody = str(uuid.uuid4())
    body = {"name": "秋", "kind": "fixed", "amount": 1, "code": "NOBODY"}
    for field, value in (
        ("product_ids", [nobody]),
        ("category_ids", [nobody]),
        ("shop_ids", [nobody]),
        ("broadcast_id", nobody),
    ):
        answer = await office.api.post("/api/coupons/staff/coupons", json=body | {field: value})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), answer.text
        assert nobody in answer.text
    shown = await office.browser.post(f"{COUPONS}/new", data=TYPED | {"product_ids": nobody})
    assert shown.status_code == 422
    assert "この商品はありません" in shown.text
    sale = await office.api.post(
        "/api/timesale/staff/sales", json={"name": "夜", "broadcast_id": str(uuid.uuid4())}
    )
    assert (sale.status_code, list(sale.json()["errors"])) == (422, ["broadcast_id"])


async def changed_once(browser: httpx.AsyncClient, coupon: str) -> None:
    version = re.search(r'name="version" value="(\d+)"', (await browser.get(f"{coupon}/edit")).text)
    assert version is not None
    change = TYPED | {"name": "冬", "total_limit": "5", "version": version[1]}
    assert (await browser.post(f"{coupon}/edit", data=change)).status_code == 303
    assert (await browser.post(f"{coupon}/edit", data=change)).status_code == 409


async def a_batch(browser: httpx.AsyncClient, coupon: str) -> None:
    batch = await browser.post(f"{COUPONS}/new", data={"name": "配布", "percent": "5", "batch": "40"})
    more = batch.headers["location"]
    assert (await browser.post(f"{more}/codes", data={"count": "5"})).status_code == 303
    assert (await browser.post(f"{coupon}/codes", data={"count": "5"})).status_code == 303
    assert len((await browser.get(f"{more}/codes.csv")).text.splitlines()) == 46
    assert "page=2" in (await browser.get(more)).text


async def a_person_is_forgotten(stall: Stall, buyer: Buyer, number: str) -> None:
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
    copied = (await browser.post(f"{sale}/copy")).headers["location"]
    draft = (await office.api.get(f"/api/timesale/staff/sales/{id_of(copied.removesuffix('/edit'))}")).json()
    assert (draft["name"], draft["state"], draft["per_person"]) == ("夜のセールのコピー", "draft", 2)
    assert [(one["price"], one["quantity"], one["sold"]) for one in draft["items"]] == [(2500, 3, 0)]
    assert (draft["proofs"][0]["regular"], draft["proofs"][0]["price"]) == (3960, 2500)
    assert (await browser.post(f"{copied.removesuffix('/edit')}/delete")).status_code == 303
    assert (await browser.post(f"{sale}/stop")).status_code == 303
    assert (await browser.post(f"{sale}/items/{item_id}/remove")).status_code == 303
    assert (await browser.post(f"{sale}/delete")).status_code == 303
    assert await stall.value("SELECT archived_at IS NOT NULL FROM timesale_sale")
    await a_former_price_must_be_proven(stall, office, product["id"])


async def a_former_price_must_be_proven(stall: Stall, office: Office, product_id: object) -> None:
    """The shop's own: typed, and shown to nobody as long as it is not proven."""
    stored = (await office.api.get(f"/api/shop/staff/products/{product_id}")).json()
    stored["variants"][0] |= {"price": 3000, "compare_at": 3960}
    assert (await office.change(stored)).status_code == 200
    assert (await office.guest.get("/api/shop/products")).json()["items"][0]["compare_at"] is None
    page = (await office.browser.get(f"/admin/shop/products/{product_id}")).text
    assert "h-former" in page
    assert "2週間に満たない" in page
    async with stall.ctx.begin() as tx:
        query = (
            "INSERT INTO shop_price_log (variant_id, at, price, on_sale)"
            " SELECT id, now() - interval '60 days', 3960, true FROM shop_variant"
        )
        await tx.execute(query)
    stored = (await office.api.get(f"/api/shop/staff/products/{product_id}")).json()
    stored["variants"][0]["price"] = 2900
    assert (await office.change(stored)).status_code == 200
    assert (await office.guest.get("/api/shop/products")).json()["items"][0]["compare_at"] == 3960
    assert await stall.value("SELECT count(*) FROM shop_price_log") == 5
