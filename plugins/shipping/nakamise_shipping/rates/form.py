"""A shop's settings as staff type them: a table of fees, and lists with one entry on a line."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from nakamise.errors import FieldError, Invalid
from nakamise.japan import Prefecture
from nakamise.web import N_
from nakamise_shipping.domain.config import DOMAIN, ShopShipping, check
from nakamise_shipping.domain.sizes import SizeClass

Raw = Mapping[str, list[str]]
ZONES_MAX: Final = 48
STEPS_MAX: Final = 8
_NUMBER: Final = re.compile(r"[0-9]{1,7}")
_PREFECTURES: Final = {
    one.ja.removesuffix("県").removesuffix("府").removesuffix("都"): one for one in Prefecture
}
_PREFECTURES_FULL: Final = {one.ja: one for one in Prefecture}
_SENDER: Final = (
    "name",
    "phone",
    "postal_code",
    "address",
    "building",
    "customer_code",
    "freight_code",
    "contents",
)
_YEN: Final = N_("Please enter whole yen, such as 800.")
_LINE: Final = N_("Line %(n)s cannot be read: %(text)s")
_UNKNOWN: Final = N_("There is no prefecture %(text)s.")


class _Reader:
    """Collects every fault, so that one look shows them all."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.faults: dict[str, FieldError] = {}

    def text(self, name: str) -> str:
        return unicodedata.normalize("NFKC", self.raw.get(name, [""])[-1]).strip()

    def typed(self, name: str) -> str:
        """As it is: names and words keep their width."""
        return self.raw.get(name, [""])[-1].strip()

    def number(self, name: str, default: int | None = None) -> int:
        text = self.text(name).replace(",", "").removeprefix("¥").removesuffix("円")
        if not text and default is not None:
            return default
        if not _NUMBER.fullmatch(text):
            self.fault(name, _YEN)
            return 0
        return int(text)

    def lines(self, name: str) -> list[str]:
        found = self.raw.get(name, [""])[-1].splitlines()
        return [unicodedata.normalize("NFKC", line).strip() for line in found if line.strip()]

    def fault(self, name: str, message: str, **params: object) -> None:
        self.faults.setdefault(name, FieldError(message, domain=DOMAIN, **params))


def read_config(raw: Raw) -> ShopShipping:
    """Raises Invalid with every fault, by the name of its field."""
    reader = _Reader(raw)
    steps = [n for n in range(STEPS_MAX) if n == 0 or reader.text(f"step{n}")]
    values: dict[str, Any] = {
        "steps": [reader.number(f"step{n}", 0) for n in steps],
        "zones": _zones(reader, steps),
        "islands": _islands(reader),
        "cool": reader.number("cool", 0),
        "frozen": reader.number("frozen", 0),
        "mixing": reader.text("mixing") or "coldest",
        "sizes": _sizes(reader),
        "days": _days(reader),
        "hours": _pairs(reader, "hours", ("code", "label")),
        "gifts": _gifts(reader),
        "layout": reader.text("layout") or "yamato_b2",
        "sender": {name: reader.typed(f"sender.{name}") for name in _SENDER},
    }
    config = _converted(values, reader)
    if reader.faults or config is None:
        raise Invalid(reader.faults)
    check(config)
    return config


def _converted(values: dict[str, Any], reader: _Reader) -> ShopShipping | None:
    """Each part by itself, so that a fault names its field."""
    done = {}
    for field in msgspec.structs.fields(ShopShipping):
        try:
            done[field.name] = msgspec.convert(values[field.name], field.type, strict=False)
        except msgspec.ValidationError:
            reader.fault(field.name, N_("This value cannot be used."))
    return ShopShipping(**done) if len(done) == len(values) else None


def _zones(reader: _Reader, steps: list[int]) -> list[dict[str, Any]]:
    found = []
    for n in range(ZONES_MAX):
        name, places = reader.typed(f"z{n}.name"), reader.text(f"z{n}.prefectures")
        if not name and not places:
            continue
        is_closed = bool(reader.text(f"z{n}.closed"))
        found.append(
            {
                "name": name or places[:40],
                "prefectures": _prefectures(reader, f"z{n}.prefectures", places),
                "fees": [reader.number(f"z{n}.fee{step}", 0 if is_closed else None) for step in steps],
                "days": reader.number(f"z{n}.days", 1),
                "closed": is_closed,
            }
        )
    return found


def _prefectures(reader: _Reader, field: str, text: str) -> list[str]:
    found = []
    for name in re.split(r"[\s,、・]+", text):
        one = _PREFECTURES_FULL.get(name) or _PREFECTURES.get(name)
        if one is None:
            reader.fault(field, _UNKNOWN, text=name)
        else:
            found.append(one.value)
    return list(dict.fromkeys(found))


def _islands(reader: _Reader) -> list[dict[str, Any]]:
    """ "907 500 2": postal code, surcharge, more days; "1002 ×": nothing is sent there."""
    found: list[dict[str, Any]] = []
    for n, line in enumerate(reader.lines("islands"), start=1):
        match = re.fullmatch(r"([0-9-]{3,8})\s+(?:(×|x|X)|([0-9,]{1,9}))(?:\s+([0-9]{1,2}))?", line)
        if match is None:
            reader.fault("islands", _LINE, n=n, text=line)
            continue
        prefix, closed, surcharge, more = match.groups()
        found.append(
            {
                "prefix": prefix.replace("-", ""),
                "surcharge": int((surcharge or "0").replace(",", "")),
                "closed": bool(closed),
                "days": int(more or 0),
            }
        )
    return found


def _sizes(reader: _Reader) -> list[dict[str, int]]:
    """ "80 5 250": centimetres, kilograms, what it costs more."""
    found = []
    for n, line in enumerate(reader.lines("sizes"), start=1):
        match = re.fullmatch(
            r"([0-9]{1,3})\s+([0-9]{1,3}(?:\.[0-9]{1,3})?)(?:\s+[¥]?([0-9,]{1,9})円?)?", line
        )
        if match is None:
            reader.fault("sizes", _LINE, n=n, text=line)
            continue
        cm, kilograms, surcharge = match.groups()
        grams = int(Decimal(kilograms) * 1000)
        found.append({"cm": int(cm), "grams": grams, "surcharge": int((surcharge or "0").replace(",", ""))})
    return found


def _days(reader: _Reader) -> dict[str, Any]:
    return {
        "choose_day": bool(reader.text("choose_day")),
        "lead_days": reader.number("lead_days", 1),
        "cutoff": _time(reader),
        "closed_weekdays": [int(one) for one in reader.raw.get("closed_weekdays", []) if one in "0123456"],
        "closed_on_holidays": bool(reader.text("closed_on_holidays")),
        "closed_days": _closed_days(reader),
        "selectable_days": reader.number("selectable_days", 14),
    }


def _time(reader: _Reader) -> dt.time:
    try:
        return dt.time.fromisoformat(reader.text("cutoff") or "12:00").replace(tzinfo=None)
    except ValueError:
        reader.fault("cutoff", N_("Please enter a time such as 15:00."))
        return dt.time(12)


def _closed_days(reader: _Reader) -> list[dt.date]:
    found = []
    for n, line in enumerate(reader.lines("closed_days"), start=1):
        try:
            found.append(dt.date.fromisoformat(line.replace("/", "-")))
        except ValueError:
            reader.fault("closed_days", _LINE, n=n, text=line)
    return sorted(set(found))


def _pairs(reader: _Reader, field: str, names: tuple[str, str]) -> list[dict[str, str]]:
    """Two words on a line, the second may have spaces."""
    found = []
    for n, line in enumerate(reader.lines(field), start=1):
        first, _, second = line.partition(" ")
        if not second.strip():
            reader.fault(field, _LINE, n=n, text=line)
        found.append({names[0]: first, names[1]: second.strip()})
    return found


def _in_two(line: str) -> tuple[str, str]:
    """ "御礼 | Thank you": the words, and what they are in English; "" = not said."""
    words, _, english = line.partition("|")
    return words.strip(), english.strip()


def _with_english(text: str, english: str) -> str:
    """Twin of ``_in_two``."""
    return f"{text} | {english}" if english else text


def _gifts(reader: _Reader) -> dict[str, Any]:
    wrappings = []
    for n, line in enumerate(reader.lines("wrappings"), start=1):
        match = re.fullmatch(r"(.+?)\s+[¥]?([0-9,]{1,9})円?(?:\s*\|\s*(.+))?", line)
        if match is None:
            reader.fault("wrappings", _LINE, n=n, text=line)
            continue
        label, price, english = match.groups()
        amount = int(price.replace(",", ""))
        wrappings.append({"code": code_of(label), "label": label, "label_en": english or "", "price": amount})
    noshi = dict(_in_two(line) for line in reader.lines("noshi"))
    if "" in noshi:
        reader.fault("noshi", _LINE, n=list(noshi).index("") + 1, text=f"| {noshi.pop('')}")
    return {
        "wrappings": wrappings,
        "noshi": list(noshi),
        "noshi_en": {words: english for words, english in noshi.items() if english},
        "noshi_price": reader.number("noshi_price", 0),
        "with_card": bool(reader.text("with_card")),
        "card_price": reader.number("card_price", 0),
    }


def code_of(label: str) -> str:
    """The same words have the same code: what waits in carts stays what it was when a price changes."""
    return "w-" + hashlib.sha256(label.encode()).hexdigest()[:12]


def typed_of(config: ShopShipping) -> dict[str, Any]:
    """The texts of the fields; twin of ``read_config``."""
    names = {one.value: one.ja for one in Prefecture}
    flat: dict[str, Any] = {f"step{n}": step for n, step in enumerate(config.steps)}
    for n, zone in enumerate(config.zones):
        flat |= {f"z{n}.name": zone.name, f"z{n}.days": zone.days, f"z{n}.closed": "1" if zone.closed else ""}
        flat[f"z{n}.prefectures"] = " ".join(names[one] for one in zone.prefectures)
        flat |= {f"z{n}.fee{m}": fee for m, fee in enumerate(zone.fees)}
    flat |= {f"sender.{name}": getattr(config.sender, name) for name in _SENDER}
    days, gifts = config.days, config.gifts
    return flat | {
        "islands": "\n".join(_island_line(one) for one in config.islands),
        "cool": config.cool,
        "frozen": config.frozen,
        "mixing": config.mixing.value,
        "sizes": "\n".join(_size_line(one) for one in config.sizes),
        "choose_day": "1" if days.choose_day else "",
        "lead_days": days.lead_days,
        "cutoff": f"{days.cutoff:%H:%M}",
        "closed_weekdays": [str(one) for one in sorted(days.closed_weekdays)],
        "closed_on_holidays": "1" if days.closed_on_holidays else "",
        "closed_days": "\n".join(one.isoformat() for one in days.closed_days),
        "selectable_days": days.selectable_days,
        "hours": "\n".join(f"{one.code} {one.label}" for one in config.hours),
        "wrappings": "\n".join(
            _with_english(f"{one.label} {one.price}", one.label_en) for one in gifts.wrappings
        ),
        "noshi": "\n".join(_with_english(one, gifts.noshi_en.get(one, "")) for one in gifts.noshi),
        "noshi_price": gifts.noshi_price,
        "with_card": "1" if gifts.with_card else "",
        "card_price": gifts.card_price,
        "layout": config.layout,
    }


def _island_line(one: Any) -> str:
    parts = [one.prefix, "×" if one.closed else str(one.surcharge), str(one.days) if one.days else ""]
    return " ".join(part for part in parts if part)


def _size_line(one: SizeClass) -> str:
    return f"{one.cm} {(Decimal(one.grams) / 1000).normalize():f} {one.surcharge}"
