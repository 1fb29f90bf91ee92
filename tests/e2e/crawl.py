"""Follows the links that a visitor sees, one or two of each kind, and examines every page."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tests.e2e.examine import examine, examine_source
from tests.e2e.source import Reader, reading
from tests.e2e.visitor import Visitor

# Many pages are drawn from one template: so many of each are enough.
EACH: Final = 2
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BY_NAME: Final = re.compile(r"(/shop/(?:products|shops|orders))/[^/]+")
# Files to keep, pictures and style sheets are no pages.
_NO_PAGE: Final = re.compile(r"^/(?:media|assets|api)/|\.(?:csv|ics|json|xml|txt)$|/html$")
_LINKS: Final = "[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.href)"

Opens = Callable[[str, int], bool]


async def crawl(
    visitor: Visitor, start: list[str], within: re.Pattern[str], opens: Opens
) -> tuple[list[str], list[str]]:
    """(paths that were visited, faults). Only paths that ``within`` matches are visited.

    The browser opens the pages that ``opens`` says, by their kind and how many of it came before; the
    source of the others is read.
    """
    todo = deque(start)
    visited: list[str] = []
    faults: list[str] = []
    seen: Counter[str] = Counter()
    async with reading(visitor) as reader:
        while todo:
            path = todo.popleft()
            kind = kind_of(path)
            if path in visited or seen[kind] >= EACH:
                continue
            visited.append(path)
            look = _open if opens(kind, seen[kind]) else _read
            found, links = await look(visitor, reader, path)
            faults += found
            seen[kind] += 1
            todo.extend(target for target in _targets(visitor, links) if within.match(target))
    return visited, faults


async def _open(visitor: Visitor, reader: Reader, path: str) -> tuple[list[str], list[str]]:
    faults = await examine(visitor, await visitor.go(path))
    return faults, await visitor.page.evaluate(_LINKS)


async def _read(visitor: Visitor, reader: Reader, path: str) -> tuple[list[str], list[str]]:
    source = await reader.fetch(path)
    return examine_source(visitor, source), source.links


def kind_of(path: str) -> str:
    """/shop/products/a?sort=new and /shop/products/b?sort=price are of one kind."""
    parts = urlsplit(path)
    names = "&".join(sorted(name for name, _ in parse_qsl(parts.query)))
    path = _BY_NAME.sub(r"\1/{name}", _UUID.sub("{id}", parts.path))
    return f"{path}?{names}"


def _targets(visitor: Visitor, hrefs: list[str]) -> list[str]:
    origin = visitor.demo.url(visitor.slug, "")
    found = []
    for href in hrefs:
        parts = urlsplit(href)
        if href.startswith(f"{origin}/") and not _NO_PAGE.search(parts.path):
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return list(dict.fromkeys(found))
