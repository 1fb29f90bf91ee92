"""A carrier's file as an answer, for pages and API."""

from __future__ import annotations

from litestar import Response

from nakamise.web import csv_file


def carriers_file(name: str, data: bytes) -> Response[bytes]:
    """CP932 with CRLF, as the carrier's software reads it."""
    return csv_file(name, data, "Shift_JIS")
