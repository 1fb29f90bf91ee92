"""A file of products into rows: what each cell says, or what is wrong with it. Reads nothing but the file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_, fill
from nakamise_shop.staff.products.form import clean
from nakamise_shop.staff.sheets.columns import Cells, column_of
from nakamise_shop.staff.sheets.encodings import decoded

BYTES_MAX: Final = 5_000_000
ROWS_MAX: Final = 5_000
_NUMBER_FIELDS: Final = {"per_order_limit", "per_person_limit", "per_person_days"}
# What exports put an apostrophe before.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` as spreadsheets count rows, the heads being 1. In ``cells`` those with ``faults`` (by column) are
    empty; None where nothing can be read: without an SKU, or with cells that no column is for."""

    number: int
    sku: str
    name: str
    cells: Cells | None
    faults: Mapping[str, FieldError]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """``columns``: those that the file has, by key; others stay as they are. ``unknown``: heads that mean nothing."""

    lines: Sequence[SheetLine]
    columns: frozenset[str]
    unknown: Sequence[str]
    is_cp932: bool


def check(data: bytes) -> None:
    """Raises Invalid (field ``file``) for what is no such file at all."""
    _opened(data)


def _opened(data: bytes) -> tuple[list[list[str]], list[str | None], bool]:
    """All rows, what their columns are, and whether the file is in Windows' code page. Raises Invalid."""
    if len(data) > BYTES_MAX:
        raise refused(N_("The file is too large: at most %(n)s MB."), n=BYTES_MAX // 1_000_000)
    try:
        text, is_cp932 = decoded(data)
    except UnicodeDecodeError:
        raise refused(N_("The file is neither UTF-8 nor Shift_JIS. Save it as CSV once more.")) from None
    rows = _rows(text)
    if not rows:
        raise refused(N_("The file is empty."))
    heads = [column_of(head) for head in rows[0]]
    _check_heads(heads)
    if len(rows) - 1 > ROWS_MAX:
        raise refused(N_("The file has too many rows: at most %(n)s."), n=ROWS_MAX)
    return rows, heads, is_cp932


def read(data: bytes) -> Sheet:
    """Raises as ``check``."""
    rows, heads, is_cp932 = _opened(data)
    lines = [
        _line(number, heads, row)
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]
    unknown = [head.strip() for head, key in zip(rows[0], heads, strict=True) if key is None and head.strip()]
    columns = frozenset(key for key in heads if key)
    return Sheet(lines=lines, columns=columns, unknown=unknown, is_cp932=is_cp932)


def refused(message: str, **params: object) -> Invalid:
    return Invalid({"file": FieldError(message, domain="shop", **params)})


def _rows(text: str) -> list[list[str]]:
    if "\0" in text:
        raise refused(N_("The file is not a CSV file."))
    first = text.partition("\n")[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise refused(N_("The file is not a CSV file: a quotation mark is not closed.")) from None


def _check_heads(heads: Sequence[str | None]) -> None:
    known = Counter(head for head in heads if head)
    if "sku" not in known:
        raise refused(N_("The first row must name the columns, with SKU among them."))
    if len(known) < 2:
        raise refused(N_("Besides SKU the file has no column that could change anything."))
    if twice := [head for head, times in known.items() if times > 1]:
        raise refused(N_("A column stands there twice: %(name)s"), name=", ".join(twice))


def _line(number: int, heads: Sequence[str | None], row: Sequence[str]) -> SheetLine:
    raw = {
        key: [_typed(key, row[at] if at < len(row) else "")]
        for at, key in enumerate(heads)
        if key is not None
    }
    form = fill(Cells, raw)
    faults = dict(form.errors)
    # What is right of a faulty row is looked at too: everything that is wrong is told in one round.
    cells = (
        form.value or fill(Cells, {key: [""] if key in faults else text for key, text in raw.items()}).value
    )
    if len(row) > len(heads) and any(cell.strip() for cell in row[len(heads) :]):
        cells = None
        faults["sku"] = FieldError(N_("The row has more cells than the first row."), domain="shop")
    return SheetLine(
        number=number,
        sku=raw["sku"][0][:64],
        name=raw.get("name", [""])[0][:120],
        cells=cells,
        faults=faults,
    )


def _typed(key: str, cell: str) -> str:
    text = cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(_FORMULA) else cell
    return clean(key, text)
