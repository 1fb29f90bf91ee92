"""The breakdown that every surface shows: by hand, with points, and of an order taxed at a rate that is no more."""

from __future__ import annotations

from pathlib import Path

import nakamise_shop
from nakamise.contracts.pricing import Phase, Quote, TaxLine
from nakamise.ui.i18n import register
from nakamise.web import gettext_for
from nakamise_shop.domain.bill import Bill, BillRow, bill_of
from nakamise_shop.domain.pricing import price
from nakamise_shop.orders.bills import CERTAIN, BillText, Unsure, texts
from tests.plugins.shop.domain.build import SHOP, line, off, request, terms


def quoted() -> Quote:
    """2 × ¥1,000 at ¥900 in a sale, ¥500 off by a coupon, ¥660 of shipping of which ¥110 are the wrapping's and ¥200 are
    let go; ¥300 are paid with points."""
    rules = [
        ("timesale", off(Phase.UNIT, 100, code="sale", line_id="1")),
        ("coupons", off(Phase.CART, 500, code="cart")),
        ("coupons", off(Phase.SHIPPING, 200, code="carriage")),
        ("points_gifts", off(Phase.TENDER, 300, code="points")),
    ]
    return price(request(line("1", 1000, 2)), rules, {SHOP: terms(fee=550, extras=(110,))})


def test_what_is_taken_off_has_a_row_and_all_of_it_adds_up() -> None:
    found = bill_of(*quoted().shops)
    assert (found.goods, found.shipping, found.total, found.due) == (1800, 660, 1760, 1460)
    assert [one.amount for one in found.discounts] == [500, 200]
    assert [one.amount for one in found.tenders] == [300]
    assert found.extras == (BillRow("包装", 110),)
    assert found.goods + found.shipping - sum(one.amount for one in found.discounts) == found.total
    assert [(one.gross, one.tax) for one in found.taxes] == [(1760, 160)], "points change no tax"
    # A purchase is the sum of its shops, whose tax was rounded by each.
    both = bill_of(*quoted().shops, *quoted().shops)
    assert (both.goods, both.due, both.taxes[0].tax, len(both.discounts)) == (3600, 2920, 320, 2)
    assert [one.amount for one in both.discounts] == [1000, 400]


def test_the_total_stands_above_what_points_pay_and_only_one_row_is_due() -> None:
    rows = texts(gettext_for("ja", "shop"), bill_of(*quoted().shops)).rows
    assert [(row.kind, row.text) for row in rows] == [
        ("goods", "¥1,800"),
        ("discount", "-¥500"),
        ("discount", "-¥200"),
        ("shipping", "¥660"),
        ("extra", "¥110"),
        ("total", "¥1,760"),
        ("tender", "-¥300"),
        ("due", "¥1,460"),
        ("tax", "¥160"),
    ]
    assert [row.kind for row in rows if row.is_due] == ["due"]


def test_the_rate_is_the_documents_and_what_is_not_known_is_said() -> None:
    register("shop", Path(str(nakamise_shop.__file__)).parent / "locales")
    old = Bill(
        goods=1085,
        discounts=(BillRow("", 1),),
        shipping=0,
        extras=(),
        total=1084,
        tenders=(),
        due=1084,
        taxes=(TaxLine(rate_bp=850, reduced=True, gross=1084, tax=84),),
    )
    told = texts(gettext_for("ja", "shop"), old, CERTAIN)
    assert told.note == "※ 軽減税率（8.5%）対象"
    assert told.rows[-1] == BillText("tax", "8.5%対象※ ¥1,084 内消費税", "¥84")
    assert (told.rows[1].label, told.rows[2].text) == ("割引", "無料")
    unsure = texts(gettext_for("ja", "shop"), old, Unsure(is_estimate=True, is_unknown=True)).rows
    assert [unsure[2].label, unsure[3].label] == ["送料（概算）", "送料を除く合計（税込）"]
