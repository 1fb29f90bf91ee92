"""A carrier's file as an answer, for pages and API."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response


def carriers_file(name: str, data: bytes) -> Response[bytes]:
    """CP932 with CRLF, as the carrier's software reads it."""
    # A header holds no Japanese: RFC 6266.
    kept = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"content-disposition": kept, "cache-control": "no-store"}
    return Response(data, media_type="text/csv; charset=shift_jis", headers=headers)
