"""What must hold on every page: no leftovers of programming, nothing of the framework's name, room, accessibility."""

from __future__ import annotations

import enum
import re
from pathlib import Path
from typing import Final

from playwright.async_api import Response

from nakamise.contracts.payments import PaymentState
from nakamise_shop.domain.order_state import LineState, OrderState, OrderStatus
from nakamise_shop.orders.schemas import PayStatus
from tests.e2e.visitor import Visitor
from tests.whitelabel.forbidden import Words

AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN: Final = (
    "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],"
    " resultTypes: ['violations']})"
)
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
_TOO_WIDE: Final = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def examine(visitor: Visitor, answer: Response | None = None) -> list[str]:
    """Faults of the page that is open, each one line that names the page."""
    found = [
        *await _words(visitor),
        *await _white_label(visitor, answer),
        *await _room(visitor),
        *await _axe(visitor),
    ]
    return [f"{visitor.slug} {visitor.locale} {visitor.page.url}: {fault}" for fault in found]


async def _words(visitor: Visitor) -> list[str]:
    texts: list[str] = await visitor.page.evaluate(_TEXTS)
    leftovers = [hit[0] for hit in LEFTOVERS.finditer("\n".join(texts))]
    return [f"says {text!r}" for text in [*leftovers, *(text for text in texts if text in RAW)]]


async def _white_label(visitor: Visitor, answer: Response | None) -> list[str]:
    seen = {"page": await visitor.page.content(), "cookies": str(await visitor.page.context.cookies())}
    if answer is not None:
        seen["headers"] = str(await answer.all_headers())
    return NOBODY.leaks("", seen.items())


async def _room(visitor: Visitor) -> list[str]:
    size = visitor.page.viewport_size
    assert size is not None
    widths = [size["width"], NARROWEST_PX] if visitor.has_touch else [size["width"]]
    faults = []
    for width in widths:
        await visitor.page.set_viewport_size({"width": width, "height": size["height"]})
        if await visitor.page.evaluate(_TOO_WIDE):
            faults.append(f"scrolls sideways at {width} px")
    await visitor.page.set_viewport_size(size)
    return faults


async def _axe(visitor: Visitor) -> list[str]:
    await visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
    result = await visitor.page.evaluate(AXE_RUN)
    return [f"{one['id']} {one['nodes'][0]['html'][:200]}" for one in result["violations"]]
