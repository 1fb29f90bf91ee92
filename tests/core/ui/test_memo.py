from __future__ import annotations

import msgspec
from markupsafe import Markup

from nakamise.ui.memo import Memo


class Item(msgspec.Struct, frozen=True):
    name: str
    badges: list[str]


def test_the_same_arguments_are_drawn_once() -> None:
    drawn: list[str] = []

    def card(item: Item, level: int) -> Markup:
        drawn.append(item.name)
        return Markup("<h{}>{}</h{}>").format(level, item.name, level)

    memo = Memo()
    first = memo("a.card", card, Item("<i>", ["x"]), 2)
    again = memo("a.card", card, Item("<i>", ["x"]), 2)
    other = memo("a.card", card, Item("<i>", ["y"]), 2)
    level = memo("a.card", card, Item("<i>", ["x"]), 3)

    assert first is again
    assert first == other == Markup("<h2>&lt;i&gt;</h2>")
    assert level == Markup("<h3>&lt;i&gt;</h3>")
    assert drawn == ["<i>", "<i>", "<i>"]


def test_names_keep_macros_apart() -> None:
    memo = Memo()
    assert memo("a", lambda text: Markup("a{}").format(text), "x") == "ax"
    assert memo("b", lambda text: Markup("b{}").format(text), "x") == "bx"


def test_the_least_recently_used_go_first() -> None:
    drawn: list[int] = []

    def part(number: int) -> Markup:
        drawn.append(number)
        return Markup(str(number))

    memo = Memo(kept_max=2)
    for number in (1, 2, 1, 3, 1, 2):
        memo("part", part, number)
    assert drawn == [1, 2, 3, 2]
