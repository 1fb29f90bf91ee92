"""What holds for every cart and every set of proposals."""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise.contracts.pricing import Adjustment, Phase, Quote, QuotedLine, QuoteRequest, Rounding
from nakamise_shop.domain.pricing import ShopTerms, draft_quote, price
from nakamise_shop.domain.proposals import Proposal
from nakamise_shop.domain.refund import paid_line, paid_shipping, refund
from nakamise_shop.domain.shipping import carriage, extras_sum
from nakamise_shop.domain.tax import contained_tax
from tests.plugins.shop.domain.build import line, off, request, terms

SHOPS = ("shop-a", "shop-b", "shop-c")
PLUGINS: tuple[str, ...] = ("coupons", "points_gifts", "timesale", "third_party")
TAX_CLASSES = ("standard", "reduced", "zero")


class Case(msgspec.Struct):
    """A request, what the plugins propose for it, and the shops' terms."""

    request: QuoteRequest
    proposals: list[Proposal]
    terms: dict[str, ShopTerms]
    minimum_charge: int

    def price(self) -> Quote:
        return price(self.request, self.proposals, self.terms, minimum_charge=self.minimum_charge)

    def list_total(self) -> int:
        """Tax-included list prices plus the highest shipping fees."""
        lines = draft_quote(self.request, self.terms).lines
        rules = [self.terms[shop_id].shipping for shop_id in {line.shop_id for line in lines}]
        fees = sum(rule.tiers[0].fee + rule.surcharge + extras_sum(rule) for rule in rules)
        return fees + sum(line.list_amount * line.qty for line in lines)


@st.composite
def adjustments(draw: st.DrawFn, shop_of_line: dict[str, str]) -> Adjustment:
    phase = draw(st.sampled_from(list(Phase)))
    on_line = phase in (Phase.UNIT, Phase.LINE)
    is_share = draw(st.booleans())
    return off(
        phase,
        0 if is_share else draw(st.integers(0, 30_000)),
        code=draw(st.sampled_from("ABCDE")),
        rate_bp=draw(st.integers(1, 10_000)) if is_share else 0,
        cap=draw(st.none() | st.integers(0, 5_000)),
        min_goods=draw(st.just(0) | st.integers(0, 20_000)),
        line_id=draw(st.sampled_from(sorted(shop_of_line))) if on_line else None,
        shop_id=None if on_line else draw(st.none() | st.sampled_from(sorted(set(shop_of_line.values())))),
        whole_order=phase is Phase.SHIPPING and draw(st.booleans()),
        group=draw(st.none() | st.sampled_from("xy")),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    lines = [
        line(
            f"l{i}",
            draw(st.integers(0, 20_000)),
            draw(st.integers(1, 9)),
            tax_class=draw(st.sampled_from(TAX_CLASSES)),
            shop_id=draw(st.sampled_from(SHOPS)),
        )
        for i in range(draw(st.integers(1, 6)))
    ]
    shop_terms = {
        shop_id: terms(
            fee=draw(st.integers(0, 1_500)),
            free_from=draw(st.none() | st.integers(0, 30_000)),
            rounding=draw(st.sampled_from(list(Rounding))),
            prices_include_tax=draw(st.booleans()),
            surcharge=draw(st.just(0) | st.integers(1, 900)),
            extras=tuple(draw(st.lists(st.integers(0, 500), max_size=2))),
        )
        for shop_id in SHOPS
    }
    shop_of_line = {line.line_id: line.shop_id for line in lines}
    proposals = draw(st.lists(st.tuples(st.sampled_from(PLUGINS), adjustments(shop_of_line)), max_size=8))
    return Case(request(*lines), proposals, shop_terms, draw(st.sampled_from([0, 50])))


def check_bounds(case: Case, quote: Quote) -> None:
    assert 0 <= quote.due <= case.list_total()
    if quote.tender:
        assert quote.due == 0 or quote.due >= case.minimum_charge


def check_carriage(case: Case, quote: Quote) -> None:
    """No discount reaches what is charged besides the carriage."""
    for shop in quote.shops:
        rule = case.terms[shop.shop_id].shipping
        off_goods = sum(
            part.amount for line in shop.lines for part in line.parts if part.phase is Phase.SHIPPING
        )
        assert shop.shipping.fee == carriage(rule, shop.goods + off_goods) + extras_sum(rule)
        assert shop.shipping.net >= extras_sum(rule)
        assert shop.shipping.extras == rule.extras


def check_sums(quote: Quote) -> None:
    assert quote.total == quote.goods + quote.shipping == quote.tender + quote.due
    assert quote.total == sum(shop.total for shop in quote.shops)
    for shop in quote.shops:
        assert shop.goods == sum(quoted.net for quoted in shop.lines)
        assert shop.total == shop.goods + shop.shipping.net == shop.tender + shop.due
        assert shop.due == sum(quoted.cash for quoted in shop.lines) + shop.shipping.cash
        assert shop.shipping.fee == shop.shipping.discount + shop.shipping.tender + shop.shipping.cash
        for quoted in shop.lines:
            _check_line(quoted)


def _check_line(quoted: QuotedLine) -> None:
    took = Counter[Phase]()
    for part in quoted.parts:
        assert part.amount > 0
        took[part.phase] += part.amount
    assert quoted.list_amount * quoted.qty == quoted.subtotal + took[Phase.UNIT]
    assert quoted.subtotal == quoted.unit_amount * quoted.qty == quoted.net + quoted.discount
    assert quoted.discount == took[Phase.LINE] + took[Phase.CART] + took[Phase.SHIPPING]
    assert quoted.net == quoted.tender + quoted.cash
    assert quoted.tender == took[Phase.TENDER]
    assert quoted.cash >= 0


def check_applied(case: Case, quote: Quote) -> None:
    """What an adjustment took is what the lines and fees lost, under its own name."""
    said = Counter[tuple[str, Phase, str, str]]()
    for applied in quote.applied:
        adj = applied.adjustment
        said[applied.plugin_id, adj.phase, adj.code, adj.label] += applied.taken
    lost = Counter[tuple[str, Phase, str, str]]()
    for shop in quote.shops:
        on_lines = [part for quoted in shop.lines for part in quoted.parts]
        for part in (*on_lines, *shop.shipping.parts):
            lost[part.plugin_id, part.phase, part.code, part.label] += part.amount
    assert +said == lost
    assert len(quote.applied) == len(case.proposals)


def check_tax(quote: Quote) -> None:
    """Rounded once per shop and rate."""
    for shop in quote.shops:
        keys = [(tax.rate_bp, tax.reduced) for tax in shop.tax_lines]
        assert len(keys) == len(set(keys))
        assert sum(tax.gross for tax in shop.tax_lines) == shop.total
        for tax in shop.tax_lines:
            assert tax.tax == contained_tax(tax.gross, tax.rate_bp, shop.rounding)
        assert shop.tax == sum(tax.tax for tax in shop.tax_lines)


def check_json(case: Case, quote: Quote) -> None:
    assert msgspec.json.decode(msgspec.json.encode(quote), type=Quote) == quote
    assert msgspec.json.decode(msgspec.json.encode(case.request), type=QuoteRequest) == case.request


def check_order_of_arrival(case: Case, quote: Quote, random: Random) -> None:
    """It changes nothing."""
    random.shuffle(case.proposals)
    assert case.price() == quote


def check_tender_and_tax(case: Case) -> None:
    """Tender never changes the tax."""
    case.proposals = [
        (plugin_id, msgspec.structs.replace(adj, exclusive_group=None)) for plugin_id, adj in case.proposals
    ]
    paid = case.price()
    case.proposals = [proposal for proposal in case.proposals if proposal[1].phase is not Phase.TENDER]
    unpaid = case.price()
    assert [shop.tax_lines for shop in paid.shops] == [shop.tax_lines for shop in unpaid.shops]
    assert paid.total == unpaid.due


def check_refunds(quote: Quote, random: Random) -> None:
    """In any grouping they return exactly what was paid."""
    cash = tender = 0
    for shop in quote.shops:
        refunded = dict.fromkeys((quoted.line_id for quoted in shop.lines), 0)
        qty = {quoted.line_id: quoted.qty for quoted in shop.lines}
        shipping_back = False
        while refunded != qty:
            line_id = random.choice([line_id for line_id in qty if refunded[line_id] < qty[line_id]])
            units = random.randint(1, qty[line_id] - refunded[line_id])
            back = refund(
                [paid_line(quoted, refunded[quoted.line_id]) for quoted in shop.lines],
                paid_shipping(shop.shipping, refunded=shipping_back),
                {line_id: units},
            )
            refunded[line_id] += units
            shipping_back = shipping_back or back.shipping is not None
            cash += back.cash
            tender += back.tender
            assert cash <= quote.due
        assert shipping_back
    assert (cash, tender) == (quote.due, quote.tender)


def check(case: Case, random: Random) -> None:
    """Each on the same carts: making them is what costs time. The last two change ``case``."""
    quote = case.price()
    check_bounds(case, quote)
    check_carriage(case, quote)
    check_sums(quote)
    check_applied(case, quote)
    check_tax(quote)
    check_json(case, quote)
    check_refunds(quote, random)
    check_order_of_arrival(case, quote, random)
    check_tender_and_tax(case)


@pytest.mark.req("CL-16", "CL-20", "CL-28", "LC-5.2.3", "BX-15")
@settings(max_examples=60)
@given(cases(), st.randoms(use_true_random=False))
def test_what_holds_for_every_quote(case: Case, random: Random) -> None:
    check(case, random)


@pytest.mark.full
@settings(max_examples=2_000)
@given(cases(), st.randoms(use_true_random=False))
def test_what_holds_for_every_quote_at_length(case: Case, random: Random) -> None:
    check(case, random)
