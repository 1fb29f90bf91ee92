"""What documents say: golden vectors, the six items, and who may call a paper qualified."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from nakamise.contracts.orders import OrderRefund, OrderView
from nakamise.contracts.pricing import Phase, Rounding
from nakamise.ids import uuid7
from nakamise.japan import InvalidInvoiceNumber, has_check_digit, parse_invoice_number
from nakamise_shop.domain.tax_rates import read_rates
from nakamise_tax_invoice.papers import writing
from nakamise_tax_invoice.papers.body import Body, Discount, Issuer, Kind, Mode, Original
from nakamise_tax_invoice.papers.checking import faults
from nakamise_tax_invoice.papers.sheet import Sheet, sheet_of
from nakamise_tax_invoice.papers.writing import Sold, Terms, issuer_of
from tests.plugins.shop.domain.test_tax import data_file
from tests.plugins.tax_invoice.orders import NUMBER, PLACED, TOKYO, Item, off, quote_of, view_of

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
REGISTERED = Issuer(name="株式会社たたら", number=NUMBER)
PLAIN = Issuer(name="株式会社たたら")


def checked(body: Body, locale: str = "ja") -> Sheet:
    """The sheet of a body that has no fault in either language."""
    for lang in ("ja", "en"):
        assert faults(body, sheet_of(body, "LC-2026-000001", lang)) == [], lang
    return sheet_of(body, "LC-2026-000001", locale)


def by_rate(body: Body) -> dict[int, tuple[int, int]]:
    return {tax.rate_bp: (tax.gross, tax.tax) for tax in body.taxes}


GOLDEN = {
    "once per rate": (
        quote_of([Item(115), Item(115), Item(115)]),
        {1000: (345, 31)},
    ),
    "half-up": (
        quote_of([Item(105), Item(107)], rounding=Rounding.HALF_UP, includes_tax=False),
        {1000: (234, 21)},
    ),
    "coupon over two rates": (
        quote_of([Item(1_595), Item(7_398, 1, "reduced")], [off(Phase.CART, 92, "AKI")]),
        {1000: (1_579, 143), 800: (7_322, 542)},
    ),
    "points as a discount over shipping too": (
        quote_of(
            [Item(2_200), Item(1_080, 1, "reduced")],
            [off(Phase.SHIPPING, 2, "ポイント", whole_order=True)],
            fee=770,
        ),
        {1000: (2_969, 269), 800: (1_079, 79)},
    ),
    "zero per cent": (
        quote_of(
            [Item(21_500, 1, "zero"), Item(1_208, 1, "reduced"), Item(23_650)], [off(Phase.CART, 500, "C")]
        ),
        {1000: (23_395, 2_126), 800: (1_195, 88), 0: (21_268, 0)},
    ),
    "shipping is taxed": (
        quote_of([Item(9_800)], fee=550, includes_tax=False),
        {1000: (11_330, 1_030)},
    ),
    "net prices": (
        quote_of(
            [Item(456, 1, "reduced"), Item(204, 1, "reduced"), Item(444), Item(300)], includes_tax=False
        ),
        {1000: (818, 74), 800: (712, 52)},
    ),
}


@pytest.mark.req("BX-01", "CL-28", "LC-5.2.3", "CL-26")
@pytest.mark.parametrize("case", GOLDEN)
def test_golden_vectors_stand_on_the_paper(case: str) -> None:
    quote, expected = GOLDEN[case]
    if case == "once per rate":  # 105 without tax is 115 shown; the tax inside three of them is 31 and not 30
        assert quote.tax == 31
    order = view_of(quote)
    body = writing.invoice(order, REGISTERED, TOKYO, NOW)
    assert by_rate(body) == expected
    assert body.total == sum(gross for gross, _tax in expected.values()) == order.total
    sheet = checked(body)
    assert sheet.title == "適格簡易請求書"
    marked = [row[0] for row in sheet.rows if "※" in row[0]]
    reduced = [line for line in order.lines if line.reduced]
    assert len(marked) == len(reduced) + sum(one.reduced for one in body.discounts)


@pytest.mark.req("BX-01")
def test_means_of_payment_change_no_tax() -> None:
    """Points that were bought are TENDER: the tax stays that of the goods, what is paid is less."""
    quote = quote_of([Item(1_100)], [off(Phase.TENDER, 100, "POINT")])
    body = writing.invoice(view_of(quote), REGISTERED, TOKYO, NOW)
    assert (body.total, body.tax, body.paid) == (1_100, 100, 1_000)
    assert ("ポイント等: POINT", "-¥100", "") in checked(body).sums


@pytest.mark.req("BX-01")
def test_a_shop_without_a_number_never_looks_qualified() -> None:
    order = view_of(quote_of([Item(1_080, 2, "reduced")], fee=550), number=None)
    issuer = issuer_of(writing.seller_of(order), Terms(mode=Mode.AGENT, site_name="たたら市場"))
    invoice = writing.invoice(order, issuer, TOKYO, NOW, "山田 花子")
    receipt = writing.receipt(order, issuer, TOKYO, NOW, "山田 花子", "お品代")
    assert (invoice.kind, receipt.kind) == (Kind.ITEMISED, Kind.RECEIPT)
    for body in (invoice, receipt):
        printed = " ".join(checked(body).texts())
        assert "適格" not in printed
        assert "登録番号" not in printed
        # The checker sees it, too: the same paper with a forged title.
        forged = msgspec.structs.replace(sheet_of(body, "1", "ja"), title="適格請求書")
        assert "1: looks qualified without a number" in faults(body, forged)


@pytest.mark.req("BX-01")
def test_the_checker_misses_nothing() -> None:
    """Each of the six items taken away is found: the control of every other test here."""
    order = view_of(quote_of([Item(1_595), Item(7_398, 1, "reduced")], [off(Phase.CART, 92, "AKI")], fee=550))
    body = writing.invoice(order, REGISTERED, TOKYO, NOW, "株式会社買い手")
    sheet = checked(body)
    replace = msgspec.structs.replace
    low = replace(body.taxes[0], tax=body.taxes[0].tax - 1)
    broken: dict[str, tuple[Body, Sheet]] = {
        "1": (body, replace(sheet, issuer=("株式会社たたら",))),
        "2": (replace(body, issued_on=date(2026, 11, 1)), sheet),
        "3": (body, replace(sheet, rows=tuple((row[0].replace("※", ""), *row[1:]) for row in sheet.rows))),
        "4": (replace(body, taxes=(replace(body.taxes[0], gross=1), *body.taxes[1:])), sheet),
        "5": (replace(body, taxes=(low, *body.taxes[1:])), sheet),
        "6": (body, replace(sheet, recipient="")),
    }
    for item, (bad_body, bad_sheet) in broken.items():
        assert any(fault.startswith(item) for fault in faults(bad_body, bad_sheet)), item


def taken_back() -> tuple[OrderView, OrderRefund, Original, Body]:
    """One of each of two rates goes back: the order, its refund, its invoice and the return."""
    order = view_of(quote_of([Item(12_000, 2), Item(1_080, 1, "reduced")], fee=550))
    refund = OrderRefund(
        id=uuid7(),
        at=NOW,
        lines=((1, 1, 12_000), (2, 1, 1_080)),
        shipping=0,
        cash=13_080,
        tender=0,
        reason="",
    )
    original = Original(number="LC-2026-000001", supplied_on=date(2026, 11, 20))
    body = writing.returned(order, refund, REGISTERED, TOKYO, NOW, original)
    return order, refund, original, body


@pytest.mark.req("BX-01")
def test_a_refund_makes_a_return_with_its_own_items() -> None:
    order, refund, original, body = taken_back()
    assert by_rate(body) == {1000: (12_000, 1_090), 800: (1_080, 80)}
    sheet = checked(body)
    assert sheet.title == "適格返還請求書"
    assert ("元の取引の日", "2026/11/20") in sheet.facts
    plain = writing.returned(order, refund, PLAIN, TOKYO, NOW, original)
    assert checked(plain).title == "返金明細書"
    worn = msgspec.structs.replace(refund, deduction=1_000, cash=12_080)
    less = writing.returned(order, worn, REGISTERED, TOKYO, NOW, original)
    assert by_rate(less) == {1000: (12_000 - 917, 1_007), 800: (1_080 - 83, 73)}
    assert ("差引額", "", "", "10%", "-¥917") in checked(less).rows
    # Postage that the shop paid for the buyer stands beside the price: the whole price and its tax go back.
    sent = msgspec.structs.replace(refund, deduction=1_800, postage=800, cash=11_280)
    both = writing.returned(order, sent, REGISTERED, TOKYO, NOW, original)
    assert (by_rate(both), both.total, both.paid) == (by_rate(less), 12_080, 11_280)
    assert ("返送料の立替分（不課税）", "-¥800", "") in checked(both).sums
    # The bank takes ¥1,100 of what was kept: ¥1,000 of the price by their rates, and then ¥100 of the postage.
    taken = OrderRefund(
        id=uuid7(),
        at=NOW,
        lines=(),
        shipping=0,
        cash=1_100,
        tender=0,
        reason="",
        deduction=-1_100,
        postage=-100,
    )
    more = msgspec.structs.replace(order, refunds=(sent, taken))
    after = writing.returned(more, taken, REGISTERED, TOKYO, NOW, original)
    assert (by_rate(after), after.total, after.paid) == (
        {1000: (917, 83), 800: (83, 6)},
        1_000,
        1_000,
    )
    assert ("前回差し引いた額", "1", "", "10%", "¥917") in checked(after).rows
    with pytest.raises(ValueError, match="is not"):
        writing.returned(order, msgspec.structs.replace(refund, cash=1), PLAIN, TOKYO, NOW, original)


@pytest.mark.req("BX-01")
def test_what_was_never_taken_does_not_come_back() -> None:
    order, refund, original, body = taken_back()
    # ¥3,000 had never been taken: price and tax go back, and the buyer gets the rest of the money.
    short = msgspec.structs.replace(refund, untaken=3_000)
    part = writing.returned(order, short, REGISTERED, TOKYO, NOW, original)
    assert (by_rate(part), part.total, part.tax, part.paid) == (by_rate(body), 13_080, body.tax, 10_080)
    assert ("請求されていなかった額", "-¥3,000", "") in checked(part).sums
    assert not any("ポイント" in remark for remark in checked(part).remarks)
    orders = [
        msgspec.structs.replace(view_of(order.quote, refunds=(one,)), untaken=one.untaken)
        for one in (refund, short)
    ]
    receipts = [writing.receipt(one, REGISTERED, TOKYO, NOW, "山田 花子", "お品代") for one in orders]
    assert [(one.paid, one.refunded) for one in receipts] == [(order.charge, 13_080), (order.charge, 10_080)]
    said = "このうち¥3,000は請求されていません。"
    assert [said in checked(one).remarks for one in receipts] == [False, True], "received less than it says"


@pytest.mark.req("BX-01")
def test_what_is_left_of_a_cancelled_order_is_all_of_it() -> None:
    quote = quote_of([Item(999, 3), Item(1_080, 1, "reduced")], [off(Phase.TENDER, 77, "P")], fee=550)
    rest = writing.rest(view_of(quote), PLACED)
    assert (rest.cash, rest.tender) == (quote.due, quote.tender)
    assert sum(amount for _no, _qty, amount in rest.lines) + rest.shipping == quote.total


@pytest.mark.req("BX-01")
def test_who_issues() -> None:
    """媒介者交付特例 only between two who are registered; 代理交付 carries the shop's own number."""
    sold, unregistered = Sold(name="店", number=NUMBER), Sold(name="店", number="")
    site = Terms(
        mode=Mode.INTERMEDIARY,
        site_name="市場",
        platform_name="市場株式会社",
        platform_number="T4011001098993",
    )
    assert issuer_of(sold, site) == Issuer(name="市場株式会社", number="T4011001098993", supplier="店")
    assert issuer_of(unregistered, site) == Issuer(name="店", agent="市場")
    assert issuer_of(sold, msgspec.structs.replace(site, platform_number="")).name == "店"
    assert issuer_of(sold, Terms(mode=Mode.AGENT, site_name="市場")) == Issuer(
        name="店", number=NUMBER, agent="市場"
    )
    assert issuer_of(sold, Terms(mode=Mode.OWN, site_name="市場")) == Issuer(name="店", number=NUMBER)


@pytest.mark.req("BX-01")
@pytest.mark.parametrize("number", ["T7000012050002", "T7123456789012", "T4011001098993"])
def test_a_companys_number_has_its_check_digit(number: str) -> None:
    assert has_check_digit(parse_invoice_number(f" {number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}"))


@pytest.mark.req("BX-01")
def test_a_wrong_check_digit_is_a_warning_and_a_wrong_form_an_error() -> None:
    assert not has_check_digit(parse_invoice_number("Ｔ１２３４５６７８９０１２３"))
    for wrong in ("1234567890123", "T123456789012", "T12345678901234", "X1234567890123"):
        with pytest.raises(InvalidInvoiceNumber):
            parse_invoice_number(wrong)


@pytest.mark.req("CL-26")
def test_the_rate_is_the_one_of_the_day_of_supply() -> None:
    """The last day of 8 % and the first of 10 %, and a change that is only data."""
    item = [Item(10_800)]
    before = view_of(quote_of(item, day=date(2019, 9, 30)))
    after = view_of(quote_of(item, day=date(2019, 10, 1)))
    old = writing.invoice(before, REGISTERED, TOKYO, NOW)
    assert (by_rate(old), old.taxes[0].reduced) == ({800: (10_800, 800)}, False)
    assert "※" not in " ".join(checked(old).texts())
    assert by_rate(writing.invoice(after, REGISTERED, TOKYO, NOW)) == {1000: (10_800, 981)}


@pytest.mark.req("CL-26", "BX-01")
def test_a_change_of_the_law_counts_from_midnight_in_tokyo_and_returns_keep_their_orders_rate() -> None:
    """The last second of the old rate and the first of the new one; what goes back afterwards does so at the rate
    it was sold at."""
    change = {"tax_class": "standard", "rate_bp": 1_200, "valid_from": "2030-04-01", "source": "改正法"}
    rates = read_rates(data_file(change))
    last, first = datetime(2030, 3, 31, 14, 59, 59, tzinfo=UTC), datetime(2030, 3, 31, 15, 0, tzinfo=UTC)
    later = datetime(2030, 4, 20, 3, 0, tzinfo=UTC)

    def sold(at: datetime) -> OrderView:
        quote = quote_of([Item(13_200, 2)], fee=660, day=at.astimezone(TOKYO).date(), rates=rates)
        return view_of(quote, placed_at=at)

    old, new = sold(last), sold(first)
    assert by_rate(writing.invoice(old, REGISTERED, TOKYO, later)) == {1000: (27_060, 2_460)}
    assert by_rate(writing.invoice(new, REGISTERED, TOKYO, later)) == {1200: (27_060, 2_899)}
    for order, day, rate, tax in ((old, "2030/3/31", "10%", 1_200), (new, "2030/4/1", "12%", 1_414)):
        back = OrderRefund(
            id=uuid7(), at=later, lines=((1, 1, 13_200),), shipping=0, cash=13_200, tender=0, reason=""
        )
        original = Original(number="LC-2030-000001", supplied_on=writing.supplied_on(order, TOKYO))
        body = writing.returned(order, back, REGISTERED, TOKYO, later, original)
        assert (body.tax, body.total) == (tax, 13_200)
        sheet = checked(body)
        assert ("元の取引の日", day) in sheet.facts
        assert sheet.taxes[0][0].startswith(rate)
        assert by_rate(
            writing.returned(order, writing.rest(order, later), REGISTERED, TOKYO, later, original)
        ) == (by_rate(writing.invoice(order, REGISTERED, TOKYO, later)))


@pytest.mark.req("BX-01", "BX-04")
def test_a_discount_stands_under_its_public_name_and_never_under_a_buyers_code() -> None:
    """Two codes of one name stay two rows; a rule without a name is a discount; documents of before print as then."""
    proposals = [
        off(Phase.CART, 100, "SECRET-A1", label="秋の感謝クーポン"),
        off(Phase.CART, 50, "SECRET-B2", label="秋の感謝クーポン"),
        off(Phase.LINE, 30, "SECRET-C3", label=""),
        off(Phase.TENDER, 20, "SECRET-D4", label="ギフトカード"),
    ]
    proposals[2] = ("coupons", msgspec.structs.replace(proposals[2][1], line_id="l1"))
    body = writing.invoice(view_of(quote_of([Item(2_000)], proposals)), REGISTERED, TOKYO, NOW)
    sheet = checked(body)
    assert "SECRET" not in " ".join(sheet.texts()) + msgspec.json.encode(body).decode()
    rows = sorted((row[0], row[-1]) for row in sheet.rows[1:])
    assert rows == [
        ("値引き", "-¥30"),
        ("値引き 秋の感謝クーポン", "-¥100"),
        ("値引き 秋の感謝クーポン", "-¥50"),
    ]
    assert ("ポイント等: ギフトカード", "-¥20", "") in sheet.sums
    before = {"code": "AKI", "amount": 100, "rate_bp": 1000, "reduced": False}
    kept = msgspec.convert(before, Discount)
    assert "値引き AKI" in " ".join(
        sheet_of(msgspec.structs.replace(body, discounts=(kept,)), "1", "ja").texts()
    )
