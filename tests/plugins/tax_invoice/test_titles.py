"""Whoever a document is for is addressed once: 様 for people, 御中 for companies."""

from __future__ import annotations

import pytest

from tests.plugins.tax_invoice.books import Books
from tests.plugins.tax_invoice.pdf_text import pdf_text


@pytest.mark.req("CL-26", "LC-5.2.3")
async def test_a_receipt_has_the_title_that_was_chosen_and_never_two(books: Books) -> None:
    buyer = await books.stall.buyer("太郎")
    rouge, _tea = books.goods["honten"]
    (order,) = await books.buy(buyer, [(rouge, 1)])
    pages = books.client(books.stall.tenant)
    pages.cookies.set("sid", await books.stall.browser_session(buyer))
    made: dict[str, str] = {}
    for wish, printed in (
        ({"recipient": "買い手 太郎"}, "買い手 太郎 様"),
        ({"recipient": "株式会社買い手"}, "株式会社買い手 御中"),
        ({"recipient": "株式会社買い手 御中"}, "株式会社買い手 御中"),
        ({"recipient": "買い手　太郎さま"}, "買い手　太郎 様"),
        ({"recipient": "花屋 御中"}, "花屋 御中"),
        ({"recipient": "花屋", "honorific": "御中"}, "花屋 御中"),
        ({"recipient": "買い手株式会社 買い手太郎", "honorific": "様"}, "買い手株式会社 買い手太郎 様"),
    ):
        answer = await books.ask(buyer, "POST", f"orders/{order.id}/receipt", json=wish)
        assert answer.is_success, answer.text
        made = answer.json()
        page = (await pages.get(f"/tax_invoice/documents/{made['id']}")).text
        assert f'<p class="tax-sheet__to">{printed}</p>' in page
        again = await books.ask(buyer, "POST", f"orders/{order.id}/receipt", json=wish)
        assert again.json()["id"] == made["id"]
    await books.work()
    file = await books.ask(buyer, "GET", f"documents/{made['id']}/pdf")
    assert "買い手株式会社買い手太郎様" in pdf_text(file.content), "the paper has it too"
    blank = await books.ask(buyer, "POST", f"orders/{order.id}/receipt", json={"recipient": "御中"})
    assert (blank.status_code, list(blank.json()["errors"])) == (422, ["recipient"])
    form = {"recipient": "花屋", "honorific": "御中", "note": "お品代"}
    made_here = await pages.post(f"/tax_invoice/orders/{order.id}/receipt", data=form)
    page = (await pages.get(made_here.headers["location"])).text
    assert '<p class="tax-sheet__to">花屋 御中</p>' in page
    shown = (await pages.get(f"/tax_invoice/orders/{order.id}/receipt")).text
    assert "（花屋 御中）" in shown
    staff = await books.staff()
    wish = {"reason": "宛名の訂正", "recipient": "花屋 花子", "honorific": ""}
    path = f"/api/tax_invoice/staff/documents/{made_here.headers['location'].rsplit('/', 1)[1]}/reissue"
    answer = await staff.client.post(path, json=wish)
    assert answer.is_success, answer.text
    assert (answer.json()["body"]["recipient"], answer.json()["body"]["honorific"]) == ("花屋 花子", "様")
