"""Reading what a carrier's software gives back: columns by the names of their heads, whatever their order."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_
from nakamise_shipping.carriers.layout import Layout, all_layouts

ROWS_MAX: Final = 5000
BYTES_MAX: Final = 5_000_000
_DATES: Final = ("%Y/%m/%d", "%Y%m%d", "%Y-%m-%d")


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """One row: ``line`` counts from 2, after the heads. ``shipped_on`` None: not told."""

    line: int
    ref: str
    number: str
    shipped_on: dt.date | None


class ReturnedFile(msgspec.Struct, frozen=True):
    carrier: str
    rows: list[Returned]


def read(data: bytes) -> ReturnedFile:
    """UTF-8 or CP932. Raises Invalid: too large, no text, no columns that we know, no rows."""
    if len(data) > BYTES_MAX:
        raise _refused(N_("The file is larger than 5 MB."))
    lines = [row for row in csv.reader(io.StringIO(_decoded(data))) if any(cell.strip() for cell in row)]
    if not lines:
        raise _refused(N_("The file is empty."))
    found, layout = _columns(lines[0])
    rows = [_row(number, cells, found) for number, cells in enumerate(lines[1:], start=2)]
    if not rows:
        raise _refused(N_("The file has no rows below its heads."))
    if len(rows) > ROWS_MAX:
        raise _refused(N_("The file has more than 5,000 rows."))
    return ReturnedFile(layout.carrier, rows)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(N_("The file is neither UTF-8 nor Shift_JIS text."))


def _columns(heads: Sequence[str]) -> tuple[Mapping[str, int], Layout]:
    """Where ref, number and day stand, and whose file it is."""
    known = {_plain(name): place for place, name in reversed(list(enumerate(heads)))}
    for layout in all_layouts():
        names = layout.tracking
        wanted = {"ref": names.ref, "number": names.number, "shipped": names.shipped}
        found = {
            key: known[_plain(name)]
            for key, choices in wanted.items()
            for name in reversed(choices)
            if _plain(name) in known
        }
        if "ref" in found and "number" in found:
            return found, layout
    raise _refused(
        N_("The columns お客様管理番号 and 伝票番号 (Yamato) or お問い合せ送り状No. (Sagawa) were not found.")
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "").strip("\"'")


def _row(line: int, cells: Sequence[str], found: Mapping[str, int]) -> Returned:
    def cell(key: str) -> str:
        place = found.get(key)
        return cells[place].strip().strip("'") if place is not None and place < len(cells) else ""

    return Returned(line=line, ref=cell("ref"), number=cell("number"), shipped_on=_day(cell("shipped")))


def _day(text: str) -> dt.date | None:
    for form in _DATES:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def _refused(message: str) -> Invalid:
    return Invalid({"file": FieldError(message, domain="shipping")})
