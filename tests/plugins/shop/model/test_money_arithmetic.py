"""Class F of facts/reliability.md: money adds up to the yen from the quote over refunds to the documents.

Every cart, every set of proposals, units that come back one by one in any order and grouping. A few at each change,
twenty thousand by `make faults`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.plugins.tax_invoice.conftest  # noqa: F401 - the catalog, for the printed text
from nakamise.contracts.orders import OrderRefund, OrderView
from nakamise.contracts.pricing import ShopQuote
from nakamise.ids import uuid7
from nakamise_shop.domain.refund import PaidLine, paid_line, paid_shipping, refund
from nakamise_tax_invoice.papers import writing
from nakamise_tax_invoice.papers.body import Body, Issuer, Original
from nakamise_tax_invoice.papers.checking import faults
from nakamise_tax_invoice.papers.sheet import sheet_of
from tests.faults.size import sized
from tests.plugins.shop.domain.test_pricing_properties import Case, cases
from tests.plugins.tax_invoice.orders import NUMBER, TOKYO, view_of

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
REGISTERED = Issuer(name="株式会社たたら", number=NUMBER)


def partition(quote: ShopQuote, random: Random) -> list[dict[str, int]]:
    """All units of the order as returns of a random size, in a random order."""
    units = [line.line_id for line in quote.lines for _ in range(line.qty)]
    random.shuffle(units)
    groups = []
    while units:
        taken, units = units[: (size := random.randint(1, len(units)))], units[size:]
        groups.append({line_id: taken.count(line_id) for line_id in taken})
    return groups


def returns_of(quote: ShopQuote, random: Random) -> list[OrderRefund]:
    """As ``Orders.refund`` reckons them: the shop's own function, each after the one before."""
    gone = {line.line_id: 0 for line in quote.lines}
    numbers = {line.line_id: number for number, line in enumerate(quote.lines, start=1)}
    made = []
    has_shipping_left = True
    for wanted in partition(quote, random):
        lines: list[PaidLine] = [paid_line(line, gone[line.line_id]) for line in quote.lines]
        shipping = paid_shipping(quote.shipping, refunded=not has_shipping_left)
        back = refund(lines, shipping, wanted, with_shipping=random.choice((None, None, True)))
        has_shipping_left = has_shipping_left and back.shipping is None
        for one in back.lines:
            gone[one.line_id] += one.qty
        carriage = back.shipping
        made.append(
            OrderRefund(
                id=uuid7(),
                at=NOW,
                lines=tuple(
                    (numbers[one.line_id], one.qty, one.cash + sum(part.amount for part in one.tenders))
                    for one in back.lines
                ),
                shipping=carriage.cash + sum(part.amount for part in carriage.tenders) if carriage else 0,
                cash=back.cash,
                tender=back.tender,
                reason="",
            )
        )
    return made


def right(body: Body) -> Body:
    assert faults(body, sheet_of(body, "LC-2026-000001", "ja")) == []
    return body


def check(case: Case, random: Random) -> None:
    quote = case.price()
    assert quote.total == sum(shop.total for shop in quote.shops)
    assert quote.due == sum(shop.due for shop in quote.shops)
    for shop in quote.shops:
        check_order(view_of(shop), returns_of(shop, random))


def check_order(order: OrderView, refunds: list[OrderRefund]) -> None:
    assert sum(one.cash for one in refunds) == order.charge
    assert sum(one.tender for one in refunds) == order.points
    assert all(min(one.cash, one.tender) >= 0 for one in refunds)
    invoice = right(writing.invoice(order, REGISTERED, TOKYO, NOW))
    receipt = right(writing.receipt(order, REGISTERED, TOKYO, NOW, "買い手", ""))
    assert (invoice.total, invoice.tax, invoice.paid) == (order.total, order.tax, order.charge)
    assert (receipt.total, receipt.taxes) == (invoice.total, invoice.taxes)
    original = Original(number="LC-2026-000001", supplied_on=invoice.supplied_on)
    returned = [
        right(writing.returned(order, one, REGISTERED, TOKYO, NOW, original))
        for one in refunds
        if one.cash + one.tender
    ]
    assert sum(body.total for body in returned) == order.total
    # By rate, too: what went out at a rate comes back at that rate. Taxes are rounded for each paper.
    for tax in invoice.taxes:
        same = [
            one.gross
            for body in returned
            for one in body.taxes
            if (one.rate_bp, one.reduced) == (tax.rate_bp, tax.reduced)
        ]
        assert sum(same) == tax.gross
    cancelled = writing.rest(order, NOW)
    assert (cancelled.cash, cancelled.tender) == (order.charge, order.points)
    half = msgspec.structs.replace(order, refunds=tuple(refunds[:1]))
    assert writing.receipt(half, REGISTERED, TOKYO, NOW, "買い手", "").refunded == refunds[0].cash


@pytest.mark.req("BX-01", "CL-28")
@settings(max_examples=sized(30, 20_000), deadline=None)
@given(case=cases(), random=st.randoms(use_true_random=False))
def test_quotes_refunds_and_documents_add_up(case: Case, random: Random) -> None:
    check(case, random)
