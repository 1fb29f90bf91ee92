"""The largest file of products: how long staff wait, and how much memory the server needs."""

from __future__ import annotations

import resource
import time

import pytest

from tests.plugins.shop.staff.office import API, Office
from tests.plugins.shop.staff.test_import import apply, sheet, upload

ROWS = 5_000


@pytest.mark.full
@pytest.mark.req("CL-19", "LC-8.3.1")
async def test_five_thousand_rows(office: Office) -> None:
    head = ["商品コード", "商品名", "説明", "税区分", "状態", "SKU", "価格", "在庫数"]
    rows = [
        [
            f"item-{n}",
            f"商品{n} ナイトリペア",
            "説明文です。" * 10,
            "標準税率",
            "公開中",
            f"SKU-{n}",
            str(1000 + n),
            "10",
        ]
        for n in range(ROWS)
    ]
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    preview = await upload(office, sheet(head, *rows))
    shown = time.monotonic()
    assert preview["counts"]["new"] == ROWS
    answer = await apply(office, preview)
    assert answer.json() == {"changed": ROWS}, answer.text
    created = time.monotonic()
    for row in rows:
        row[6] = str(int(row[6]) + 1)
    again = await upload(office, sheet(head, *rows))
    assert again["counts"]["changed"] == ROWS
    assert (await apply(office, again)).json() == {"changed": ROWS}
    changed = time.monotonic()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(  # noqa: T201 - the figures are what the test is for
        f"\n{ROWS} rows: preview {shown - began:.1f} s, create and publish {created - shown:.1f} s,"
        f" change of all prices with preview {changed - created:.1f} s, {(peak - before) // 1024} MB more at the peak"
    )
    listed = await office.api.get(f"{API}/products", params={"q": "ないとりぺあ"})
    assert listed.json()["total"] == ROWS
    assert shown - began < 30
    assert created - shown < 120
