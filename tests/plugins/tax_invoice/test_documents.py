"""Documents of real orders: once for each event, numbered without gaps, never changed, for those who may see them."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import uuid

import asyncpg
import pytest

from nakamise.contracts.orders import Orders, OrderView
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise_tax_invoice.issuing import repository, service
from nakamise_tax_invoice.issuing.schemas import Document
from nakamise_tax_invoice.issuing.service import WantedReceipt
from nakamise_tax_invoice.papers.checking import faults
from nakamise_tax_invoice.papers.sheet import sheet_of
from nakamise_tax_invoice.pdf.files import bytes_kept
from tests.plugins.shop.stall import Buyer
from tests.plugins.tax_invoice.books import API, Books, Json
from tests.plugins.tax_invoice.orders import NUMBER
from tests.plugins.tax_invoice.pdf_text import pdf_text

ADMIN = "/admin/tax_invoice"


async def every(books: Books, *orders: OrderView) -> list[Document]:
    """Of these orders, in the order in which they were written; none named: of the first shop."""
    async with books.stall.ctx.read() as tx:
        ids = await tx.values(
            "SELECT id FROM tax_invoice_document WHERE order_id = ANY($1) OR ($1 = '{}' AND shop_id = $2)"
            " ORDER BY created_at, id",
            *([order.id for order in orders], books.stall.shops["honten"]),
        )
        return [await service.document(tx, document_id) for document_id in ids]


def plain(text: str) -> str:
    return "".join(text.split())


@pytest.mark.req("BX-01", "LC-5.2.3", "CL-26")
async def test_two_shops_one_purchase_and_a_part_that_comes_back(books: Books) -> None:
    """Invoice for each shop when it is paid, receipts, a return for a refund, PDF and page with the same amounts."""
    buyer = await books.stall.buyer("太郎")
    stranger = await books.stall.buyer("他人")
    (rouge, tea), (other, _tea) = books.goods["honten"], books.goods["kobako"]
    honten, kobako = sorted(
        await books.buy(buyer, [(rouge, 2), (tea, 3), (other, 1)]), key=lambda o: o.number
    )[::-1]
    assert (honten.total, kobako.total) == (2 * 2_480 + 3 * 1_080 + 550, 2_480 + 550)
    invoice = (await books.documents(buyer, honten.id))[0]
    assert (invoice["kind"], invoice["total"], invoice["tax"]) == ("simplified", honten.total, honten.tax)
    assert (await books.documents(buyer, kobako.id))[0]["kind"] == "itemised"
    # Whatever is asked or delivered again makes nothing new.
    async with books.stall.ctx.begin() as tx:
        assert await service.issue_invoice(books.stall.ctx, tx, honten) is None
    # Receipts: as the buyer wishes, the same again is the same, another name is another version.
    wish = {"recipient": "株式会社買い手", "note": "化粧品代"}
    first = (await books.ask(buyer, "POST", f"orders/{honten.id}/receipt", json=wish)).json()
    again = (await books.ask(buyer, "POST", f"orders/{honten.id}/receipt", json=wish)).json()
    spelled_out = wish | {"recipient": " 株式会社買い手 ", "note": "但し 化粧品代として"}
    same = (await books.ask(buyer, "POST", f"orders/{honten.id}/receipt", json=spelled_out)).json()
    assert same["id"] == first["id"]
    blank = await books.ask(buyer, "POST", f"orders/{honten.id}/receipt", json=wish | {"recipient": " "})
    assert (blank.status_code, list(blank.json()["errors"])) == (422, ["recipient"])
    other_name = {"recipient": "買い手ホールディングス株式会社"}
    second = (await books.ask(buyer, "POST", f"orders/{honten.id}/receipt", json=other_name)).json()
    assert first["id"] == again["id"] != second["id"]
    assert (second["version"], second["body"]["replaces"]) == (2, first["number"])
    assert (await books.ask(stranger, "POST", f"orders/{honten.id}/receipt", json=wish)).status_code == 404
    # A part goes back.
    refund = await books.refund(honten.id, (1, 1), (2, 2))
    returned = next(one for one in await books.documents(buyer, honten.id) if one["kind"] == "return")
    assert (returned["total"], returned["paid"]) == (2_480 + 2 * 1_080, refund.cash)
    await books.work()
    browser = books.client(books.stall.tenant)
    browser.cookies.set("sid", await books.stall.browser_session(buyer))
    for document in await every(books, honten, kobako):
        sheet = sheet_of(document.body, document.number, document.locale)
        assert faults(document.body, sheet) == []
        pdf = await browser.get(f"/tax_invoice/documents/{document.id}/pdf")
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
        page = (await browser.get(f"/tax_invoice/documents/{document.id}")).text.replace("<wbr>", "")
        on_paper = pdf_text(pdf.content)
        for text in sheet.texts():
            assert plain(text) in on_paper, (document.number, text)
            assert text.replace("&", "&amp;") in page, (document.number, text)
        assert ("適格" in on_paper) is (document.registration == NUMBER and document.family != "receipt")
        refused = await books.ask(stranger, "GET", f"documents/{document.id}/pdf")
        assert refused.status_code == 404
    assert "再発行" in pdf_text((await books.ask(buyer, "GET", f"documents/{second['id']}/pdf")).content)
    order_page = (await browser.get(f"/shop/orders/{honten.number}")).text
    assert f"/tax_invoice/documents/{invoice['id']}/pdf" in order_page
    assert f"/tax_invoice/documents/{first['id']}" not in order_page, "a replaced version is history"
    await old_versions_stay(books, buyer, first, second)
    mails = "SELECT count(*) FROM core_mail WHERE strpos(html_body, '/tax_invoice/documents/') > 0 AND recipient = $1"
    assert (
        await books.stall.value(mails, buyer.email) == 3
    )  # two invoices, one return; a receipt is asked for on a page


async def old_versions_stay(books: Books, buyer: Buyer, first: Json, second: Json) -> None:
    """Readable from the new one by its number, for the buyer and by search for staff; with the bytes of then."""
    versions = (await books.ask(buyer, "GET", f"documents/{second['id']}/versions")).json()
    assert [(one["number"], one["is_latest"]) for one in versions] == [
        (second["number"], True),
        (first["number"], False),
    ]
    browser = books.client(books.stall.tenant)
    browser.cookies.set("sid", await books.stall.browser_session(buyer))
    page = (await browser.get(f"/tax_invoice/documents/{second['id']}")).text
    assert f'href="/tax_invoice/documents/{first["id"]}"' in page
    assert f"本書は{first['number']}に代わるものです" in page.replace("<wbr>", "")
    old = await browser.get(f"/tax_invoice/documents/{first['id']}")
    assert "この書類には新しい版があります" in old.text
    staff = await books.staff()
    found = await staff.client.get(f"{API}/staff/documents", params={"q": first["number"]})
    assert [one["id"] for one in found.json()["items"]] == [first["id"]]
    pdf = await staff.client.get(f"{ADMIN}/documents/{first['id']}/pdf")
    desk = (await staff.client.get(f"{ADMIN}/documents/{first['id']}")).text
    assert hashlib.sha256(pdf.content).hexdigest() in desk
    kept = await books.stall.value("SELECT sum(bytes)::int FROM tax_invoice_file")
    async with books.stall.ctx.read() as tx:
        assert await bytes_kept(books.stall.ctx, tx, None) == kept
    assert isinstance(kept, int)
    assert kept >= len(pdf.content) > 0


@pytest.mark.req("BX-01")
async def test_numbers_have_no_gap_whatever_fails_and_the_control_has(books: Books) -> None:
    """Ten at once for one shop, every third transaction fails at the end: 1 to the last, each once.

    Control: the counter taken in a transaction of its own, as a sequence would be, leaves holes.
    """
    buyer = await books.stall.buyer("次郎")
    (rouge, _tea) = books.goods["honten"]
    order = (await books.buy(buyer, [(rouge, 1)]))[0]
    ctx = books.stall.ctx

    async def receipt(tx: Tx, turn: int) -> None:
        await service.issue_receipt(ctx, tx, order.id, WantedReceipt(recipient=f"宛名{turn}"))
        if turn % 3 == 0:
            raise RuntimeError("after the number was taken")

    async def one(turn: int) -> bool:
        try:
            async with ctx.begin() as tx:
                await receipt(tx, turn)
        except (RuntimeError, Conflict):
            return False
        return True

    done = await asyncio.gather(*(one(turn) for turn in range(10)))
    seqs = [document.body.version for document in await every(books, order) if document.family == "receipt"]
    assert sorted(seqs) == list(range(1, sum(done) + 1))
    numbers = [document.number for document in await every(books)]
    year = (await every(books))[0].issued_on.year
    assert sorted(numbers) == [f"LC-{year}-{seq:06}" for seq in range(1, len(numbers) + 1)]
    assert sum(done) >= 1

    async def loose() -> bool:
        async with ctx.begin() as tx:
            last = await repository.hold_counter(tx, order.shop_id, 2001)
            await repository.take_number(tx, order.shop_id, 2001, last)
        return False  # and the document is never written

    await loose()
    gap = (
        "SELECT last - (SELECT count(*) FROM tax_invoice_document d WHERE d.year = 2001)"
        " FROM tax_invoice_counter WHERE year = 2001"
    )
    assert await books.stall.value(gap) == 1, "the control leaves a gap, and the invariant is what sees it"
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM tax_invoice_counter WHERE year = 2001")


@pytest.mark.req("BX-01")
async def test_what_was_handed_out_is_never_changed_and_a_correction_is_another_version(
    own_books: Books,
) -> None:
    books = own_books
    buyer = await books.stall.buyer("三郎")
    (rouge, tea) = books.goods["kobako"]
    order = (await books.buy(buyer, [(rouge, 1), (tea, 1)]))[0]
    (invoice,) = await every(books, order)
    for statement in ("UPDATE tax_invoice_document SET total = 1", "DELETE FROM tax_invoice_document"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with books.stall.ctx.begin() as tx:
                await tx.execute(statement)
    # The shop registers; the correction carries its number and says what it replaces, the old one stays.
    staff = await books.staff()
    async with books.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_shop SET invoice_number = $1 WHERE id = $2", NUMBER, order.shop_id)
    path = f"{API}/staff/documents/{invoice.id}/reissue"
    assert (await staff.client.post(path, json={"reason": ""})).status_code == 422
    wanted = {"reason": "登録番号の記載漏れ", "recipient": "株式会社買い手", "as_shop_is_now": True}
    made = await staff.client.post(path, json=wanted)
    assert made.status_code == 201, made.text
    assert (made.json()["kind"], made.json()["version"]) == ("invoice", 2)
    late = await staff.client.post(path, json=wanted)
    assert (late.status_code, late.json()["code"]) == (409, "replaced")
    old, new = await every(books, order)
    assert (old.body, old.is_latest) == (invoice.body, False)
    assert (new.total, new.tax, new.body.replaces) == (old.total, old.tax, old.number)
    assert faults(new.body, sheet_of(new.body, new.number, "ja")) == []
    page = (await staff.client.get(f"{ADMIN}/documents/{new.id}")).text
    assert old.number in page
    assert "登録番号の記載漏れ" in page
    # The kept file is the one that was hashed; one that is not is not handed out.
    pdf = await staff.client.get(f"{ADMIN}/documents/{old.id}/pdf")
    async with books.stall.ctx.read() as tx:
        stored = await repository.file_of(tx, old.id)
    assert stored is not None
    assert hashlib.sha256(pdf.content).hexdigest() == stored.sha256
    await books.stall.ctx.runtime.store.put(stored.key, pdf.content + b" ", "application/pdf")
    damaged = await staff.client.get(f"{API}/staff/documents/{old.id}")
    assert damaged.status_code == 200
    assert (await staff.client.get(f"{ADMIN}/documents/{old.id}/pdf")).status_code == 503


@pytest.mark.req("BX-01")
async def test_who_issues_when_and_what_small_refunds_get(own_books: Books) -> None:
    """Invoices with the first parcel, returns from ¥10,000 on, and the intermediary rule."""
    books = own_books
    staff = await books.staff()
    shop_id, unregistered = books.stall.shops["honten"], books.stall.shops["kobako"]
    rule = {"mode": "intermediary", "told_on": "2026-11-01"}
    for shop, number in ((unregistered, "T4011001098993"), (shop_id, "")):
        await books.set(platform_number=number, platform_name="たたら市場")
        refused = await staff.client.put(f"{API}/staff/shops/{shop}", json=rule)
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["mode"]), refused.text
    await books.set(
        platform_number="T4011001098993",
        platform_name="たたら市場",
        issue_on="shipment",
        returns_from=10_000,
    )
    untold = await staff.client.put(f"{API}/staff/shops/{shop_id}", json={"mode": "intermediary"})
    assert list(untold.json()["errors"]) == ["told_on"]
    assert (await staff.client.put(f"{API}/staff/shops/{shop_id}", json=rule)).status_code == 200
    buyer = await books.stall.buyer("四郎")
    (rouge, _tea) = books.goods["honten"]
    order = (await books.buy(buyer, [(rouge, 6)]))[0]
    assert await every(books) == []
    ctx = books.stall.ctx
    async with ctx.begin() as tx:
        await ctx.service(Orders).ship(tx, order.id, [1], "yamato", "1234-5678-9013")
    await books.work()
    await books.refund(order.id, (1, 1))
    (invoice,) = await every(books)
    assert (invoice.body.issuer.name, invoice.body.issuer.supplier) == ("たたら市場", "株式会社たたら")
    assert faults(invoice.body, sheet_of(invoice.body, invoice.number, "ja")) == []
    await books.refund(order.id, (1, 5))
    returned = (await every(books))[-1]
    assert (returned.kind, returned.total) == ("return", 5 * 2_480 + 550)
    assert returned.body.issuer == invoice.body.issuer


@pytest.mark.req("BX-01")
async def test_a_cancelled_order_goes_back_as_a_whole(books: Books) -> None:
    buyer = await books.stall.buyer("五郎")
    (rouge, tea) = books.goods["honten"]
    order = (await books.buy(buyer, [(rouge, 1), (tea, 2)]))[0]
    cancelled = await books.client(books.stall.tenant).post(
        f"/api/shop/orders/{order.number}/cancel",
        headers={**buyer.headers, "Idempotency-Key": uuid.uuid4().hex},
    )
    assert cancelled.status_code == 200, cancelled.text
    await books.work()
    invoice, returned = await every(books, order)
    assert (returned.kind, returned.total, returned.tax) == ("return", invoice.total, invoice.tax)
    refused = await books.ask(buyer, "POST", f"orders/{order.id}/receipt", json={"recipient": "太郎"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_paid")


@pytest.mark.req("BX-01")
async def test_staff_find_documents_by_day_amount_and_partner(books: Books) -> None:
    """As 電子帳簿保存法 asks; the same rows as CSV; who may not, may not."""
    (rouge, tea) = books.goods["honten"]
    names = ("検六", "検七")
    for name, qty in zip(names, (1, 4), strict=True):
        await books.buy(await books.stall.buyer(name), [(rouge, qty), (tea, 1)])
    staff, clerk = await books.staff(), await books.staff("broadcaster")
    found = (await staff.client.get(f"{API}/staff/documents", params={"partner": "検七"})).json()
    assert [one["partner"] for one in found["items"]] == ["山田 検七"]
    assert found["total_amount"] == 4 * 2_480 + 1_080 + 550
    for query, expected in (
        ({"least": "10000"}, 1),
        ({"most": "10000"}, 1),
        ({"least": "4110", "most": "4110"}, 1),
        ({"since": "2000-01-01", "until": "2000-12-31"}, 0),
        ({"since": "2026-01-01"}, 2),
        ({"q": "lc-"}, 2),
        ({"family": "receipt"}, 0),
        ({"shop": str(books.stall.shops["kobako"])}, 0),
    ):
        answer = await staff.client.get(f"{API}/staff/documents", params={"partner": "検", **query})
        assert answer.json()["total"] == expected, query
    page = await staff.client.get(ADMIN, params={"partner": "検七"})
    assert ("山田 検七" in page.text, "山田 検六" in page.text) == (True, False)
    assert (await staff.client.get(ADMIN, params={"since": "yesterday", "page": "999"})).status_code == 200
    export = await staff.client.get(f"{ADMIN}/export.csv", params={"partner": "検七"})
    head, row = list(csv.reader(io.StringIO(export.content.decode("utf-8-sig"))))
    assert row[head.index("金額（税込）")] == str(4 * 2_480 + 1_080 + 550)
    assert row[head.index("登録番号")] == NUMBER
    assert (await clerk.client.get(f"{API}/staff/documents")).status_code == 403
    assert (await clerk.client.get(ADMIN)).status_code == 403


@pytest.mark.req("BX-01")
async def test_staff_of_one_shop_see_that_shops_documents_only(books: Books) -> None:
    """List, file, page, PDF and API; what is another shop's is not there. Control: unnamed, the same clerk sees all."""
    buyer = await books.stall.buyer("店別")
    orders = await books.buy(buyer, [(books.goods[shop][0], 1) for shop in ("honten", "kobako")])
    clerk = await books.staff("shop_staff")
    own = books.stall.shops["kobako"]
    mine, other = sorted(await every(books, *orders), key=lambda one: one.shop_id != own)

    async def seen() -> tuple[set[str], set[str], list[int]]:
        found = (await clerk.client.get(f"{API}/staff/documents", params={"partner": "店別"})).json()
        export = (await clerk.client.get(f"{ADMIN}/export.csv", params={"partner": "店別"})).text
        paths = [f"{API}/staff/documents/{other.id}", f"{API}/staff/documents/{other.id}/versions"]
        paths += [f"{ADMIN}/documents/{other.id}", f"{ADMIN}/documents/{other.id}/pdf"]
        paths += [f"{API}/staff/shops/{other.shop_id}"]
        return (
            {one["number"] for one in found["items"]},
            {one.number for one in (mine, other) if one.number in export},
            [(await clerk.client.get(path)).status_code for path in paths],
        )

    both = {mine.number, other.number}
    assert await seen() == (both, both, [200] * 5)
    async with books.stall.ctx.begin() as tx:
        named = "INSERT INTO shop_people (shop_id, user_id) VALUES ($1, $2)"
        await tx.execute(named, own, clerk.id)
    assert await seen() == ({mine.number}, {mine.number}, [404] * 5)
    assert (await clerk.client.get(f"{ADMIN}/documents/{mine.id}")).status_code == 200
