"""CSV for spreadsheets: UTF-8 with a byte order mark, every field quoted, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from litestar import Response

from nakamise.plugin import TenantCtx

_BOM: Final = "\ufeff"
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_answer(
    ctx: TenantCtx, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response[bytes]:
    """A download ``<name>-<local time>.csv``."""
    stamp = f"{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}"
    return Response(
        written([head, *rows]),
        media_type="text/csv",
        headers={
            "content-disposition": f'attachment; filename="{name}-{stamp}.csv"',
            "cache-control": "no-store",
        },
    )


def written(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return (_BOM + out.getvalue()).encode()


def _safe(value: object) -> str:
    text = str(value)
    if isinstance(value, int):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith(_FORMULA) else text
