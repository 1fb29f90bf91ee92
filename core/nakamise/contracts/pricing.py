"""What is asked for a price, what plugins propose, and the quote that comes out.

Every amount is an integer in minor units and tax-included, except `QuoteLine.list_amount`, which is as the shop
typed it. All structs survive a JSON round trip: a quote is stored on the order as its snapshot.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Literal

import msgspec


class Phase(enum.IntEnum):
    """When an adjustment is applied, and to what."""

    UNIT = 10  # off each unit of one line: time sale, live price
    LINE = 20  # off one line: product coupon
    CART = 30  # off the goods of a shop or of the purchase: coupon
    SHIPPING = 40  # off shipping fees, or off goods and shipping together (`whole_order`)
    TENDER = 50  # pays a part: points, gift card. Never changes the taxable amount


Bearer = Literal["shop", "tenant", "platform"]


class Rounding(enum.StrEnum):
    """How a shop rounds a fraction of a yen of consumption tax; the issuer's choice by law."""

    FLOOR = "floor"  # 切り捨て
    CEIL = "ceil"  # 切り上げ
    HALF_UP = "half_up"  # 四捨五入


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One cart line; `list_amount` is the unit price as the shop typed it (with or without tax)."""

    line_id: str
    shop_id: str
    product_id: str
    variant_id: str
    qty: int
    list_amount: int
    tax_class: str = "standard"


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where the goods go: 7 digits, and one of the 47 prefectures as it is written in Japanese."""

    postal_code: str
    prefecture: str


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """Something charged besides the goods, such as wrapping; part of the shipping fee."""

    code: str
    label: str
    amount: int


class QuoteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be priced.

    `at` is the database's time, by which sale windows are judged; `tax_date` is the day of supply in the tenant's
    zone. `inputs` holds what the buyer typed for plugins, keyed "<plugin id>.<name>": {"coupons.code": "SPRING"}.
    `for_display`: lists and product pages ask what one of each would cost. Only UNIT adjustments count then, and
    nobody is asked to adjust when no plugin returned facts.
    """

    lines: tuple[QuoteLine, ...]
    at: dt.datetime
    tax_date: dt.date
    currency: str = "JPY"
    buyer_id: str | None = None
    inputs: dict[str, str] = {}
    destination: Destination | None = None
    for_display: bool = False


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as plugins see it: `list_amount` is the tax-included unit price."""

    line_id: str
    shop_id: str
    product_id: str
    variant_id: str
    qty: int
    list_amount: int
    tax_class: str
    tax_rate_bp: int
    reduced: bool


class QuoteDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The request with tax-included list prices, before any adjustment."""

    request: QuoteRequest
    lines: tuple[DraftLine, ...]


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin's proposal: a fixed `amount` (<= 0) or a share (`rate_bp`) of what is left when its turn comes.

    UNIT and LINE name a `line_id`. The later phases may name a `shop_id`; without one they cover the purchase.
    UNIT amounts and caps are per unit. CART and SHIPPING may name ``line_ids``: CART takes off these only, and
    both judge ``min_goods`` on them. ``ends_at``: a limited offer, whose end the buyer is told before ordering.
    ``was_proven``: the price before may lawfully be struck through beside the lowered one.
    """

    phase: Phase
    code: str
    label: str
    amount: int = 0
    rate_bp: int = 0  # 10_000 = all of it; rounded down to the yen
    cap: int | None = None  # the most that rate_bp may take
    min_goods: int = 0  # skipped while the goods in its reach are worth less at its turn
    line_id: str | None = None
    shop_id: str | None = None
    whole_order: bool = False  # SHIPPING only: shared over goods and shipping, as a taxable discount
    exclusive_group: str | None = None  # of overlapping proposals in one group the best for the buyer wins
    bearer: Bearer = "shop"  # whose money it is: what the shop is paid follows it
    line_ids: tuple[str, ...] = ()
    ends_at: dt.datetime | None = None
    was_proven: bool = False


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal and what it really took (>= 0); 0 when it lost in its group, missed a minimum, or nothing was left."""

    plugin_id: str
    adjustment: Adjustment
    taken: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The part of one applied adjustment that fell on one line or one shipping fee; amount > 0.

    ``label`` is the rule's name as anybody may read it, on documents too; ``code`` may be a secret of the buyer's.
    ``bearer`` is the adjustment's.
    """

    plugin_id: str
    phase: Phase
    code: str
    amount: int
    label: str = ""
    bearer: Bearer = "shop"


class QuotedLine(msgspec.Struct, frozen=True, kw_only=True):
    """subtotal = unit_amount * qty; net = subtotal - discount; cash = net - tender."""

    line_id: str
    shop_id: str
    product_id: str
    variant_id: str
    qty: int
    tax_class: str
    tax_rate_bp: int
    reduced: bool
    list_amount: int  # per unit, before UNIT adjustments
    unit_amount: int  # per unit, after UNIT adjustments
    subtotal: int
    discount: int
    net: int
    tender: int
    cash: int
    parts: tuple[Part, ...] = ()  # UNIT parts too, for the whole line


class QuotedShipping(msgspec.Struct, frozen=True, kw_only=True):
    """net = fee - discount; cash = net - tender. Taxed at the standard rate. ``extras`` are part of ``fee``.

    ``free_from``: what the shop's goods must be worth for a free carriage; None when it is free, or never is.
    """

    tax_rate_bp: int
    reduced: bool
    fee: int
    discount: int
    net: int
    tender: int
    cash: int
    parts: tuple[Part, ...] = ()
    extras: tuple[Extra, ...] = ()
    free_from: int | None = None


class TaxLine(msgspec.Struct, frozen=True, kw_only=True):
    """Tax contained in `gross`, rounded once for this shop and rate. `reduced` marks the ※ rate."""

    rate_bp: int
    reduced: bool
    gross: int
    tax: int


class ShopQuote(msgspec.Struct, frozen=True, kw_only=True):
    """One shop's part of a purchase: becomes one order. total = goods + shipping.net; due = total - tender.

    ``unavailable``: why this shop does not send to the destination, in the buyer's language; "" = it does.
    """

    shop_id: str
    rounding: Rounding
    lines: tuple[QuotedLine, ...]
    shipping: QuotedShipping
    tax_lines: tuple[TaxLine, ...]
    goods: int
    total: int
    tax: int
    tender: int
    due: int
    unavailable: str = ""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The priced purchase. `degraded` names plugins that are on but whose rules could not be asked, and
    `contracts.shipping.RATES_UNKNOWN`."""

    currency: str
    priced_at: dt.datetime
    tax_date: dt.date
    shops: tuple[ShopQuote, ...]
    goods: int
    shipping: int
    total: int
    tender: int
    due: int
    applied: tuple[Applied, ...] = ()
    degraded: tuple[str, ...] = ()
