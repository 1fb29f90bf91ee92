"""Whoever a document is for is addressed once: 様 for people, 御中 for companies."""

from __future__ import annotations

import re

import httpx
import pytest

from nakamise_tax_invoice.papers.body import Honorific
from nakamise_tax_invoice.papers.titles import addressed
from tests.plugins.tax_invoice.books import Books
from tests.plugins.tax_invoice.pdf_text import pdf_text


@pytest.mark.parametrize(
    ("typed", "name", "title"),
    [
        ("株式会社おひさま", "株式会社おひさま", "御中"),
        ("株式会社 サマ", "株式会社 サマ", "御中"),
        ("有限会社 殿", "有限会社 殿", "御中"),
        ("おひさま", "おひさま", "様"),
        ("鵜殿", "鵜殿", "様"),
        ("鵜殿 殿", "鵜殿", "様"),
        ("太郎　さま", "太郎", "様"),
        ("ハナコ サマ", "ハナコ", "様"),
        ("太郎様", "太郎", "様"),
        ("株式会社おひさま様", "株式会社おひさま", "様"),
        ("花屋御中", "花屋", "御中"),
    ],
)
def test_a_name_that_ends_like_a_title_stays_whole(typed: str, name: str, title: Honorific) -> None:
    assert addressed(typed) == (name, title)
    chosen: Honorific
    for chosen in ("様", "御中"):
        assert addressed(typed, chosen) == (name, chosen)


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
        ({"recipient": "買い手　太郎 さま"}, "買い手　太郎 様"),
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


@pytest.mark.req("CL-26", "LC-5.2.3")
async def test_who_changes_the_name_alone_gets_the_title_of_the_new_one(books: Books) -> None:
    """The form as it is shown, with another name typed over; what stays keeps the title that was chosen."""
    buyer, staff = await books.stall.buyer("太郎"), await books.staff()
    rouge, _tea = books.goods["honten"]
    (order,) = await books.buy(buyer, [(rouge, 1)])
    pages, desk = books.client(books.stall.tenant), staff.client
    pages.cookies.set("sid", await books.stall.browser_session(buyer))
    form = f"/tax_invoice/orders/{order.id}/receipt"

    async def issued(browser: httpx.AsyncClient, shown: str, action: str, **typed: str) -> tuple[str, str]:
        """Where it is, and whom it is for."""
        page = (await browser.get(shown)).text
        choice = re.search(r'<select[^>]*name="honorific"[^>]*>(.*?)</select>', page, re.DOTALL)
        assert choice is not None
        selected = re.search(r'<option value="([^"]*)" selected', choice[1])
        sent = {"honorific": selected[1] if selected else "", **typed}
        made = await browser.post(action, data=sent)
        assert made.status_code == 303, made.text
        there = made.headers["location"]
        found = re.search(r'<p class="tax-sheet__to">(.*?)</p>', (await browser.get(there)).text)
        assert found is not None
        return there, found[1]

    note = {"note": "お品代"}
    first, to = await issued(pages, form, form, recipient="買い手 太郎", **note)
    assert to == "買い手 太郎 様"
    second, to = await issued(pages, form, form, recipient="株式会社買い手", **note)
    assert to == "株式会社買い手 御中"
    assert (await issued(pages, form, form, recipient="株式会社買い手", **note))[0] == second
    chosen = {"recipient": "株式会社買い手", "honorific": "様"}
    third, to = await issued(pages, form, form, **chosen, **note)
    assert (to, third in (first, second)) == ("株式会社買い手 様", False)
    kept, to = await issued(pages, form, form, recipient="株式会社買い手", note="文具代")
    assert (to, kept in (first, second, third)) == ("株式会社買い手 様", False)
    at = f"/admin/tax_invoice/documents/{kept.rsplit('/', 1)[1]}"
    there, to = await issued(desk, at, f"{at}/reissue", recipient="花子", reason="宛名の訂正")
    assert to == "花子 様"
    there, to = await issued(desk, there, f"{there}/reissue", recipient="花屋商店", reason="宛名の訂正")
    assert to == "花屋商店 御中"
