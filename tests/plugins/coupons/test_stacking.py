"""Coupon × sale × two shops × bearer × rounding, as docs/algorithms/pricing.md says: a table by hand, and every
combination against a reckoning of its own."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import msgspec
import pytest

from nakamise.contracts.pricing import Bearer, Quote, QuoteLine, Rounding
from nakamise_coupons.domain.rules import adjustments
from nakamise_shop.domain.pricing import draft_quote, price
from nakamise_timesale.domain.rules import proposals
from tests.plugins.coupons.test_rules import coupon
from tests.plugins.shop.domain import build
from tests.plugins.timesale.test_rules import item

ROUGE, TEA, SOAP = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
# Shop a: 2 × ¥1,000 at 10 % and ¥505 at 8 %, sent for ¥550, free from ¥2,200. Shop b types prices without tax: ¥999
# at 10 %, sent for ¥330. (id, shop, product, amount as typed, pieces, tax class)
LINES = (
    ("1", "a", ROUGE, 1000, 2, "standard"),
    ("2", "a", TEA, 505, 1, "reduced"),
    ("3", "b", SOAP, 999, 1, "standard"),
)
FEES, FREE_FROM = {"a": 550, "b": 330}, {"a": 2200, "b": None}
KINDS: dict[str, dict[str, Any]] = {
    "percent": {"kind": "percent", "percent": 10},
    "fixed": {"kind": "fixed", "percent": None, "amount": 500},
    "free": {"kind": "free_shipping", "percent": None},
}
SALES: dict[str, dict[str, Any] | None] = {
    "none": None,
    "price": {"price": 801},
    "percent": {"price": None, "percent": 15},
}
BEARERS: tuple[Bearer, ...] = ("shop", "tenant", "platform")
EVERYWHERE, SECOND_SHOP, TEA_ONLY = ("1", "2", "3"), ("3",), ("2",)


def quoted(
    kind: str,
    sale: str,
    covered: tuple[str, ...],
    rounding: Rounding,
    bearer: Bearer,
    *,
    turned: bool = False,
) -> Quote:
    lines = [
        msgspec.structs.replace(
            build.line(id_, amount, qty, tax_class=tax, shop_id=shop), product_id=str(product)
        )
        for id_, shop, product, amount, qty, tax in LINES
    ]
    terms = {
        shop: build.terms(
            fee=FEES[shop], free_from=FREE_FROM[shop], rounding=rounding, prices_include_tax=shop == "a"
        )
        for shop in FEES
    }
    request = build.request(*(with_variant(one) for one in lines))
    draft = draft_quote(request, terms).lines
    made = [
        ("coupons", one) for one in adjustments(coupon(**KINDS[kind], bearer=bearer), draft, covered, "ja")
    ]
    lowered = SALES[sale]
    if lowered is not None:
        running = item(item_id=SOAP, product_id=ROUGE, **lowered)
        made += [("timesale", one) for one in proposals([running], draft, frozenset())]
    return price(request, made[::-1] if turned else made, terms)


def with_variant(line: QuoteLine) -> QuoteLine:
    return msgspec.structs.replace(line, variant_id=line.product_id)


@pytest.mark.req("BX-04", "LC-8.7.7")
@pytest.mark.parametrize(
    ("kind", "sale", "covered", "goods", "shipping", "taken"),
    [
        # 10 % of 2,000 + 505 + 1,098 = 3,603, rounded down once: 360, shared 200 + 50 + 110. Shop a is left with
        # 2,255 and sends free; with the sale's price it is not.
        ("percent", "none", EVERYWHERE, 3603 - 360, 330, 360),
        ("percent", "price", EVERYWHERE, 3205 - 320, 550 + 330, 320),
        ("percent", "percent", EVERYWHERE, 3303 - 330, 550 + 330, 330),
        ("percent", "price", SECOND_SHOP, 3205 - 109, 550 + 330, 109),
        # ¥500 off, of which shop a bears 348: 2,157 are left there, below what sends free.
        ("fixed", "none", EVERYWHERE, 3603 - 500, 550 + 330, 500),
        ("fixed", "none", SECOND_SHOP, 3603 - 500, 330, 500),
        # It never takes more than what it is for is worth.
        ("fixed", "none", TEA_ONLY, 3603 - 500, 550 + 330, 500),
        # Only what is charged can be free: nothing at shop a, which sends free already.
        ("free", "none", EVERYWHERE, 3603, 0, 330),
        ("free", "price", EVERYWHERE, 3205, 0, 880),
        ("free", "price", SECOND_SHOP, 3205, 550, 330),
    ],
)
def test_coupon_and_sale_at_two_shops(
    kind: str, sale: str, covered: tuple[str, ...], goods: int, shipping: int, taken: int
) -> None:
    quote = quoted(kind, sale, covered, Rounding.FLOOR, "shop")
    of_coupon = sum(one.taken for one in quote.applied if one.plugin_id == "coupons")
    assert (quote.goods, quote.shipping, of_coupon) == (goods, shipping, taken)


@pytest.mark.req("BX-04", "LC-8.7.7")
def test_every_combination_is_what_the_document_says() -> None:
    for kind, sale, covered, rounding, bearer in itertools.product(
        KINDS, SALES, (EVERYWHERE, SECOND_SHOP, TEA_ONLY), Rounding, BEARERS
    ):
        quote = quoted(kind, sale, covered, rounding, bearer)
        assert quote == quoted(kind, sale, covered, rounding, bearer, turned=True)
        told = (kind, sale, covered, rounding, bearer)
        assert summary(quote) == reckoned(kind, sale, covered, rounding), told
        mine = [one for one in quote.applied if one.plugin_id == "coupons"]
        assert {one.adjustment.bearer for one in mine} == {bearer}, told


def summary(quote: Quote) -> dict[str, tuple[int, int, int]]:
    """Goods, shipping and tax of each shop."""
    return {one.shop_id: (one.goods, one.shipping.net, one.tax) for one in quote.shops}


def reckoned(
    kind: str, sale: str, covered: tuple[str, ...], rounding: Rounding
) -> dict[str, tuple[int, int, int]]:
    """The same by the document's steps, written once more."""
    left = {id_: unit(id_, sale, rounding) * qty for id_, _, _, _, qty, _ in LINES}
    reach = sum(left[id_] for id_ in covered)
    off = {"percent": reach * 10 // 100, "fixed": min(500, reach), "free": 0}[kind]
    for id_, share in zip(covered, shared(off, [left[id_] for id_ in covered]), strict=True):
        left[id_] -= share
    found = {}
    for shop, fee in FEES.items():
        mine = [line for line in LINES if line[1] == shop]
        goods = sum(left[line[0]] for line in mine)
        least = FREE_FROM[shop]
        is_free = least is not None and goods >= least
        is_free = is_free or (kind == "free" and any(line[0] in covered for line in mine))
        sent = 0 if is_free else fee
        at_8 = sum(left[line[0]] for line in mine if line[5] == "reduced")
        tax = divided(at_8 * 8, 108, rounding) + divided((goods - at_8 + sent) * 10, 110, rounding)
        found[shop] = goods, sent, tax
    return found


def unit(id_: str, sale: str, rounding: Rounding) -> int:
    _, shop, product, amount, _, _ = next(line for line in LINES if line[0] == id_)
    if shop == "b":
        amount += divided(amount * 10, 100, rounding)
    if product != ROUGE or SALES[sale] is None:
        return amount
    return 801 if sale == "price" else amount - amount * 15 // 100


def divided(amount: int, by: int, rounding: Rounding) -> int:
    up = {Rounding.FLOOR: 0, Rounding.CEIL: by - 1, Rounding.HALF_UP: by // 2}[rounding]
    return (amount + up) // by


def shared(total: int, weights: list[int]) -> list[int]:
    """One yen after the other to whoever is furthest below their part; the earlier of equals."""
    parts = [total * weight // sum(weights) for weight in weights]
    while sum(parts) < total:
        behind = [total * weight - part * sum(weights) for weight, part in zip(weights, parts, strict=True)]
        parts[behind.index(max(behind))] += 1
    return parts
