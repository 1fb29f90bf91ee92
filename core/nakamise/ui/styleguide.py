"""Sample data for the style guide page (`core/styleguide.html`). Nothing here is a tenant's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from nakamise.ui.charts import zero_filled
from nakamise.ui.color import to_hex
from nakamise.ui.formats import yen
from nakamise.ui.theme import Brand, build_ramp
from nakamise.ui.views import NavLink

_NOW = datetime(2026, 11, 20, 5, 34, tzinfo=UTC)
_IMAGES = tuple(f"img/sample-{number}.svg" for number in range(1, 5))
_NAMES = (
    "シルクルージュ〈リップスティック〉01 紅",
    "うるおいクッションファンデーション",
    "ノイズキャンセリングヘッドホン H-900",
    "柚子と米ぬかのハンドクリーム",
)
_STATES = (("入金済み", "ok"), ("出荷準備中", "warn"), ("発送済み", "info"), ("返金済み", "danger"))


def sample_data(brand: Brand, url: Callable[[str, str], str]) -> dict[str, Any]:
    """Everything `core/styleguide.html` shows; `url` is the asset store's."""
    images = [url("core", path) for path in _IMAGES]
    light, dark = build_ramp(brand, dark=False), build_ramp(brand, dark=True)
    days = [value for _, value in _sales()]
    rows = [(f"{day.month}/{day.day}", value) for day, value in _sales()]
    return {
        "images": images,
        "swatches": [(name, to_hex(light[name]), to_hex(dark[name])) for name in light],
        "products": _products(images),
        "gallery": [{"url": image, "alt": _NAMES[0]} for image in images],
        "sales": rows,
        "sales_rows": [(name, yen(int(value))) for name, value in rows],
        "show_yen": _short_yen,
        "shares": [("スキンケア", 48), ("メイク", 31), ("フレグランス", 14), ("その他", 7)],
        "share_rows": [
            ("スキンケア", "48.0%"),
            ("メイク", "31.0%"),
            ("フレグランス", "14.0%"),
            ("その他", "7.0%"),
        ],
        "hours": [(f"{hour}", max(0, value)) for hour, value in zip(range(10, 24), days, strict=False)],
        "tabs": [
            NavLink("すべて", "#all", current=True, count=214),
            NavLink("受注", "#a", count=31),
            NavLink("発送", "#b"),
        ],
        "chips": [NavLink(name, "#chip", current=not index) for index, (name, _) in enumerate(_STATES)],
        "orders": _orders(),
        "timeline": _timeline(),
        "now": _NOW,
    }


def _sales() -> list[tuple[date, float]]:
    last = _NOW.date()
    first = last - timedelta(29)
    sold = {first + timedelta(n): 40_000 + (n * 7919 % 23) * 8_500.0 for n in range(30) if n % 9}
    return zero_filled(sold, first, last)


def _short_yen(value: float) -> str:
    return f"{value / 10_000:g}万" if value >= 10_000 else f"{value:g}"


def _products(images: list[str]) -> list[dict[str, object]]:
    prices = ((3960, 4950), (4730, None), (39800, None), (1320, None))
    return [
        {
            "name": name,
            "price": price,
            "was": was,
            "image": image,
            "kicker": "KANON",
            "sold_out": name == _NAMES[3],
        }
        for name, (price, was), image in zip(_NAMES, prices, images, strict=True)
    ]


def _orders() -> list[dict[str, object]]:
    people = ("佐藤 美咲", "鈴木 一郎", "高橋 由衣", "田中 健太")
    return [
        {
            "number": f"LC-20261120-{20 - index:04}",
            "customer": person,
            "at": _NOW - timedelta(minutes=47 * index),
            "total": 25_350 + index * 3_980,
            "status": status,
            "kind": kind,
        }
        for index, (person, (status, kind)) in enumerate(zip(people, _STATES, strict=True))
    ]


def _timeline() -> list[dict[str, object]]:
    return [
        {"title": "ご注文を受け付けました", "state": "done", "at": _NOW - timedelta(days=2)},
        {"title": "お支払いを確認しました", "state": "done", "at": _NOW - timedelta(days=2)},
        {"title": "発送しました", "state": "now", "at": _NOW, "text": "送り状番号 1234-5678-9012"},
        {"title": "お届け", "state": "next", "text": "11/23(月)の予定"},
    ]
