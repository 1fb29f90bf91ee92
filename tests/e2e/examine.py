"""What must hold on every page: no leftovers of programming, nothing of the framework's name, room, accessibility."""

from __future__ import annotations

import enum
import re
from collections import Counter
from typing import Final

from playwright.async_api import Response

from nakamise.contracts.payments import PaymentState
from nakamise_shop.domain.order_state import LineState, OrderState, OrderStatus
from nakamise_shop.orders.schemas import PayStatus
from tests.axe import axe_faults
from tests.e2e.source import Source
from tests.e2e.visitor import Visitor
from tests.whitelabel.forbidden import Words

NARROWEST_PX: Final = 320
# Our name in every spelling.
NOBODY: Final = Words()
# DF-01, DF-02.
LEFTOVERS: Final = re.compile(
    r"Invalid Date|\bNaN\b|\bundefined\b|\bnull\b|[¥￥]\d{4,}|[¥￥][\d,]+\.\d|\{\{|\}\}|%\(\w+\)s"
)
_ENUMS: Final[tuple[type[enum.StrEnum], ...]] = (OrderState, OrderStatus, LineState, PayStatus, PaymentState)
RAW: Final = {"None", "True", "False", "approved", "published", "archived", "draft"} | {
    member.value for values in _ENUMS for member in values
}
_TEXTS: Final = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!["SCRIPT", "STYLE", "NOSCRIPT"].includes(node.parentElement.tagName)) texts.push(node.data.trim());
  }
  return texts.filter(Boolean);
}"""
_IDS: Final = "[...document.querySelectorAll('[id]')].map((element) => element.id)"
_TOO_WIDE: Final = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def examine(visitor: Visitor, answer: Response | None = None) -> list[str]:
    """Faults of the page that is open, each one line that names the page."""
    found = [
        *_words(await visitor.page.evaluate(_TEXTS)),
        *_twice(await visitor.page.evaluate(_IDS)),
        *await _white_label(visitor, answer),
        *await axe_faults(visitor.page),
        *await _room(visitor),
    ]
    return [f"{visitor.slug} {visitor.locale} {visitor.page.url}: {fault}" for fault in found]


def examine_source(visitor: Visitor, source: Source) -> list[str]:
    """What can be told without a browser: words, and the framework's name."""
    answer = source.answer
    seen = {"page": answer.text, "headers": str(answer.headers.multi_items())}
    found = [*_words(source.texts), *_twice(source.ids), *NOBODY.leaks("", seen.items())]
    return [f"{visitor.slug} {visitor.locale} {answer.url}: {fault}" for fault in found]


def _words(texts: list[str]) -> list[str]:
    leftovers = [hit[0] for hit in LEFTOVERS.finditer("\n".join(texts))]
    return [f"says {text!r}" for text in [*leftovers, *(text for text in texts if text in RAW)]]


def _twice(ids: list[str]) -> list[str]:
    """The second of two fields of one id has no label: the first has it."""
    return [f"has two elements of the id {one!r}" for one, times in Counter(ids).items() if times > 1]


async def _white_label(visitor: Visitor, answer: Response | None) -> list[str]:
    seen = {"page": await visitor.page.content(), "cookies": str(await visitor.page.context.cookies())}
    if answer is not None:
        seen["headers"] = str(await answer.all_headers())
    return NOBODY.leaks("", seen.items())


async def _room(visitor: Visitor) -> list[str]:
    size = visitor.page.viewport_size
    assert size is not None
    faults = []
    if await visitor.page.evaluate(_TOO_WIDE):
        faults.append(f"scrolls sideways at {size['width']} px")
    if visitor.has_touch:
        await visitor.page.set_viewport_size({"width": NARROWEST_PX, "height": size["height"]})
        if await visitor.page.evaluate(_TOO_WIDE):
            faults.append(f"scrolls sideways at {NARROWEST_PX} px")
        await visitor.page.set_viewport_size(size)
    return faults
