"""Numbers, money, dates and line breaks as people read them.

Patterns are our own where CLDR's differ from the trade's habit: yen as `¥5,456` (CLDR's Japanese sign is
full width), Japanese dates as `2026/6/12`, relative time without the space CLDR puts in.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import budoux
from babel.dates import format_date, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup, escape

_DATES = {"ja": "yyyy/M/d", "en": "MMM d, yyyy"}
_JAPANESE = re.compile(r"[\u3040-\u30ff]")
_MONTH_DAYS = {"ja": "M/d", "en": "MMM d"}


def yen(amount: int) -> str:
    """Whole yen. Raises TypeError for anything that is not an integer, a float above all."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError(f"yen are integers, not {type(amount).__name__}")
    return f"-¥{-amount:,}" if amount < 0 else f"¥{amount:,}"


def number(value: float, locale: str) -> str:
    return format_decimal(value, locale=locale)


def compact(value: int, locale: str) -> str:
    """1.2万 in Japanese, 12K in English."""
    return format_compact_decimal(value, locale=locale, fraction_digits=1)


def local_time(moment: datetime, zone: str) -> datetime:
    """Raises ValueError for a naive datetime: a time without a zone is a defect."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone")
    return moment.astimezone(ZoneInfo(zone))


def _day(value: date | datetime, zone: str) -> date:
    return local_time(value, zone).date() if isinstance(value, datetime) else value


def short_date(value: date | datetime, locale: str, zone: str) -> str:
    """The day in the tenant's zone, with its year."""
    return format_date(_day(value, zone), _DATES.get(locale, "yyyy-MM-dd"), locale=locale)


def month_day(value: date | datetime, locale: str, zone: str) -> str:
    """The day in the tenant's zone, without its year."""
    return format_date(_day(value, zone), _MONTH_DAYS.get(locale, "MM-dd"), locale=locale)


def minute(value: datetime, locale: str, zone: str) -> str:
    """Date and time to the minute, 24 hours."""
    return f"{short_date(value, locale, zone)} {local_time(value, zone):%H:%M}"


def ago(value: datetime, locale: str, now: datetime | None = None) -> str:
    delta = value - (now or datetime.now(UTC))
    text = format_timedelta(delta, add_direction=True, locale=locale)
    return text.replace(" ", "") if locale == "ja" else text


@lru_cache(maxsize=1)
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


@lru_cache(maxsize=8192)
def phrases(text: str) -> Markup:
    """Markup that breaks only between phrases (Safari and Firefox have no `word-break: auto-phrase`).

    Japanese names stand in English pages too, so the text decides and not the page's language.
    """
    if isinstance(text, Markup) or not _JAPANESE.search(text):
        return escape(text)
    broken = Markup("<wbr>").join(_parser().parse(text))
    return Markup('<span class="n-phrases">{}</span>').format(broken)
