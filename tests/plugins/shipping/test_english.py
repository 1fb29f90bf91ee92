"""Wrapping and noshi have names for who reads English: buyers read them, packers and papers keep the shop's own."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from nakamise.errors import Invalid
from nakamise.testing.fixtures import Drain
from nakamise_shipping.domain.config import Gifts, ShopShipping, Wrapping, check
from nakamise_shipping.rates.form import read_config, typed_of
from tests.plugins.shipping.depot import API, CONFIG, Depot
from tests.plugins.shop.stall import Buyer, Till

GIFTS = Gifts(
    wrappings=(
        Wrapping(code="paper", label="花紙の包装", label_en="Floral paper", price=330),
        Wrapping(code="box", label="木箱", price=800),
    ),
    noshi=("御礼", "寿", "祝古希"),
    noshi_en={"御礼": "With many thanks"},
    noshi_price=110,
    with_card=True,
)
ENGLISH = msgspec.structs.replace(CONFIG, gifts=GIFTS)
WISHED = {"wrapping": "paper", "noshi": "御礼", "noshi_name": "山田", "card": "Enjoy"}


def english(depot: Depot, buyer: Buyer) -> Till:
    client = depot.client_for(depot.stall.tenant)
    client.headers["Accept-Language"] = "en"
    return Till(client, buyer)


async def read(depot: Depot, path: str, locale: str, buyer: Buyer | None = None) -> str:
    """As staff, or as a buyer."""
    browser = await depot.office.browser_of(buyer) if buyer else depot.office.browser
    answer = await browser.get(path, headers={"Accept-Language": locale})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.req("CL-20", "LC-8.6.3")
async def test_buyers_read_english_and_packers_the_shops_words(depot: Depot, drain: Drain) -> None:
    await depot.set(ENGLISH)
    described = await depot.staff.get("/api/openapi.json")
    assert (described.status_code, '"noshi_en"' in described.text) == (200, True)
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer = await depot.stall.buyer("花子")
    await depot.stall.fill_cart(buyer, [(rouge, 1)])
    await what_is_offered(depot, buyer)
    assert (await depot.wish(buyer, **WISHED)).status_code == 200
    till = english(depot, buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    order = await depot.view(placed["orders"][0]["id"])
    labels = [one.label for one in order.quote.shipping.extras]
    assert labels == ["Floral paper", "Noshi 御礼 (With many thanks)"]
    await drain(depot.stall.tenant)
    mail = str(await depot.stall.value("SELECT text_body FROM core_mail WHERE text_body LIKE '%of which%'"))
    assert ("of which Floral paper" in mail, "花紙" in mail) == (True, False)
    mine = facts(await read(depot, f"/shop/orders/{order.number}", "en", buyer))
    assert ("Floral paper" in mine, "御礼 (With many thanks)" in mine, "花紙" in mine) == (True, True, False)
    assert "花紙の包装" in facts(await read(depot, f"/shop/orders/{order.number}", "ja", buyer))
    # Who packs looks for what is written on the shelf, and carriers print Japanese.
    for path in (f"/admin/shop/orders/{order.id}", f"/admin/shop/orders/{order.id}/slip"):
        assert "花紙の包装 (Floral paper)" in await read(depot, path, "en"), path
        page = await read(depot, path, "ja")
        assert ("花紙の包装" in page, "花紙の包装 (" in page) == (True, False), path
    body = {"order_ids": [str(order.id)], "ship_day": depot.today().isoformat()}
    file = (await depot.staff.post(f"{API}/slips", json=body)).json()
    data = (await depot.staff.get(f"{API}/files/{file['id']}/csv")).content
    heads, first = list(csv.reader(io.StringIO(data.decode("cp932"))))
    assert dict(zip(heads, first, strict=True))["記事"] == "花紙の包装 のし:御礼 山田 カード有"


def facts(page: str) -> str:
    """The section of an order's page that tells the wishes."""
    return page[page.index('id="ship-wish"') :].partition("</section>")[0]


async def what_is_offered(depot: Depot, buyer: Buyer) -> None:
    """By the API and on the confirmation page; usual words on a noshi need nobody to say them."""
    confirm = f"/shop/checkout/confirm?address={buyer.address_id}"
    path = f"{API}/wishes/{depot.stall.shops['honten']}"
    for locale, wrappings, said in (
        ("ja", ["花紙の包装", "木箱"], {}),
        ("en", ["Floral paper", "木箱"], {"御礼": "With many thanks", "寿": "Wedding"}),
    ):
        headers = {**buyer.headers, "Accept-Language": locale}
        answer = await depot.client_for(depot.stall.tenant).get(
            path, params={"address_id": str(buyer.address_id)}, headers=headers
        )
        gifts = answer.json()["gifts"]
        assert [one["label"] for one in gifts["wrappings"]] == wrappings
        assert (gifts["noshi"], gifts["noshi_en"]) == (["御礼", "寿", "祝古希"], said)
        page = await read(depot, confirm, locale, buyer)
        assert (wrappings[0] in page, "御礼 (With many thanks)" in page) == (True, locale == "en")
        assert ("花紙" in page) is (locale == "ja")


@pytest.mark.req("CL-18", "CL-20")
async def test_a_change_by_staff_keeps_both_names(depot: Depot) -> None:
    """What the shop offers no more keeps both of its names."""
    await depot.set(ENGLISH)
    rouge = await depot.stall.goods("honten", "口紅", 2480, 9)
    buyer = await depot.stall.buyer("花子")
    await depot.stall.fill_cart(buyer, [(rouge, 1)])
    assert (await depot.wish(buyer, **WISHED)).status_code == 200
    placed = (await english(depot, buyer).place()).json()
    order_id = placed["orders"][0]["id"]
    bare = Gifts(wrappings=(Wrapping(code="box", label="木箱", label_en="Wooden box"),), with_card=True)
    await depot.set(msgspec.structs.replace(CONFIG, gifts=bare))
    path, change = f"{API}/orders/{order_id}", WISHED | {"hours": "0812"}
    kept = (await depot.staff.put(path, json=change | {"version": 1})).json()
    assert (kept["wrapping_label"], kept["wrapping_label_en"]) == ("花紙の包装", "Floral paper")
    assert kept["noshi_en"] == "With many thanks"
    page = facts(await read(depot, f"/shop/orders/{placed['orders'][0]['number']}", "en", buyer))
    assert ("Floral paper" in page, "With many thanks" in page, "花紙" in page) == (True, True, False)
    kept = (await depot.staff.put(path, json={"version": 2, "wrapping": "box"})).json()
    assert (kept["wrapping_label_en"], kept["noshi"], kept["noshi_en"]) == ("Wooden box", "", "")
    assert "花紙の包装 のし:御礼 山田" in await read(depot, f"/admin/shop/orders/{order_id}", "en"), (
        "as it was"
    )


def test_what_is_typed_is_what_is_kept() -> None:
    typed = typed_of(ENGLISH)
    assert typed["wrappings"] == "花紙の包装 330 | Floral paper\n木箱 800"
    assert typed["noshi"] == "御礼 | With many thanks\n寿\n祝古希"
    raw = {name: value if isinstance(value, list) else [str(value)] for name, value in typed.items()}
    again = read_config(raw).gifts
    assert [(one.label, one.label_en, one.price) for one in again.wrappings] == [
        ("花紙の包装", "Floral paper", 330),
        ("木箱", "", 800),
    ]
    assert (again.noshi, again.noshi_en) == (GIFTS.noshi, GIFTS.noshi_en)
    # What has a bar in its name, or figures, stays what it was.
    odd = read_config(raw | {"wrappings": ["箱|大 2 段 ¥1,200円"]}).gifts.wrappings[0]
    assert (odd.label, odd.label_en, odd.price) == ("箱|大 2 段", "", 1200)
    with pytest.raises(Invalid) as refused:
        read_config(raw | {"wrappings": ["包装紙 | Paper"], "noshi": ["| Thank you"]})
    assert set(refused.value.fields) == {"wrappings", "noshi"}
    with pytest.raises(Invalid):
        check(ShopShipping(zones=CONFIG.zones, gifts=Gifts(noshi=("寿",), noshi_en={"御礼": "Thanks"})))


@pytest.mark.req("CL-20", "LC-8.6.3")
def test_blanks_are_no_name() -> None:
    typed = {"code": "paper", "label": "包装紙", "label_en": " \u3000"}
    assert msgspec.convert(typed, Wrapping).label_in("en") == "包装紙"
