"""How a visitor came to a page, from what the browser says: a word, never an address. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from nakamise.contracts.sales import Via

# By the last labels of a host's name.
_SEARCH: Final = re.compile(
    r"(^|\.)(google(\.co)?\.[a-z]+|bing\.com|yahoo\.(com|co\.jp)|duckduckgo\.com|ecosia\.org|baidu\.com|naver\.com"
    r"|search\.brave\.com|startpage\.com|qwant\.com)$"
)
_SOCIAL: Final = re.compile(
    r"(^|\.)(x\.com|twitter\.com|t\.co|facebook\.com|instagram\.com|threads\.(net|com)|tiktok\.com|youtube\.com|youtu\.be"
    r"|line\.me|line-apps\.com|pinterest\.(com|jp)|note\.com|ameblo\.jp|bsky\.app|linkedin\.com|reddit\.com|lemon8-app\.com)$"
)
_MAIL: Final = re.compile(r"^(mail|outlook)\.|(^|\.)mail\.(google|yahoo)\.")
_TAGS: Final = (
    (re.compile(r"e-?mail|newsletter|mailmagazine"), Via.MAIL),
    (re.compile(r"cpc|ppc|paid|display|banner|affiliate|ads?$"), Via.CAMPAIGN),
    (re.compile(r"social|sns|line|instagram|twitter|tiktok|youtube|facebook"), Via.SOCIAL),
    (re.compile(r"organic|search"), Via.SEARCH),
)
# Pages of the site by the beginning of their paths.
_LIVE: Final = "/livestream/"
_LISTS: Final = ("/shop/products", "/shop/categories", "/shop/shops")
_BOT: Final = re.compile(
    r"bot|crawl|spider|slurp|preview|scan|monitor|headless|lighthouse|externalhit|embed|archiv|fetch|feed"
    r"|curl|wget|python|java/|go-http|okhttp|httpx|axios|libwww|postman|^$",
    re.IGNORECASE,
)


def is_person(headers: Mapping[str, str]) -> bool:
    """Not a program that says so, and not a browser that only looks ahead."""
    ahead = headers.get("sec-purpose", headers.get("purpose", ""))
    return "prefetch" not in ahead and _BOT.search(headers.get("user-agent", "")) is None


def via_of(origin: str, referer: str, query: Mapping[str, str]) -> Via:
    """``origin``: of this site. What a link was tagged with (``utm_…``) counts more than where it stood."""
    if tags := f"{query.get('utm_medium', '')} {query.get('utm_source', '')}".strip().lower():
        return next((via for pattern, via in _TAGS if pattern.search(tags)), Via.CAMPAIGN)
    if not referer:
        return Via.DIRECT
    came_from = address(referer)
    if came_from is None:
        return Via.UNKNOWN
    if f"{came_from.scheme}://{came_from.netloc}" == origin:
        return _inside(came_from.path)
    return _outside((came_from.hostname or "").lower())


def address(referer: str) -> SplitResult | None:
    """None: no address that can be read; programs send anything."""
    try:
        return urlsplit(referer)
    except ValueError:
        return None


def known(word: str) -> Via:
    """What came back from a form, or UNKNOWN."""
    return Via(word) if word in Via.__members__.values() else Via.UNKNOWN


def _inside(path: str) -> Via:
    if path.startswith(_LIVE):
        return Via.LIVE
    # A product's own page is no list.
    is_product = path.startswith("/shop/products/")
    return Via.LIST if path.startswith(_LISTS) and not is_product else Via.SITE


def _outside(host: str) -> Via:
    if _MAIL.search(host):
        return Via.MAIL
    if _SEARCH.search(host):
        return Via.SEARCH
    return Via.SOCIAL if _SOCIAL.search(host) else Via.LINK if host else Via.UNKNOWN
