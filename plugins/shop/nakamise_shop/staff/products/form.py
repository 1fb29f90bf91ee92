"""The product form: flat field names such as ``variants.0.price`` into a ProductChange, and back into fields."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_, fill, local_time
from nakamise_shop.staff.products.schemas import (
    OPTIONS_MAX,
    VARIANTS_MAX,
    BadgeInput,
    Days,
    FaqInput,
    Kind,
    Line,
    Name,
    OptionInput,
    PerOrder,
    ProductChange,
    SpecInput,
    StaffProduct,
    TaxClass,
    Text,
    VariantInput,
)
from nakamise_shop.staff.products.size_chart import rows_of, text_of

Rows = list[dict[str, Any]]
BADGES_MAX: Final = 3
_NUMBERS: Final = frozenset(
    {
        *("price", "compare_at", "on_hand", "shipping_fee", "free_over", "claim"),
        *("per_order_limit", "per_person_limit", "per_person_days"),
    }
)
_NOISE: Final = str.maketrans("", "", "¥円,、 ")
_INDEXED: Final = re.compile(r"(variants|options|specs|badges|faq)\.(\d{1,3})\.([a-z_]+)")


class _Base(msgspec.Struct, kw_only=True):
    version: int = 0
    shop_id: uuid.UUID | None = None
    name: Name
    name_en: Line = ""
    description: Text = ""
    description_en: Text = ""
    category_id: uuid.UUID | None = None
    tax_class: TaxClass = "standard"
    per_order_limit: PerOrder | None = None
    kind: Kind = "goods"
    sale_from: str = ""
    sale_until: str = ""
    per_person_limit: PerOrder | None = None
    per_person_days: Days | None = None
    size_chart: Text = ""
    size_chart_en: Text = ""


class _Option(msgspec.Struct, kw_only=True):
    """Values one per line."""

    name: Name
    name_en: Line = ""
    values: str
    values_en: str = ""


class ProductForm(msgspec.Struct, kw_only=True):
    """What the page shows: texts as typed, rows of each list, and what is wrong by field name.

    A row of ``variants`` also has ``removed`` and ``reserved``; ``live`` are the numbers of those that stay.
    """

    base: dict[str, Any]
    variants: Rows
    options: Rows
    specs: Rows
    badges: Rows
    faq: Rows = []
    live: list[int] = []
    errors: dict[str, FieldError] = {}
    value: ProductChange | None = None


async def read(request: Request[Any, Any, Any], zone: ZoneInfo) -> ProductForm:
    """Times are typed on the clock of ``zone``."""
    data = await request.form()
    raw: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            raw.setdefault(name, []).append(clean(name, value))
    return parse(raw, zone)


def clean(name: str, value: str) -> str:
    """Prices as people type them: full-width, with separators, with a yen sign."""
    text = value.strip().replace("\r\n", "\n")
    # The legal notice has an item of the same name: words, in which commas stay.
    if name.rpartition(".")[2] in _NUMBERS and not name.startswith("legal."):
        return unicodedata.normalize("NFKC", text).replace("¥", "").translate(_NOISE)
    return text


def parse(raw: Mapping[str, list[str]], zone: ZoneInfo) -> ProductForm:
    rows = _rows(raw)
    errors: dict[str, FieldError] = {}
    base = fill(_Base, raw)
    errors |= base.errors
    live = [row for row in rows["variants"] if not _said(row, "removed")]
    parts: dict[str, list[Any]] = {
        "variants": _convert(
            "variants", rows["variants"], VariantInput, errors, keep=lambda row: row in live
        ),
        "options": _convert("options", rows["options"], _Option, errors),
        "specs": _convert("specs", rows["specs"], SpecInput, errors),
        "badges": _convert("badges", rows["badges"], BadgeInput, errors),
        "faq": _convert("faq", rows["faq"], FaqInput, errors),
    }
    form = ProductForm(
        base=dict(base.raw),
        variants=[_shown(row, VariantInput) for row in rows["variants"]],
        options=[_shown(row, _Option) for row in rows["options"]],
        specs=[_shown(row, SpecInput) for row in rows["specs"]],
        badges=[_shown(row, BadgeInput) for row in rows["badges"]],
        faq=[_shown(row, FaqInput) for row in rows["faq"]],
        live=[index for index, row in enumerate(rows["variants"]) if row in live],
        errors=errors,
    )
    if base.value is not None and not errors:
        form.value = _build(base.value, parts, errors, zone)
    return form


def _rows(raw: Mapping[str, list[str]]) -> dict[str, list[dict[str, list[str]]]]:
    """Rows in the order of their numbers; a row in which nothing was typed does not count."""
    found: dict[str, dict[int, dict[str, list[str]]]] = {}
    for name, values in raw.items():
        if match := _INDEXED.fullmatch(name):
            kind, index, field = match.groups()
            found.setdefault(kind, {}).setdefault(int(index), {})[field] = values
    limits = {"variants": VARIANTS_MAX, "options": OPTIONS_MAX, "specs": 30, "badges": BADGES_MAX, "faq": 20}
    return {
        kind: [row for _, row in sorted(found.get(kind, {}).items()) if _typed(row)][:limit]
        for kind, limit in limits.items()
    }


def _typed(row: Mapping[str, list[str]]) -> bool:
    return any(any(values) for values in row.values())


def _said(row: Mapping[str, list[str]], name: str) -> bool:
    return any(row.get(name, []))


def _convert(
    kind: str,
    rows: list[dict[str, list[str]]],
    type_: type[msgspec.Struct],
    errors: dict[str, FieldError],
    keep: Callable[[Mapping[str, list[str]]], bool] | None = None,
) -> list[Any]:
    done = []
    for index, row in enumerate(rows):
        if keep is not None and not keep(row):
            continue
        form = fill(type_, row)
        errors.update({f"{kind}.{index}.{name}": fault for name, fault in form.errors.items()})
        done.append(form.value)
    return done


def _shown(row: Mapping[str, list[str]], type_: type[msgspec.Struct]) -> dict[str, Any]:
    texts = {name: (row.get(name) or [""])[-1] for name in type_.__struct_fields__}
    if type_ is VariantInput:
        values = [value for value in row.get("option_values", []) if value]
        return {**texts, "option_values": values, "removed": _said(row, "removed"), "reserved": 0}
    return texts


def _build(
    base: _Base, parts: dict[str, list[Any]], errors: dict[str, FieldError], zone: ZoneInfo
) -> ProductChange | None:
    plain = msgspec.structs.asdict(base)
    for name in ("sale_from", "sale_until"):
        plain[name] = moment_of(name, plain[name], errors, zone)
    plain |= {name: rows_of(plain[name]) for name in ("size_chart", "size_chart_en")}
    if errors:
        return None
    plain["variants"] = parts["variants"]
    plain["options"] = [_option(one) for one in parts["options"]]
    plain |= {name: parts[name] for name in ("specs", "badges", "faq")}
    try:
        return msgspec.convert(plain, ProductChange, from_attributes=True)
    except (Invalid, msgspec.ValidationError):
        errors["options"] = FieldError(N_("Please give one value for each option."), domain="shop")
        return None


def moment_of(name: str, text: str, errors: dict[str, FieldError], zone: ZoneInfo) -> datetime | None:
    """What ``<input type="datetime-local">`` sends, on the clock of ``zone``; None for "" or a fault."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        errors[name] = FieldError(N_("There is no such day."), domain="shop")
        return None
    return datetime.combine(found.date(), time(found.hour, found.minute), tzinfo=zone)


def wall(at: datetime | None, zone: ZoneInfo) -> str:
    """As ``<input type="datetime-local">`` has it; "" for None."""
    return f"{local_time(at, zone.key):%Y-%m-%dT%H:%M}" if at else ""


def _option(one: _Option) -> OptionInput:
    return OptionInput(
        name=one.name,
        name_en=one.name_en,
        values=lines_of(one.values),
        values_en=lines_of(one.values_en),
    )


def lines_of(text: str) -> list[str]:
    """Distinct, in order of appearance."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def of_product(found: StaffProduct, zone: ZoneInfo) -> ProductForm:
    base = {name: getattr(found, name) for name in _Base.__struct_fields__}
    base |= {"sale_from": wall(found.sale_from, zone), "sale_until": wall(found.sale_until, zone)}
    base |= {"size_chart": text_of(found.size_chart), "size_chart_en": text_of(found.size_chart_en)}
    return ProductForm(
        base={name: "" if value is None else value for name, value in base.items()},
        variants=[_stored_row(msgspec.structs.asdict(one)) for one in found.variants],
        options=[
            {
                "name": one.name,
                "name_en": one.name_en,
                "values": "\n".join(one.values),
                "values_en": "\n".join(one.values_en),
            }
            for one in found.options
        ],
        specs=_plain(found.specs),
        badges=_plain(found.badges),
        faq=_plain(found.faq),
    )


def _plain(structs: Iterable[msgspec.Struct]) -> Rows:
    return [msgspec.structs.asdict(one) for one in structs]


def _stored_row(plain: dict[str, Any]) -> dict[str, Any]:
    shown = {name: "" if value is None else value for name, value in plain.items()}
    return {**shown, "seen_on_hand": shown["on_hand"], "removed": False}


def empty() -> ProductForm:
    """A new product with one variant to fill in."""
    base = {field.name: "" for field in msgspec.structs.fields(_Base)}
    return ProductForm(
        base={**base, "tax_class": "standard", "kind": "goods", "version": 0},
        variants=[blank_variant([], "", "")],
        options=[],
        specs=[],
        badges=[],
    )


def blank_variant(option_values: list[str], sku: str, price: Any) -> dict[str, Any]:
    texts = dict.fromkeys(VariantInput.__struct_fields__, "")
    own = {"name": " / ".join(option_values), "option_values": option_values, "sku": sku, "price": price}
    return {**texts, **own, "on_hand": "0", "removed": False, "reserved": 0}


def add_faults(form: ProductForm, faults: Mapping[str, FieldError]) -> None:
    """The service counts the variants that stay, the page all of its rows."""
    for name, fault in faults.items():
        kind, _, rest = name.partition(".")
        index, _, field = rest.partition(".")
        is_of_row = kind == "variants" and index.isdecimal()
        form.errors[f"variants.{form.live[int(index)]}.{field}" if is_of_row else name] = fault


def catch_up(form: ProductForm, stored: StaffProduct, *, version: bool) -> None:
    """After a refusal: rows show what is reserved, and the next try starts from what is stored now."""
    by_id = {str(one.id): one for one in stored.variants}
    for index, row in enumerate(form.variants):
        if found := by_id.get(str(row["id"])):
            row["reserved"] = found.reserved
            if version or f"variants.{index}.on_hand" in form.errors:
                row["seen_on_hand"] = found.on_hand
    if version:
        form.base["version"] = stored.version
