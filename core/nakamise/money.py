"""Money as integers in minor units: no float, no silent mixing of currencies.

`Money(500, "JPY")` is ¥500 and `Money(500, "USD")` is $5.00. Points are a currency of their own (`PTS`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

POINTS = "PTS"

# ISO 4217 exponents. CLDR (babel) is no source for this: its digits are for display and differ (HUF, TWD, ISK).
_EXPONENT_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_EXPONENT_2 = (
    "AED AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR MXN MYR NOK NZD PHP PLN RON SAR SEK SGD THB TRY"
    " TWD USD ZAR"
)
_EXPONENT_3 = "BHD JOD KWD OMR TND"

EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_EXPONENT_0.split(), 0),
    **dict.fromkeys(_EXPONENT_2.split(), 2),
    **dict.fromkeys(_EXPONENT_3.split(), 3),
    POINTS: 0,
}

# https://docs.stripe.com/currencies#special-cases
_PSP_TIMES_100 = frozenset({"ISK", "UGX"})
_PAYOUT_WHOLE_UNITS = frozenset({"HUF", "TWD"})


class MoneyError(ValueError):
    """An amount or a currency that cannot be used this way."""


class CurrencyMismatch(MoneyError):
    """Two currencies met in one calculation."""


class Money(msgspec.Struct, frozen=True, order=False):
    """An amount in minor units of its currency; may be negative (a correction)."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise MoneyError(f"an amount is an int of minor units, not {type(self.amount).__name__}")
        exponent(self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.amount * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} in one calculation")
        return other.amount


def exponent(currency: str) -> int:
    """Number of decimals of the minor unit: JPY 0, USD 2, KWD 3. Raises MoneyError for an unknown currency."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyError(f"unknown currency {currency!r}") from None


def to_psp(money: Money, *, payout: bool = False) -> int:
    """The integer that Stripe's API takes for this amount: ¥500 -> 500, $5.00 -> 500, 5 ISK -> 500.

    Raises MoneyError for points, and where Stripe would refuse: three-decimal amounts that do not end in 0,
    payouts in HUF or TWD that are not whole units.
    """
    if money.currency == POINTS:
        raise MoneyError("points cannot be sent to a payment provider")
    amount = money.amount * 100 if money.currency in _PSP_TIMES_100 else money.amount
    _check_psp(amount, money.currency, payout=payout)
    return amount


def from_psp(amount: int, currency: str, *, payout: bool = False) -> Money:
    """The inverse of `to_psp`; `currency` may be in lower case, as Stripe sends it."""
    code = currency.upper()
    if code == POINTS:
        raise MoneyError("points cannot come from a payment provider")
    exponent(code)
    _check_psp(amount, code, payout=payout)
    return Money(amount // 100 if code in _PSP_TIMES_100 else amount, code)


def _check_psp(amount: int, currency: str, *, payout: bool) -> None:
    whole_units = currency in _PSP_TIMES_100 or (payout and currency in _PAYOUT_WHOLE_UNITS)
    step = 100 if whole_units else 10 if EXPONENTS[currency] == 3 else 1
    if amount % step:
        raise MoneyError(f"{currency} amounts at the payment provider are multiples of {step}, not {amount}")


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` in proportion to `weights` by largest remainder; ties go to the earlier weight.

    The parts always add up to `total`; when `total <= sum(weights)` no part exceeds its weight.
    Raises ValueError for negative input, and for a positive total over weights that are all 0.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("a total and its weights cannot be negative")
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("nothing to share the total over")
        return (0,) * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def unit_refund(amount: int, qty: int, already: int, now: int) -> int:
    """What `now` more units give back of a line of `qty` units that was paid with `amount`.

    Cumulative: refunds in any order and grouping add up to exactly `amount`, never more.
    `already` is the number of units refunded before. Raises ValueError when more units are asked than are left.
    """
    if amount < 0 or now < 0 or already < 0 or qty < 1:
        raise ValueError("amounts and quantities cannot be negative")
    if already + now > qty:
        raise ValueError(f"{now} units asked, {qty - already} left")
    return amount * (already + now) // qty - amount * already // qty
