"""A coupon has a name for who reads English, wherever a buyer meets it; without one they read the other."""

from __future__ import annotations

import re

import pytest

from nakamise.testing.fixtures import Drain
from tests.plugins.coupons.test_staff_pages import COUPONS, TYPED
from tests.plugins.coupons.test_using import make, put
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Stall, Till

BOTH = {"ja": "秋の割引", "en": "Autumn discount"}
MAILS = "SELECT array_agg(text_body) FROM core_mail WHERE text_body LIKE '%' || $1 || '%'"


@pytest.mark.req("LC-8.7.1", "LC-8.7.7", "BX-04")
@pytest.mark.parametrize("kind", ["fixed", "free_shipping"])
async def test_buyers_read_it_in_their_language(
    stall: Stall, office: Office, drain: Drain, kind: str
) -> None:
    """From the list of coupons to the mail about the order, which keeps what its buyer read."""
    goods = await stall.goods("honten", "口紅", 1000, 9)
    amount = 300 if kind == "fixed" else None
    await make(office, name_en=BOTH["en"], is_public=True, kind=kind, amount=amount)
    for locale, name in BOTH.items():
        said, other = {"Accept-Language": locale}, BOTH["en" if locale == "ja" else "ja"]
        buyer = await stall.buyer()
        browser = await office.browser_of(buyer)
        (offered,) = (await office.guest.get("/api/coupons/coupons", headers=said)).json()
        assert offered["name"] == name
        await stall.fill_cart(buyer, [(goods, 1)])
        await put(stall, buyer, "AKI")
        for path in ("/coupons", "/shop/cart", f"/shop/checkout/confirm?address={buyer.address_id}"):
            page = (await browser.get(path, headers=said)).text
            assert (name in page, other in page) == (True, False), (locale, path)
        client = office.client_for(stall.tenant)
        client.headers.update(said)
        till = Till(client, buyer)
        placed = (await till.place()).json()
        await till.pay(placed["purchase_id"], "tok_success")
        number = placed["orders"][0]["number"]
        await drain(stall.tenant)
        mails = await stall.value(MAILS, number)
        assert isinstance(mails, list)
        assert [(name in text, other in text) for text in mails] == [(True, False)] * len(mails)
        for reader in BOTH:
            kept = (await browser.get(f"/shop/orders/{number}", headers={"Accept-Language": reader})).text
            assert (name in kept, other in kept) == (True, False), (locale, reader)


@pytest.mark.req("LC-8.7.1")
async def test_staff_type_it_or_leave_it_out(stall: Stall, office: Office) -> None:
    browser = office.browser
    made = await browser.post(f"{COUPONS}/new", data=TYPED | {"name_en": BOTH["en"], "is_public": "1"})
    coupon = made.headers["location"]
    form = (await browser.get(f"{coupon}/edit")).text
    assert f'value="{BOTH["en"]}"' in form
    assert BOTH["en"] in (await browser.get(coupon)).text
    # Staff find it by either, and a copy is called the same in English.
    assert coupon in (await browser.get(f"{COUPONS}?q=autumn")).text
    like = coupon.rpartition("/")[2]
    assert f'value="{BOTH["en"]}"' in (await browser.get(f"{COUPONS}/new?like={like}")).text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    typed = TYPED | {"version": version[1], "is_public": "1"}
    too_long = await browser.post(f"{coupon}/edit", data=typed | {"name_en": "x" * 81})
    assert (too_long.status_code, "f-name_en-error" in too_long.text) == (422, True)
    assert (await browser.post(f"{coupon}/edit", data=typed)).status_code == 303
    assert BOTH["en"] not in (await browser.get(coupon)).text
    # Without one, who reads English reads the name.
    (offered,) = (await office.guest.get("/api/coupons/coupons", headers={"Accept-Language": "en"})).json()
    assert offered["name"] == TYPED["name"]


@pytest.mark.req("LC-8.7.1")
async def test_blanks_are_no_name(office: Office) -> None:
    await make(office, name_en=" \u3000", is_public=True)
    (offered,) = (await office.guest.get("/api/coupons/coupons", headers={"Accept-Language": "en"})).json()
    assert offered["name"] == BOTH["ja"]
