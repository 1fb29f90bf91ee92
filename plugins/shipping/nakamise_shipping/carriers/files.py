"""Writing a carrier's file: CP932, CRLF, a header row, every column of the layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from nakamise_shipping.carriers.layout import Layout
from nakamise_shipping.carriers.slip import Checked


def written(layout: Layout, slips: Sequence[Checked]) -> bytes:
    """Raises ValueError for a slip with a fault, for none, and for more than the carrier takes at once."""
    if not 1 <= len(slips) <= layout.rows_max or not all(one.is_fine for one in slips):
        raise ValueError("these slips cannot be one file")
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.name for column in layout.columns])
    writer.writerows(row_of(layout, one) for one in slips)
    return out.getvalue().encode("cp932")


def row_of(layout: Layout, one: Checked) -> list[str]:
    return [column.fixed or one.fields.get(column.field, "") for column in layout.columns]
