"""A working day's amounts, reckoned by hand: ¥3,300 at 10 % and two of ¥10,800 at 8 % from one shop, ¥2,200 at 10 % from
another, ¥500 off all of it; then one of the two goes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Bill = dict[str, list[str]]


@dataclass(frozen=True)
class Expected:
    """One order's amounts: what its lines and its bill show, what its mail says, its file and the API in numbers."""

    lines: tuple[str, ...]
    bill: Bill
    mail: Bill
    row: tuple[str, ...]
    api: tuple[int, ...]


# 27,100 of goods, 500 off by largest remainder: 61 of 3,300, 398 of 21,600, 41 of 2,200. No carriage from 5,000 on.
# 3,239 × 10/110 and 21,202 × 8/108, each rounded down once.
FIRST: Final = Expected(
    lines=("¥3,300", "¥21,600"),
    bill={
        "goods": ["¥24,900"],
        "discount": ["-¥459"],
        "shipping": ["無料"],
        "total": ["¥24,441"],
        "tax": ["¥294", "¥1,570"],
    },
    mail={
        "小計": ["¥24,900"],
        "朝の割引": ["-¥459"],
        "送料": ["無料"],
        "合計（税込）": ["¥24,441"],
        "10%対象 ¥3,239 内消費税": ["¥294"],
        "8%対象※ ¥21,202 内消費税": ["¥1,570"],
    },
    row=("24900", "459", "0", "0", "24441", "1864", "0"),
    api=(24_900, 459, 0, 24_441, 24_441, 1_864),
)
# Carriage 660 besides: 2,819 × 10/110.
SECOND: Final = Expected(
    lines=("¥2,200",),
    bill={
        "goods": ["¥2,200"],
        "discount": ["-¥41"],
        "shipping": ["¥660"],
        "total": ["¥2,819"],
        "tax": ["¥256"],
    },
    mail={
        "小計": ["¥2,200"],
        "朝の割引": ["-¥41"],
        "送料": ["¥660"],
        "合計（税込）": ["¥2,819"],
        "10%対象 ¥2,819 内消費税": ["¥256"],
    },
    row=("2200", "41", "660", "0", "2819", "256", "0"),
    api=(2_200, 41, 660, 2_819, 2_819, 256),
)
ALL: Final[Bill] = {
    "goods": ["¥27,100"],
    "discount": ["-¥500"],
    "shipping": ["¥660"],
    "total": ["¥27,260"],
    "tax": ["¥550", "¥1,570"],
}
DUE: Final = "¥27,260"
# One of two teas: 21,202 // 2, and the tax in it, 10,601 × 8/108.
BACK: Final[Bill] = {"refunded": ["-¥10,601"], "left": ["¥13,840"]}


def numbers(bill: dict[str, object]) -> tuple[int, ...]:
    """Goods, discounts, shipping, total, due and tax as the API says them."""

    def sum_of(name: str, key: str) -> int:
        rows = bill[name]
        assert isinstance(rows, list)
        return sum(row[key] for row in rows)

    taken = sum_of("discounts", "amount")
    whole = (bill["goods"], taken, bill["shipping"], bill["total"], bill["due"], sum_of("taxes", "tax"))
    return tuple(int(str(one)) for one in whole)
