"""Lists as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litestar import Response

from nakamise.plugin import TenantCtx
from nakamise.web import BOM, csv_file, csv_text


def csv_answer(
    ctx: TenantCtx, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response[bytes]:
    """A download ``<name>-<local time>.csv``."""
    stamp = f"{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}"
    return csv_file(f"{name}-{stamp}.csv", (BOM + csv_text([head, *rows])).encode())
