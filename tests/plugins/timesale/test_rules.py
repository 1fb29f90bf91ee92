"""When a sale runs, what it proposes, and how coupon, sale and live price work together."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from nakamise.contracts.pricing import Adjustment, Phase, QuoteLine
from nakamise_coupons.domain.rules import Presented
from nakamise_coupons.domain.rules import adjustments as of_coupon
from nakamise_shop.domain.pricing import draft_quote, price
from nakamise_timesale.domain.rules import GROUP, RunningItem, State, Times, proposals, state_of
from tests.plugins.shop.domain import build

AT = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRODUCT = uuid.uuid4()
VARIANTS = (uuid.uuid4(), uuid.uuid4())


def sale(**fields: object) -> Times:
    plain: dict[str, object] = {name: None for name in Times.__struct_fields__}  # noqa: C420 - typed
    return msgspec.convert(plain | fields, Times)


def item(**fields: object) -> RunningItem:
    plain: dict[str, object] = {
        "item_id": uuid.uuid4(), "sale_id": uuid.uuid4(), "name": "夜のセール", "product_id": PRODUCT,
        "variant_id": None, "price": 800, "percent": None, "left": None, "starts_at": AT, "ends_at": None,
        "broadcast_id": None,
    }  # fmt: skip
    return msgspec.convert(plain | fields, RunningItem)


def line(number: int, amount: int = 1000, qty: int = 1) -> QuoteLine:
    return msgspec.structs.replace(
        build.line(str(number), amount, qty), product_id=str(PRODUCT), variant_id=str(VARIANTS[number])
    )


def units(items: list[RunningItem], *lines: QuoteLine) -> list[int]:
    """What one of each line costs."""
    request, terms = build.request(*lines), {build.SHOP: build.terms()}
    made = proposals(items, draft_quote(request, terms).lines, frozenset())
    quote = price(request, [("timesale", one) for one in made], terms)
    return [one.unit_amount for one in quote.shops[0].lines]


@pytest.mark.req("LC-8.8.1", "LC-8.8.2")
@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, State.DRAFT),
        ({"starts_at": AT}, State.RUNNING),
        ({"starts_at": AT + timedelta(seconds=1)}, State.SCHEDULED),
        ({"starts_at": AT - HOUR, "ends_at": AT}, State.RUNNING),
        ({"starts_at": AT - HOUR, "ends_at": AT - timedelta(seconds=1)}, State.ENDED),
        ({"starts_at": AT - HOUR, "ends_at": AT + HOUR, "stopped_at": AT}, State.ENDED),
        ({"starts_at": AT, "archived_at": AT}, State.ARCHIVED),
    ],
)
def test_when_a_sale_runs(fields: dict[str, object], state: State) -> None:
    assert state_of(sale(**fields), AT) is state


@pytest.mark.req("LC-8.8.1")
def test_what_one_costs() -> None:
    assert units([item()], line(0), line(1)) == [800, 800]
    assert units([item(price=None, percent=33)], line(0, 999)) == [670]
    assert units([item(variant_id=VARIANTS[1])], line(0), line(1)) == [1000, 800]
    # No gain, no sale; of two that overlap the better one counts, alone.
    assert units([item(price=1000)], line(0)) == [1000]
    assert units([item(), item(price=None, percent=30)], line(0)) == [700]
    # A line gets the price whole or not at all; what is left goes to the earlier ones.
    assert units([item(left=2)], line(0, qty=3)) == [1000]
    assert units([item(left=3)], line(0, qty=2), line(1, qty=2)) == [800, 1000]
    assert units([item(left=0)], line(0)) == [1000]


COUPON = msgspec.convert(
    {
        "name": "1割引", "name_en": "", "kind": "percent", "percent": 10, "amount": None, "cap": None, "min_goods": 1500,
        "total_limit": None, "user_limit": None, "used": 0, "starts_at": None, "ends_at": None,
        "first_order_only": False, "broadcast_id": None, "bearer": "tenant", "is_on": True, "archived_at": None,
        "coupon_id": uuid.uuid4(), "code": "AKI", "uses_max": None, "code_used": 0, "stopped_at": None,
        "used_by_buyer": 0,
    },
    Presented,
)  # fmt: skip


@pytest.mark.req("BX-04")
@pytest.mark.parametrize(
    ("sale_price", "live_off", "coupon", "unit", "total"),
    [
        # list 1,000 × 2, shipping 500 free from 1,700, coupon 10 % from goods worth 1,500
        (None, 0, False, 1000, 2000),
        (800, 0, False, 800, 1600 + 500),
        (None, 300, False, 700, 1400 + 500),
        # Sale and live price do not add up: the better for the buyer counts.
        (800, 300, False, 700, 1400 + 500),
        (800, 100, False, 800, 1600 + 500),
        # The coupon is 10 % of what is left then, and free shipping is judged after it.
        (None, 0, True, 1000, 1800),
        (800, 0, True, 800, 1440 + 500),
        # Below the coupon's minimum after the sale: it takes nothing.
        (700, 0, True, 700, 1400 + 500),
        (800, 300, True, 700, 1400 + 500),
        (850, 0, True, 850, 1530 + 500),
        (850, 0, False, 850, 1700),
    ],
)
def test_sale_live_price_and_coupon_have_one_result(
    sale_price: int | None, live_off: int, coupon: bool, unit: int, total: int
) -> None:
    request, terms = build.request(line(0, qty=2)), {build.SHOP: build.terms(fee=500, free_from=1700)}
    lines = draft_quote(request, terms).lines
    made: list[tuple[str, Adjustment]] = []
    if sale_price is not None:
        made += [("timesale", one) for one in proposals([item(price=sale_price)], lines, frozenset())]
    if live_off:
        live = Adjustment(
            phase=Phase.UNIT,
            code="live",
            label="ライブ価格",
            amount=-live_off,
            line_id="0",
            exclusive_group=GROUP,
        )
        made.append(("live", live))
    if coupon:
        made += [("coupons", one) for one in of_coupon(COUPON, lines, ["0"], "ja")]
    for order in (made, made[::-1]):
        quote = price(request, order, terms)
        assert (quote.shops[0].lines[0].unit_amount, quote.total) == (unit, total)
