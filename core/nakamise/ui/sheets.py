"""CSV for spreadsheets: UTF-8 with a byte order mark, every field quoted, no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterable, Iterable, Sequence
from typing import Final, Literal
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

Charset = Literal["utf-8", "Shift_JIS"]
"""What the bytes of a file are, as its header names it; Shift_JIS is what CP932 is called there."""
BOM: Final = "\ufeff"
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """Texts that would be a formula get an apostrophe; numbers stay numbers."""
    text = str(value)
    if isinstance(value, int):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """``rows`` as lines; the file's first piece begins with ``BOM``."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_file(name: str, data: bytes, charset: Charset = "utf-8") -> Response[bytes]:
    """A download called ``name``, kept by no cache."""
    return Response(data, headers=_headers(name, charset))


def csv_stream(
    name: str, pieces: AsyncIterable[bytes | str] | Iterable[bytes | str], charset: Charset = "utf-8"
) -> Stream:
    """As ``csv_file``, sent piece by piece; texts become UTF-8."""
    return Stream(pieces, headers=_headers(name, charset))


def _headers(name: str, charset: Charset) -> dict[str, str]:
    """Content-Type as a whole: behind a media type that is a text the framework writes a charset of its own."""
    # A header holds no Japanese: RFC 6266.
    shown = f'filename="{name}"' if name.isascii() else f"filename*=UTF-8''{quote(name, safe='')}"
    return {
        "content-type": f"text/csv; charset={charset}",
        "content-disposition": f"attachment; {shown}",
        "cache-control": "no-store",
    }
