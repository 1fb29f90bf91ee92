"""Follows the links that a visitor sees, one or two of each kind, and examines every page."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tests.e2e.examine import examine
from tests.e2e.visitor import Visitor

# Many pages are drawn from one template: so many of each are enough.
EACH: Final = 2
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BY_NAME: Final = re.compile(r"(/shop/(?:products|shops|orders))/[^/]+")
# Files to keep, pictures and style sheets are no pages.
_NO_PAGE: Final = re.compile(r"^/(?:media|assets|api)/|\.(?:csv|ics|json|xml|txt)$|/html$")
_LINKS: Final = "[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.href)"


async def crawl(visitor: Visitor, start: list[str], within: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """(paths that were visited, faults). Only paths that ``within`` matches are visited."""
    todo = deque(start)
    visited: list[str] = []
    faults: list[str] = []
    seen: Counter[str] = Counter()
    while todo:
        path = todo.popleft()
        if path in visited or seen[kind_of(path)] >= EACH:
            continue
        seen[kind_of(path)] += 1
        visited.append(path)
        answer = await visitor.go(path)
        faults += await examine(visitor, answer)
        todo.extend(target for target in await _targets(visitor) if within.match(target))
    return visited, faults


def kind_of(path: str) -> str:
    """/shop/products/a?sort=new and /shop/products/b?sort=price are of one kind."""
    parts = urlsplit(path)
    names = "&".join(sorted(name for name, _ in parse_qsl(parts.query)))
    path = _BY_NAME.sub(r"\1/{name}", _UUID.sub("{id}", parts.path))
    return f"{path}?{names}"


async def _targets(visitor: Visitor) -> list[str]:
    hrefs: list[str] = await visitor.page.evaluate(_LINKS)
    origin = visitor.demo.url(visitor.slug, "")
    found = []
    for href in hrefs:
        parts = urlsplit(href)
        if href.startswith(f"{origin}/") and not _NO_PAGE.search(parts.path):
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return list(dict.fromkeys(found))
