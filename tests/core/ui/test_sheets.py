"""Files of spreadsheets as downloads: their header says once what the bytes are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar import Litestar, Response, get
from litestar.response import Stream
from litestar.testing import TestClient

from nakamise.web import csv_file, csv_stream

SOURCES = Path(__file__).parents[3]


@get("/whole")
async def whole() -> Response[bytes]:
    return csv_file("送り状.csv", "出荷日\r\n".encode("cp932"), "Shift_JIS")


@get("/pieces")
async def pieces() -> Stream:
    return csv_stream("orders.csv", iter([b"a,", b"b\r\n"]))


@pytest.mark.req("CL-18", "CL-21")
def test_a_download_names_one_charset() -> None:
    with TestClient(Litestar([whole, pieces])) as client:
        carriers, orders = client.get("/whole"), client.get("/pieces")
    assert carriers.headers.get_list("content-type") == ["text/csv; charset=Shift_JIS"]
    assert carriers.text == "出荷日\r\n", "who believes the header reads it"
    assert carriers.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%80%81")
    assert orders.headers.get_list("content-type") == ["text/csv; charset=utf-8"]
    assert orders.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    assert (orders.content, orders.headers["cache-control"]) == (b"a,b\r\n", "no-store")


def test_no_answer_writes_that_header_by_itself() -> None:
    """Behind ``media_type`` the framework puts a charset of its own."""
    written = [
        str(path.relative_to(SOURCES))
        for root in ("core", "plugins")
        for path in (SOURCES / root).rglob("*.py")
        if re.search(r"""text/csv;|media_type=["']text/csv""", path.read_text(encoding="utf-8"))
    ]
    assert written == ["core/nakamise/ui/sheets.py"]
