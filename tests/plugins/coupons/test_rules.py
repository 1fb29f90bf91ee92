"""What a coupon is judged by, without a database."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from nakamise.contracts.catalog import ProductFacts
from nakamise.contracts.pricing import Phase, QuoteLine
from nakamise_coupons.domain.codes import ALPHABET, is_code, new_code, normal
from nakamise_coupons.domain.rules import Presented, Scope, State, Why, adjustments, judge, state_of
from nakamise_shop.domain.pricing import draft_quote, price
from tests.plugins.shop.domain import build

AT = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)
LIVE = uuid.uuid4()


def coupon(**fields: object) -> Presented:
    plain: dict[str, object] = {
        "name": "秋の1割引", "name_en": "", "kind": "percent", "percent": 10, "amount": None, "cap": None, "min_goods": 0,
        "total_limit": None, "user_limit": None, "used": 0, "starts_at": None, "ends_at": None,
        "first_order_only": False, "broadcast_id": None, "bearer": "tenant", "is_on": True, "archived_at": None,
        "coupon_id": uuid.uuid4(), "code": "AKI", "uses_max": None, "code_used": 0, "stopped_at": None,
        "used_by_buyer": 0,
    }  # fmt: skip
    return msgspec.convert(plain | fields, Presented)


@pytest.mark.req("LC-8.7.4", "LC-8.7.5", "LC-8.7.6", "GA-13")
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, None),
        ({"starts_at": AT}, None),
        ({"starts_at": AT + timedelta(seconds=1)}, Why.NOT_YET),
        # 23:59:59 in Japan is part of the time, to its last moment.
        ({"ends_at": AT - timedelta(microseconds=1) + timedelta(microseconds=1)}, None),
        ({"ends_at": AT - timedelta(seconds=1)}, Why.OVER),
        ({"total_limit": 2, "used": 1}, None),
        ({"total_limit": 2, "used": 2}, Why.USED_UP),
        ({"user_limit": 1, "used_by_buyer": 1}, Why.USED_BY_YOU),
        ({"uses_max": 1, "code_used": 1}, Why.CODE_USED),
        ({"stopped_at": AT}, Why.STOPPED),
        ({"is_on": False}, Why.OFF),
        ({"archived_at": AT}, Why.UNKNOWN),
        ({"first_order_only": True}, Why.NOT_FIRST),
        ({"broadcast_id": LIVE}, None),
        ({"broadcast_id": uuid.uuid4()}, Why.NOT_LIVE),
    ],
)
def test_why_a_coupon_does_not_count(fields: dict[str, object], why: Why | None) -> None:
    assert judge(coupon(**fields), AT, has_bought=True, live_in={LIVE}) is why


@pytest.mark.req("LC-8.7.5")
def test_the_last_second_is_part_of_the_time() -> None:
    ends = coupon(ends_at=AT)
    last = AT + timedelta(microseconds=999_999)
    assert state_of(ends, last) is State.RUNNING
    assert state_of(ends, AT + timedelta(seconds=1)) is State.ENDED


@pytest.mark.req("LC-8.7.2")
def test_codes_have_one_form_and_nothing_that_looks_like_something_else() -> None:
    assert normal(" ｓｐｒｉｎｇ ー26 ") == "SPRING-26"
    assert not set("01OIL") & set(ALPHABET)
    made = {new_code(10) for _ in range(200)}
    assert len(made) == 200
    assert all(is_code(code) and set(code) <= set(ALPHABET) for code in made)
    assert not is_code("AB")
    assert not is_code("A_B")


def test_what_a_coupon_is_limited_to() -> None:
    shop, product, category = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    line = QuoteLine(
        line_id="1", shop_id=str(shop), product_id=str(product), variant_id="v", qty=1, list_amount=1
    )
    facts = {product: ProductFacts(id=product, name="", shop_id=shop, category_ids=frozenset((category,)))}
    other = frozenset((uuid.uuid4(),))
    assert Scope().covers(line, {})
    assert Scope(categories=frozenset((category,)), shops=frozenset((shop,))).covers(line, facts)
    assert Scope(products=frozenset((product,)), categories=other).covers(line, facts)
    assert not Scope(products=other).covers(line, facts)
    assert not Scope(products=frozenset((product,)), shops=other).covers(line, facts)


@pytest.mark.req("LC-8.7.1", "LC-8.7.3", "LC-8.7.7", "BX-04")
@pytest.mark.parametrize(
    ("fields", "covered", "taken", "total"),
    [
        # 10 % of 3,000 + 1,005, rounded down; shipping 500
        ({}, ("1", "2"), 400, 3605 + 500),
        ({}, ("2",), 100, 3905 + 500),
        ({"cap": 250}, ("1", "2"), 250, 3755 + 500),
        ({"kind": "fixed", "percent": None, "amount": 500}, ("1", "2"), 500, 3505 + 500),
        ({"kind": "fixed", "percent": None, "amount": 5000}, ("2",), 1005, 3000 + 500),
        ({"kind": "free_shipping", "percent": None}, ("1", "2"), 500, 4005),
        ({"kind": "free_shipping", "percent": None, "cap": 300}, ("2",), 300, 4005 + 200),
        # The minimum is judged on what it is for, that amount included.
        ({"min_goods": 4005}, ("1", "2"), 400, 3605 + 500),
        ({"min_goods": 4006}, ("1", "2"), 0, 4005 + 500),
        ({"min_goods": 1006}, ("2",), 0, 4005 + 500),
        ({"kind": "free_shipping", "percent": None, "min_goods": 1006}, ("2",), 0, 4005 + 500),
        ({"percent": 100}, ("1", "2"), 4005, 500),
    ],
)
def test_what_a_coupon_takes(
    fields: dict[str, object], covered: tuple[str, ...], taken: int, total: int
) -> None:
    request = build.request(build.line("1", 1500, 2), build.line("2", 1005))
    terms = {build.SHOP: build.terms(fee=500)}
    made = adjustments(coupon(**fields), draft_quote(request, terms).lines, covered, "ja")
    quote = price(request, [("coupons", one) for one in made], terms)
    assert (sum(one.taken for one in quote.applied), quote.total) == (taken, total)
    assert all(one.adjustment.bearer == "tenant" for one in quote.applied)
    assert all(one.adjustment.phase in (Phase.CART, Phase.SHIPPING) for one in quote.applied)
    assert sum(part.amount for line in quote.shops[0].lines for part in line.parts) == sum(
        one.taken for one in quote.applied if one.adjustment.phase is Phase.CART
    )
