"""Products as CSV: out of the list's filter, in with a preview, all or nothing, and never twice."""

from __future__ import annotations

import asyncio
import csv
import io
import uuid
from typing import Any

import httpx
import pytest

from nakamise.errors import Conflict, FieldError, Invalid, Problem
from nakamise.testing.fixtures import Drain
from nakamise_shop.staff.sheets import imports
from nakamise_shop.staff.sheets import runs as import_runs
from nakamise_shop.staff.sheets.columns import value_of
from nakamise_shop.staff.sheets.plan import Places, plan
from nakamise_shop.staff.sheets.read import read
from nakamise_shop.staff.sheets.runs import why
from tests.plugins.shop.staff.office import API, PAGES, Office, grant, variant

IMPORT = f"{PAGES}/products/import"


def sheet(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


async def upload(office: Office, text: str | bytes) -> dict[str, Any]:
    data = text if isinstance(text, bytes) else text.encode()
    answer = await office.api.post(f"{API}/imports", files={"file": ("goods.csv", data, "text/csv")})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def apply(office: Office, preview: dict[str, Any]) -> httpx.Response:
    return await office.api.post(f"{API}/imports/{preview['id']}/apply", json={"mark": preview["mark"]})


def faults(preview: dict[str, Any]) -> dict[int, dict[str, str]]:
    return {row["number"]: dict(row["faults"]) for row in preview["rows"] if row["faults"]}


SHOP = [
    ["商品コード", "商品名", "商品名(英語)", "カテゴリー", "税区分", "状態", "オプション1", "SKU", "バリエーション名", "値1", "価格", "在庫数"],
    ["silk-rouge", "シルクルージュ", "Silk Rouge", "メイク > リップ", "", "公開中", "色", "LIP-01", "紅", "紅", "¥3,960", "10"],
    ["silk-rouge", "", "", "", "", "", "", "LIP-02", "梅", "梅", "４４００", ""],
    ["", "薔薇茶", "", "", "軽減税率(8%)", "下書き", "", "TEA-01", "", "", "1080", "5"],
]  # fmt: skip


@pytest.mark.req("CL-19", "CL-21", "LC-8.3.1")
async def test_preview_then_apply_and_the_same_file_again_changes_nothing(office: Office) -> None:
    makeup = (await office.api.post(f"{API}/categories", json={"name": "メイク"})).json()[0]
    await office.api.post(f"{API}/categories", json={"name": "リップ", "parent_id": makeup["id"]})
    text = sheet(*SHOP)
    preview = await upload(office, text)
    assert preview["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "error": 0}, faults(preview)
    assert await office.count("SELECT count(*) FROM shop_product") == 0
    assert (await apply(office, preview)).json() == {"changed": 2}
    rouge = (await office.guest.get("/api/shop/products/silk-rouge")).json()
    assert [(one["sku"], one["price"], one["available"]) for one in rouge["variants"]] == [
        *(("LIP-01", 3960, 10), ("LIP-02", 4400, 0)),
    ]
    assert rouge["options"] == [
        {"name": "色", "values": [{"key": "紅", "label": "紅"}, {"key": "梅", "label": "梅"}]}
    ]
    assert (rouge["category_name"], rouge["tax_class"]) == ("リップ", "standard")
    assert (
        await office.count(
            "SELECT count(*) FROM shop_product WHERE state = 'draft' AND tax_class = 'reduced'"
        )
        == 1
    )

    twice = await apply(office, preview)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_applied")
    again = await upload(office, text)
    assert (again["counts"]["unchanged"], again["can_be_applied"]) == (3, False)
    assert (await apply(office, again)).json()["code"] == "has_errors"
    # What it says of one cell is what it changes: one version more, nothing else.
    other = await upload(office, text.replace("¥3,960", "4,100").replace("薔薇茶", "薔薇茶 缶"))
    changes = [change for row in other["rows"] for change in row["changes"]]
    assert changes == [["価格", "¥3,960", "¥4,100"], ["商品名", "薔薇茶", "薔薇茶 缶"]]
    assert (await apply(office, other)).json() == {"changed": 2}
    # Stock alone.
    stock = await upload(office, sheet(["SKU", "在庫数"], ["LIP-02", "8"], ["NONE-1", "3"]))
    assert list(faults(stock)) == [3]
    assert (await apply(office, stock)).status_code == 409
    stock = await upload(office, sheet(["sku", "stock"], ["LIP-02", "8"]))
    assert (await apply(office, stock)).json() == {"changed": 1}
    stored = (await office.api.get(f"{API}/products", params={"q": "LIP-02"})).json()["items"][0]
    assert (stored["on_hand"], stored["max_price"]) == (18, 4400)


@pytest.mark.req("CL-19", "CL-21")
async def test_every_fault_names_its_row_and_column_and_nothing_is_written(office: Office) -> None:
    await office.create()
    head = ["商品コード", "商品名", "カテゴリー", "状態", "販売開始", "SKU", "価格", "通常価格", "在庫数"]
    preview = await upload(
        office,
        sheet(
            head,
            ["", "良い品", "", "", "2026-12-24 18:00", "OK-1", "100", "", "1"],
            ["", "値のない品", "", "", "", "BAD-1", "", "", "1"],
            ["", "たくさん", "無い棚", "売切", "明日", "BAD-2", "百円", "", "-1"],
            ["", "二度目", "", "", "", "OK-1", "100", "", "1"],
            ["", "安くない", "", "", "", "BAD-3", "100", "100", "1"],
            ["other-code", "よその品", "", "", "", "LIP-01", "100", "", "1"],
            ["", "", "", "", "", "", "100", "", "1"],
        ),
    )
    found = faults(preview)
    assert {number: set(columns) for number, columns in found.items()} == {
        3: {"価格"},
        4: {"価格", "在庫数", "カテゴリー", "状態", "販売開始"},
        5: {"SKU"},
        6: {"通常価格"},
        7: {"商品コード"},
        8: {"SKU"},
    }
    words = await upload(
        office, sheet(head, ["", "たくさん", "無い棚", "売切", "明日", "BAD-2", "100", "", "1"])
    )
    assert set(faults(words)[2]) == {"カテゴリー", "状態", "販売開始"}
    assert faults(preview)[4]["価格"] != "入力してください。", "what is wrong with it, not that it is missing"
    refused = await apply(office, preview)
    assert (refused.status_code, refused.json()["code"]) == (409, "has_errors")
    assert await office.count("SELECT count(*) FROM shop_product") == 1
    page = await office.browser.get(f"{IMPORT}/{preview['id']}")
    assert "6行に誤りがあります" in page.text.replace("<wbr>", "")
    assert "価格: 入力してください。" in page.text
    assert 'name="mark"' not in page.text


@pytest.mark.req("CL-19", "CL-21")
async def test_a_shop_that_is_none_is_said_to_be_none(office: Office) -> None:
    """And one must be named where there are two."""
    await office.stall.shop("hanare", "HN")
    head, goods = ["ショップコード", "商品名", "SKU", "価格"], ["品", "SKU-1", "100"]
    preview = await upload(office, sheet(head, ["nowhere", *goods], ["", *goods], ["hanare", *goods]))
    assert faults(preview) == {
        2: {"ショップコード": "ショップコード「nowhere」のショップがないか、担当外です。"},
        3: {"ショップコード": "ショップコードでショップを指定してください。"},
    }


@pytest.mark.req("CL-19")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "ファイルを選んでください"),
        (b"\xff\xfe\x00s", "CSVファイル"),
        ("名前,価格\n口紅,100\n".encode(), "SKUの列"),
        (b"SKU\nLIP-01\n", "変更できる列"),
        (b'SKU,price\n"LIP-01,100\n', "引用符"),
        (b"SKU,price,price\nA,1,2\n", "同じ列"),
        (b"SKU,price\n" + b"A,1\n" * 5001, "行が多すぎます"),
    ],
)
async def test_what_is_no_such_file_is_refused_at_once(reading: Office, data: bytes, words: str) -> None:
    answer = await reading.browser.post(IMPORT, files={"file": ("x.csv", data, "text/csv")})
    assert answer.status_code == 422
    assert words in answer.text
    assert await reading.count("SELECT count(*) FROM shop_import") == 0


@pytest.mark.req("CL-19", "CL-21")
@pytest.mark.parametrize("encoding", ["utf8", "cp932"])
async def test_what_was_saved_comes_back_unchanged_and_is_no_formula(reading: Office, encoding: str) -> None:
    """Signs that CP932 has not, or has under another code, are no change when they come back."""
    mark = encoding.upper()
    await reading.create(
        name=f"夜〜明け 𠮷野♥ {mark}",
        description="一行目\n=HYPERLINK(1)",
        options=[{"name": "色", "values": ["紅", "梅"]}],
        variants=[
            variant(sku=f"-{mark}", name="=1+1", option_values=["紅"]),
            variant(sku=f"+{mark}", name="@梅", option_values=["梅"], compare_at=5000),
        ],
    )
    answer = await reading.browser.get(
        f"{PAGES}/products/export.csv", params={"q": mark, "encoding": encoding}
    )
    assert answer.status_code == 200
    charset = "utf-8" if encoding == "utf8" else "Shift_JIS"
    assert answer.headers["content-type"] == f"text/csv; charset={charset}"
    raw = answer.content
    assert raw.startswith(b"\xef\xbb\xbf") is (encoding == "utf8")
    assert raw.endswith(b"\r\n")
    text = raw.decode("utf-8-sig" if encoding == "utf8" else "cp932")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    preview = await upload(reading, raw)
    assert preview["unknown"] == []
    assert preview["counts"] == {"new": 0, "changed": 0, "unchanged": 2, "error": 0}, preview["rows"]
    by_api = await reading.api.get(f"{API}/products.csv", params={"q": mark})
    assert by_api.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.req("CL-19")
async def test_a_changed_shop_is_shown_first_and_two_clicks_are_one(office: Office) -> None:
    made = await office.create()
    preview = await upload(office, sheet(["SKU", "価格"], ["LIP-01", "5000"]))
    assert (
        await office.change(
            made, variants=[variant(id=made["variants"][0]["id"], price=4000, seen_on_hand=10)]
        )
    ).status_code == 200
    stale = await apply(office, preview)
    assert (stale.status_code, stale.json()["code"]) == (409, "plan_changed")
    fresh = (await office.api.get(f"{API}/imports/{preview['id']}")).json()
    assert fresh["rows"][0]["changes"] == [["価格", "¥4,000", "¥5,000"]]
    ctx = office.stall.ctx_of(office.staff)
    clicks = [imports.apply(ctx, uuid.UUID(fresh["id"]), fresh["mark"]) for _ in range(5)]
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    codes = sorted(one.code if isinstance(one, Problem) else str(one) for one in answers)
    assert codes == ["1", *["already_applied"] * 4]
    assert await office.count("SELECT count(*) FROM core_audit WHERE act = 'shop.import.applied'") == 1


@pytest.mark.req("CL-19")
async def test_reserved_stock_and_the_plans_limit_are_told_in_the_preview(office: Office) -> None:
    made = await office.create()
    await office.set_state(made["id"], "published")
    await office.order([(uuid.UUID(made["variants"][0]["id"]), 3)])
    few = await upload(office, sheet(["SKU", "在庫数"], ["LIP-01", "2"]))
    assert faults(few) == {2: {"在庫数": "注文で3点が確保されているため、それより少なくできません。"}}
    rows = [
        ["商品名", "状態", "SKU", "価格"],
        *(["品" + str(n), "公開中", f"NEW-{n}", "100"] for n in range(3)),
    ]
    places = Places(shops=["honten"], categories={}, shut={}, zone=office.stall.tenant.zone, may_publish=2)
    planned = plan(read(sheet(*rows).encode()), [], places)
    assert [(row.number, list(row.faults)) for row in planned.rows if row.faults] == [(4, ["state"])]


@pytest.mark.req("CL-19", "LC-8.3.1")
async def test_a_large_file_is_applied_by_a_job_that_says_how_far_it_is(office: Office, drain: Drain) -> None:
    """On the page; everybody sees the rows at the end only. A run that failed can be started again, once."""
    head, count = ["商品コード", "商品名", "SKU", "価格"], import_runs.AT_ONCE_MAX + 50
    text = sheet(head, *([f"item-{n}", f"商品{n}", f"SKU-{n}", "1000"] for n in range(count)))
    preview = await upload(office, text)
    page, body = f"{IMPORT}/{preview['id']}", {"mark": preview["mark"]}
    for mark, failed in (("another state of things", True), (preview["mark"], False)):
        for _ in range(2):
            answer = await office.browser.post(f"{page}/apply", data={"mark": mark})
            assert (answer.status_code, answer.headers["location"]) == (303, page)
        waits = (await office.browser.get(page)).text
        assert ("ファイルを確認しています" in waits, 'http-equiv="refresh"' in waits) == (True, True)
        if failed:
            await drain(office.stall.tenant)
            told = (await office.browser.get(page)).text
            assert (
                "何も書き込まれませんでした" in told,
                "プレビューの後に商品が変わりました" in told,
            ) == (True, True)
    await _rows_are_told(office, preview, page, count)
    await drain(office.stall.tenant)
    done = await office.browser.get(page)
    assert f"{count}点の商品を保存しました" in done.text
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_import SET changed = 4000")
    assert "4,000点の商品を保存しました" in (await office.browser.get(page)).text
    assert "hx-get" not in done.text
    assert (await office.browser.post(f"{page}/apply", data=body)).status_code == 303
    await drain(office.stall.tenant)
    assert await office.count("SELECT count(*) FROM core_audit WHERE act = 'shop.import.applied'") == 1
    by = "SELECT count(*) FROM core_audit WHERE act = 'shop.import.applied' AND actor_id = $1"
    assert await office.stall.value(by, office.staff.id) == 1
    more = await upload(
        office, sheet(head, *([f"more-{n}", f"新商品{n}", f"NEW-{n}", "1000"] for n in range(count)))
    )
    await _who_may_write(office, drain, more, count)


async def _who_may_write(office: Office, drain: Drain, preview: dict[str, Any], count: int) -> None:
    """Nobody whose account was suspended meanwhile; an agency in the role that its session alone has."""
    stall, page, products = office.stall, f"{IMPORT}/{preview['id']}", "SELECT count(*) FROM shop_product"
    leaver, invited = await stall.buyer("辞めた人"), await stall.buyer("招待された人")
    await grant(stall, leaver, "shop_staff")
    for person, after, written in ((leaver, count, False), (invited, 2 * count, True)):
        browser = await office.browser_of(person)
        async with stall.ctx.begin() as tx:
            await tx.execute(
                "UPDATE core_session SET act_role = 'shop_staff', impersonator = '代理店' WHERE user_id = $1",
                invited.id,
            )
        assert (await browser.post(f"{page}/apply", data={"mark": preview["mark"]})).status_code == 303
        async with stall.ctx.begin() as tx:
            await tx.execute("UPDATE core_user SET state = 'suspended' WHERE id = $1", leaver.id)
        await drain(stall.tenant)
        told = (await office.browser.get(page)).text
        assert ("何も書き込まれませんでした" not in told) is written
        assert await office.count(products) == after


async def _rows_are_told(office: Office, preview: dict[str, Any], page: str, count: int) -> None:
    """Half way: the job's own steps in a transaction that is undone."""
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    seen: list[tuple[int, int]] = []

    async def told(done: int, total: int) -> None:
        await import_runs.Progress(office.stall.ctx, uuid.UUID(preview["id"])).rows(done, total)
        part = await office.browser.get(page, headers=partial)
        assert f"{total}行中{done}行" in part.text
        assert "<html" not in part.text
        assert await office.count("SELECT count(*) FROM shop_product") == 0, "nothing is written half"
        seen.append((done, total))
        if done == total:
            raise _Undone

    with pytest.raises(_Undone):
        await imports.apply(office.stall.ctx, uuid.UUID(preview["id"]), preview["mark"], told)
    assert seen[-1] == (count, count)


class _Undone(Exception):
    pass


@pytest.mark.req("CL-19")
async def test_what_a_product_as_a_whole_must_keep_is_a_fault_of_its_row(office: Office) -> None:
    """Applying refused the whole file for these, and named no row."""
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET state = 'suspended'")
    preview = await upload(
        office,
        sheet(
            [
                "商品名",
                "状態",
                "販売開始",
                "販売終了",
                "お一人様の上限の期間(日)",
                "SKU",
                "バリエーション名",
                "価格",
            ],
            ["紅", "公開中", "", "", "", "A-1", "", "100"],
            ["白粉", "", "2026-12-24 18:00", "2026-12-24 17:00", "", "B-1", "", "100"],
            ["香水", "", "", "", "30", "C-1", "小", "100"],
            ["香水", "", "", "", "", "C-2", "", "100"],
            ["櫛", "下書き", "2026-12-24", "2026-12-25", "", "D-1", "", "100"],
        ),
    )
    found = faults(preview)
    assert {number: set(columns) for number, columns in found.items()} == {
        2: {"状態"},
        3: {"販売終了"},
        4: {"お一人様の上限"},
        5: {"バリエーション名"},
    }
    assert "停止中" in found[2]["状態"]
    assert found[3]["販売終了"] == "終了は開始より後にしてください。"
    assert (await apply(office, preview)).json()["code"] == "has_errors"


async def test_a_variant_without_a_name_is_told_before_another_joins_it(office: Office) -> None:
    """One alone needs none; it has no row in the file that adds a second."""
    head = ["商品コード", "商品名", "SKU", "バリエーション名", "価格", "在庫数"]
    alone = ["tea", "薔薇茶", "TEA-01", "", "1080", "5"]
    assert (await apply(office, await upload(office, sheet(head, alone)))).status_code == 201
    second = ["tea", "", "TEA-02", "大", "1980", "5"]
    preview = await upload(office, sheet(head, second))
    assert {number: set(found) for number, found in faults(preview).items()} == {2: {"バリエーション名"}}
    assert "TEA-01" in faults(preview)[2]["バリエーション名"]
    assert (await apply(office, preview)).status_code == 409
    named = ["tea", "", "TEA-01", "小", "1080", "5"]
    preview = await upload(office, sheet(head, second, named))
    assert faults(preview) == {}
    assert (await apply(office, preview)).status_code == 201
    # Of several some may have none since before that was asked: their prices can be changed as ever.
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_variant SET name = '' WHERE sku = 'TEA-01'")
    preview = await upload(office, sheet(head, ["tea", "", "TEA-02", "大", "2000", "5"]))
    assert faults(preview) == {}
    assert (await apply(office, preview)).status_code == 201
    assert await office.count("SELECT price FROM shop_variant WHERE sku = 'TEA-02'") == 2000


def test_the_word_of_an_earlier_version_is_read() -> None:
    assert [value_of("kind", text) for text in ("商品の小計", "通常の商品", "Goods")] == ["goods"] * 3


def test_a_refusal_is_all_in_the_users_language(office: Office) -> None:
    ends = FieldError("The end must be after the beginning.", domain="shop")
    refused = Invalid({"sale_until": ends, "variants.0.sale_until": ends})
    assert why(office.stall.ctx.in_language("ja"), refused) == "終了は開始より後にしてください。"
    closed = Conflict("This file is applied already.", code="already_applied", domain="shop")
    assert not why(office.stall.ctx.in_language("ja"), closed).isascii()
