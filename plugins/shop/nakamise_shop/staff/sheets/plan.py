"""What a file of products would change, worked out without writing anything.

Rows are matched by SKU within their shop; a product's own columns may stand in all of its rows or in one. What the
file does not mention stays, and so does what cannot be empty and is; nothing is ever deleted.
"""

from __future__ import annotations

import enum
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.errors import FieldError
from nakamise.web import N_
from nakamise_shop.staff.sheets.columns import CHOICES, OF_PRODUCT, OF_VARIANT, OPTIONS, VALUES, value_of
from nakamise_shop.staff.sheets.encodings import as_in_windows
from nakamise_shop.staff.sheets.read import Sheet, SheetLine
from nakamise_shop.staff.sheets.rows import StoredRow, values_of

Values = Mapping[str, Any]
_CELLS: Final = frozenset({"price", "on_hand"})
_NEEDED: Final = frozenset({"name", "price", "on_hand", "tax_class", "state", "kind"})
_DEFAULTS: Final[Values] = {"tax_class": "standard", "state": "draft", "kind": "goods", "on_hand": 0}
_MOMENTS: Final = (
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
)
_DAYS: Final = ("%Y-%m-%d", "%Y/%m/%d")


# Without these it is not known what product the row is of.
_WHOSE: Final = frozenset({"sku", "shop", "code", "name"})


class Verdict(enum.StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


class CellChange(msgspec.Struct, frozen=True):
    """``column`` by key; values as stored."""

    column: str
    before: Any
    after: Any


class RowPlan(msgspec.Struct, kw_only=True):
    """What becomes of one row; ``faults`` by column."""

    number: int
    sku: str
    name: str
    verdict: Verdict = Verdict.UNCHANGED
    changes: list[CellChange] = []
    faults: dict[str, FieldError] = {}


class ProductPlan(msgspec.Struct, kw_only=True):
    """``stored`` empty: a new product. ``product`` are its changed columns (all for a new one); ``variants`` the
    changed columns by SKU (all for a new one)."""

    shop: str
    code: str
    stored: list[StoredRow]
    rows: list[RowPlan]
    product: dict[str, Any] = {}
    variants: dict[str, dict[str, Any]] = {}

    @property
    def is_new(self) -> bool:
        return not self.stored

    @property
    def has_change(self) -> bool:
        return bool(self.product or self.variants)

    @property
    def has_only_cells(self) -> bool:
        """Whether nothing but prices and stock of variants on sale changes: such a product is not written as a whole."""
        active = {one.sku for one in self.stored if one.is_active}
        return not self.product and all(
            sku in active and _CELLS.issuperset(values) for sku, values in self.variants.items()
        )


class Plan(msgspec.Struct, kw_only=True):
    rows: list[RowPlan]
    products: list[ProductPlan]
    unknown: Sequence[str] = []

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)

    @property
    def can_be_applied(self) -> bool:
        return not self.count(Verdict.ERROR) and any(product.has_change for product in self.products)

    @property
    def mark(self) -> str:
        """The same for the same changes: what is applied is what was shown."""
        said = [
            (row.number, row.verdict, [(one.column, one.before, one.after) for one in row.changes])
            for row in self.rows
        ]
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What the file may name: slugs of shops, category ids by every spelling, codes that other shops have."""

    shops: Sequence[str]
    categories: Mapping[str, uuid.UUID]
    # Why nothing can be published there, by the slug of a shop that is not open.
    shut: Mapping[str, FieldError]
    zone: ZoneInfo
    may_publish: int | None


def plan(sheet: Sheet, stored: Sequence[StoredRow], places: Places) -> Plan:
    """``stored`` are the products that the file names by code or SKU; ``places.may_publish`` None = without end."""
    rows = [
        RowPlan(number=line.number, sku=line.sku, name=line.name, faults=dict(line.faults))
        for line in sheet.lines
    ]
    groups = _grouped(sheet.lines, rows, stored, places)
    for product, lines in groups:
        _plan_product(product, lines, sheet, places)
    placed = {id(row) for product, _ in groups for row in product.rows}
    for line, row in zip(sheet.lines, rows, strict=True):
        if id(row) not in placed:
            _converted(line, row, sheet.columns, places)
    _limit_publishing([product for product, _ in groups], places.may_publish)
    for row in rows:
        if row.faults:
            row.verdict = Verdict.ERROR
    return Plan(rows=rows, products=[product for product, _ in groups], unknown=sheet.unknown)


def _fault(message: str, **params: object) -> FieldError:
    return FieldError(message, domain="shop", **params)


def _grouped(
    lines: Sequence[SheetLine], rows: Sequence[RowPlan], stored: Sequence[StoredRow], places: Places
) -> list[tuple[ProductPlan, list[SheetLine]]]:
    """Each product of the file with its rows; rows that belong nowhere have a fault."""
    by_sku = {(one.shop, one.sku): one for one in stored}
    by_code: dict[str, list[StoredRow]] = {}
    for one in stored:
        by_code.setdefault(one.code, []).append(one)
    found: dict[tuple[str, str], tuple[ProductPlan, list[SheetLine]]] = {}
    seen: set[tuple[str, str]] = set()
    for line, row in zip(lines, rows, strict=True):
        if line.cells is None or _WHOSE.intersection(row.faults):
            continue
        shop = line.cells.shop or (places.shops[0] if len(places.shops) == 1 else "")
        if shop not in places.shops:
            row.faults["shop"] = _no_shop(line.cells.shop)
            continue
        if (shop, line.sku) in seen:
            row.faults["sku"] = _fault(N_("This SKU stands in the file twice."))
            continue
        seen.add((shop, line.sku))
        owner = by_sku.get((shop, line.sku))
        if fault := _wrong_code(line.cells.code, shop, owner, by_code):
            row.faults["code"] = fault
            continue
        code = line.cells.code or (owner.code if owner else "")
        key = (shop, code or f" {line.cells.name}")
        if key not in found:
            new = ProductPlan(
                shop=shop, code=code, stored=by_code.get(code, []), rows=[], product={}, variants={}
            )
            found[key] = (new, [])
        found[key][0].rows.append(row)
        found[key][1].append(line)
    return list(found.values())


def _no_shop(typed: str) -> FieldError:
    if not typed:
        return _fault(N_("Please name the shop by its code."))
    return _fault(N_("You work for no shop with the code “%(code)s”."), code=typed[:60])


def _wrong_code(
    code: str, shop: str, owner: StoredRow | None, by_code: Mapping[str, Sequence[StoredRow]]
) -> FieldError | None:
    if code and owner and owner.code != code:
        return _fault(N_("This SKU belongs to another product: %(code)s."), code=owner.code)
    if code and any(one.shop != shop for one in by_code.get(code, [])):
        return _fault(N_("Another shop has this product code."))
    return None


def _plan_product(product: ProductPlan, lines: Sequence[SheetLine], sheet: Sheet, places: Places) -> None:
    typed = [
        _converted(line, row, sheet.columns, places) for line, row in zip(lines, product.rows, strict=True)
    ]
    before = values_of(product.stored[0]) if product.stored else dict.fromkeys(OF_PRODUCT)
    first = product.rows[0]
    for column in OF_PRODUCT:
        if column not in sheet.columns and not (product.is_new and column == "name"):
            continue
        after = _one_value(column, [one.get(column) for one in typed], before[column], product.rows, sheet)
        if after in ("", None) and column in _NEEDED:
            after = _DEFAULTS.get(column) if product.is_new else before[column]
        if column in _NEEDED and after in ("", None):
            first.faults.setdefault(column, _fault(N_("Please fill this in.")))
        elif product.is_new or not _same(before[column], after, sheet):
            product.product[column] = after
            if after not in ("", None) or not product.is_new:
                first.changes.append(CellChange(column, before[column], after))
    stored = {one.sku: one for one in product.stored}
    for row, values in zip(product.rows, typed, strict=True):
        _plan_variant(product, row, values, stored.get(row.sku), sheet)
        if row.verdict is Verdict.UNCHANGED and row.changes:
            row.verdict = Verdict.CHANGED
        _check_options(product, row, {**before, **product.product}, stored.get(row.sku))
    _check_product(product, {**before, **product.product}, typed, places)


def _check_product(product: ProductPlan, values: Values, typed: Sequence[Values], places: Places) -> None:
    """What only the product as a whole can be asked, at the row that says it; applying would refuse the whole file."""
    if product.product.get("state") == "published" and product.shop in places.shut:
        _row_with("state", product, typed).faults.setdefault("state", places.shut[product.shop])
    begins, ends = values.get("sale_from"), values.get("sale_until")
    if begins and ends and ends <= begins:
        message = _fault(N_("The end must be after the beginning."))
        _row_with("sale_until", product, typed).faults.setdefault("sale_until", message)
    if (
        values.get("per_person_days")
        and not values.get("per_person_limit")
        and values.get("kind") != "sample"
    ):
        message = _fault(N_("Please say how many one person may have in this time."))
        _row_with("per_person_days", product, typed).faults.setdefault("per_person_limit", message)
    _check_names(product)


def _check_names(product: ProductPlan) -> None:
    """Of several variants each has a name."""
    names = {one.sku: one.variant for one in product.stored if one.is_active}
    names |= {sku: values.get("variant", names.get(sku)) or "" for sku, values in product.variants.items()}
    if len(names) < 2:
        return
    for row in product.rows:
        if row.sku in names and not names[row.sku]:
            row.faults.setdefault("variant", _fault(N_("Please name each variant.")))
    of_file = {row.sku for row in product.rows}
    absent = next((sku for sku, name in names.items() if not name and sku not in of_file), None)
    if absent is not None and not product.has_only_cells:
        message = N_("Please name the variant %(sku)s too, in a row of its own.")
        product.rows[0].faults.setdefault("variant", _fault(message, sku=absent))


def _row_with(column: str, product: ProductPlan, typed: Sequence[Values]) -> RowPlan:
    """The first that says something there, else the product's first."""
    rows = zip(product.rows, typed, strict=True)
    return next((row for row, values in rows if values.get(column)), product.rows[0])


def _plan_variant(
    product: ProductPlan, row: RowPlan, values: Values, stored: StoredRow | None, sheet: Sheet
) -> None:
    is_new = stored is None or not stored.is_active
    before = values_of(stored) if stored else {}
    changed: dict[str, Any] = {}
    for column in OF_VARIANT:
        if column not in sheet.columns and not is_new:
            continue
        after = values.get(column, before.get(column))
        if after is None and column in _NEEDED:
            after = _DEFAULTS.get(column) if stored is None else before.get(column)
        if column in _NEEDED and after is None:
            row.faults.setdefault(column, _fault(N_("Please fill this in.")))
        elif is_new or not _same(before[column], after, sheet):
            changed[column] = after
            if after not in ("", None) or not is_new:
                row.changes.append(CellChange(column, before.get(column), after))
    _check_prices(row, {**before, **changed})
    if stored is not None and changed.get("on_hand") is not None and changed["on_hand"] < stored.reserved:
        message = N_("%(n)s are reserved by orders; the stock cannot be less.")
        row.faults["on_hand"] = _fault(message, n=stored.reserved)
    if changed:
        product.variants[row.sku] = changed
        row.verdict = Verdict.NEW if is_new else Verdict.CHANGED


def _check_options(product: ProductPlan, row: RowPlan, values: Values, stored: StoredRow | None) -> None:
    options = [name for name in OPTIONS if values.get(name)]
    own = {**(values_of(stored) if stored else {}), **product.variants.get(row.sku, {})}
    given = [name for name in VALUES if own.get(name)]
    if given and len(given) != len(options):
        row.faults["value1"] = _fault(N_("Please give one value for each option."))


def _check_prices(row: RowPlan, values: Values) -> None:
    price, former = values.get("price"), values.get("compare_at")
    if price is not None and former is not None and former <= price:
        row.faults["compare_at"] = _fault(N_("The former price must be higher than the price."))


def _one_value(column: str, given: Sequence[Any], before: Any, rows: Sequence[RowPlan], sheet: Sheet) -> Any:
    """The product's value among those of its rows: an empty cell agrees with any other, and so does the stored
    value; two different new ones are a fault."""
    filled = [(row, value) for row, value in zip(rows, given, strict=True) if value not in ("", None)]
    if not filled:
        return given[0]
    new = [(row, value) for row, value in filled if not _same(before, value, sheet)]
    if not new:
        return before
    row, value = new[0]
    for other, another in new[1:]:
        if another != value:
            message = N_("Row %(n)s says something else for the same product.")
            other.faults.setdefault(column, _fault(message, n=row.number))
    return value


def _same(before: Any, after: Any, sheet: Sheet) -> bool:
    if before == after:
        return True
    if isinstance(before, datetime) and isinstance(after, datetime):
        return before.replace(second=0, microsecond=0) == after
    if isinstance(before, str) and isinstance(after, str):
        known = as_in_windows(before) if sheet.is_cp932 else before
        # Spreadsheets and forms write other ends of lines, and no spaces at the ends.
        return known.replace("\r\n", "\n").strip() == after
    return bool((before or None) == (after or None)) if not isinstance(before, int) else before == after


def _converted(line: SheetLine, row: RowPlan, columns: frozenset[str], places: Places) -> dict[str, Any]:
    """By column, as it would be stored; None or "" for an empty cell."""
    if line.cells is None:
        return {}
    found: dict[str, Any] = {}
    for column in columns:
        text = getattr(line.cells, column)
        if column in CHOICES and text:
            found[column] = value_of(column, text)
            if found[column] is None:
                row.faults[column] = _fault(N_("This word is not known here."))
        elif column == "category":
            found[column] = places.categories.get(_path(text)) if text else None
            if text and found[column] is None:
                row.faults[column] = _fault(N_("There is no such category."))
        elif column in ("sale_from", "sale_until"):
            found[column] = _moment(text, row, column, places.zone)
        else:
            found[column] = text
    return found


def _path(text: str) -> str:
    for sign in ("›", "＞", "/", "／"):
        text = text.replace(sign, ">")
    return ">".join(part.strip() for part in text.split(">")).casefold()


def _moment(text: str, row: RowPlan, column: str, zone: ZoneInfo) -> datetime | None:
    """On the clock of ``zone``; a day alone begins at midnight."""
    if not text:
        return None
    for form in (*_MOMENTS, *_DAYS):
        try:
            return datetime.strptime(text, form).replace(second=0, tzinfo=zone)
        except ValueError:
            continue
    row.faults[column] = _fault(N_("Please write the time like this: 2026-12-24 18:00."))
    return None


def _limit_publishing(products: Sequence[ProductPlan], may_publish: int | None) -> None:
    """What the plan does not allow is a fault of the row that would be one too many."""
    if may_publish is None:
        return
    left = may_publish + sum(
        one.stored[0].state == "published" and one.product.get("state", "published") != "published"
        for one in products
        if one.stored
    )
    for one in products:
        was = one.stored[0].state if one.stored else ""
        if one.product.get("state") != "published" or was == "published":
            continue
        left -= 1
        if left < 0:
            message = N_(
                "Your plan allows %(n)s more published products. Leave this one as a draft, or ask for more."
            )
            one.rows[0].faults["state"] = _fault(message, n=may_publish)


def spellings(paths: Mapping[uuid.UUID, str], slugs: Mapping[uuid.UUID, str]) -> dict[str, uuid.UUID]:
    """Categories by path, by slug, and by their own name where only one has it."""
    found: dict[str, uuid.UUID] = {}
    names: dict[str, list[uuid.UUID]] = {}
    for id_, path in paths.items():
        names.setdefault(_path(path.rsplit(" > ", 1)[-1]), []).append(id_)
    found |= {name: ids[0] for name, ids in names.items() if len(ids) == 1}
    found |= {_path(slug): id_ for id_, slug in slugs.items()}
    return found | {_path(path): id_ for id_, path in paths.items()}
