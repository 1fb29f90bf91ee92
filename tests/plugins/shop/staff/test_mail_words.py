"""The shop's mails in a tenant's own words: list, preview, trial, save, refusals, back to ours."""

from __future__ import annotations

import re

import httpx
import pytest

from nakamise.plugin.context import TenantCtx
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_shop.orders.mail_texts import MAIL_TEXTS
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.shop.stall import Stall, Till

PATH = "/admin/mail-texts/shop.order_paid"
BOSS = "boss@example.com"


async def boss_of(stall: Stall, client: ClientFor) -> httpx.AsyncClient:
    """A browser of somebody with the role ``admin``."""
    made = client(stall.tenant)
    made.cookies.set("sid", await admin_session(Desk(stall.ctx)))
    return made


async def mail(stall: Stall, like: str) -> tuple[str, str]:
    """Subject and text of the newest one whose subject is ``like`` that."""
    async with stall.ctx.read() as tx:
        row = await tx.connection.fetchrow(
            "SELECT subject, text_body FROM core_mail WHERE subject LIKE $1 ORDER BY created_at DESC, id DESC",
            like,
        )
    assert row is not None, like
    return row["subject"], row["text_body"]


async def buys(stall: Stall, client: ClientFor, drain: Drain) -> str:
    """The number of an order that is paid and mailed about."""
    goods = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer("花子")
    await stall.fill_cart(buyer, [(goods, 1)])
    till = Till(client(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    await drain(stall.tenant)
    return str(placed["orders"][0]["number"])


def revision(page: httpx.Response) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.req("CL-17")
async def test_a_shop_writes_its_mails_in_its_own_words(
    stall: Stall, client: ClientFor, drain: Drain
) -> None:
    boss = await boss_of(stall, client)
    listed = (await boss.get("/admin/mail-texts")).text
    assert all(f"/admin/mail-texts/{text.id}?" in listed for text in MAIL_TEXTS)
    begun = await boss.get(PATH)
    assert "{number}" in begun.text
    words = {"revision": revision(begun), "subject": "【花店】{number} ありがとうございます"}
    body = "毎度ありがとうございます。\r\n\r\n{payment}\r\n番号は {number} です。{payment}"

    seen = await boss.post(PATH, data=words | {"body": body, "act": "preview"})
    assert "【花店】H-2611-00042 ありがとうございます" in seen.text
    tried = await boss.post(PATH, data=words | {"body": body, "act": "test"})
    assert f"{BOSS} にテストを送りました" in tried.text
    subject, text = await mail(stall, "【テスト】%")
    assert subject == "【テスト】【花店】H-2611-00042 ありがとうございます"
    assert "お支払いを確認しました" in text
    assert await stall.value("SELECT count(*) FROM core_mail_text") == 0

    saved = await boss.post(PATH, data=words | {"body": body, "act": "save"})
    assert saved.status_code == 303, saved.text
    number = await buys(stall, client, drain)
    subject, text = await mail(stall, "【花店】%")
    assert subject == f"【花店】{number} ありがとうございます"
    assert f"番号は {number} です。お支払いを確認しました" in text
    assert "口紅" in text, "what was bought is still listed"
    assert "ショップが発送の準備" not in text

    late = await boss.post(PATH, data=words | {"body": body, "act": "save"})
    assert late.status_code == 409
    assert "毎度ありがとうございます" in late.text

    back = await boss.post(f"{PATH}/reset?lang=ja", data={})
    assert back.status_code == 303
    assert await stall.value("SELECT count(*) FROM core_mail_text") == 0
    number = await buys(stall, client, drain)
    subject, _ = await mail(stall, f"%{number}%")
    assert "花店" not in subject
    acts = "SELECT string_agg(act, ' ' ORDER BY at, id) FROM core_audit WHERE act LIKE 'core.mail_text.%'"
    assert await stall.value(acts) == "core.mail_text.saved core.mail_text.reset"


REFUSED = (
    ("{number}", "ありがとう", "{payment} がありません"),
    ("{nummer}", "{payment}", "{nummer} という値はありません"),
    ("{number", "{payment}", "波かっこが片方だけ"),
    ("", "{payment}", "入力してください"),
    ("一行目\n二行目", "{payment}", "1行で"),
    ("x" * 201, "{payment}", "200"),
)


@pytest.mark.req("CL-17")
async def test_words_that_would_leave_something_out_are_refused(
    shared_stall: Stall, client: ClientFor
) -> None:
    boss = await boss_of(shared_stall, client)
    for subject, body, told in REFUSED:
        answer = await boss.post(PATH, data={"revision": "0", "subject": subject, "body": body})
        assert answer.status_code == 422
        assert told in answer.text
    buyer = await shared_stall.buyer()
    stranger = client(shared_stall.tenant)
    stranger.cookies.set("sid", await shared_stall.browser_session(buyer))
    assert (await stranger.get(PATH)).status_code == 403
    assert (await boss.get("/admin/mail-texts/shop.nothing")).status_code == 404
    assert (await boss.get(f"{PATH}?lang=xx")).status_code == 404


async def test_a_value_that_looks_like_a_place_stays_what_it_is(shared_stall: Stall) -> None:
    ctx: TenantCtx = shared_stall.ctx
    async with ctx.read() as tx:
        words = await ctx.mail_words(tx, "shop.order_paid", number="{payment}", payment="{number}")
        assert "{payment}" in words.subject
        assert "{number}" in words.paragraphs[0]
        with pytest.raises(LookupError, match="payment"):
            await ctx.mail_words(tx, "shop.order_paid", number="1")
        with pytest.raises(LookupError, match="nothing"):
            await ctx.mail_words(tx, "shop.nothing")


async def test_words_for_a_value_that_is_gone_are_not_used(shared_stall: Stall) -> None:
    async with shared_stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_mail_text (id, locale, subject, body)"
            " VALUES ('shop.order_shipped', 'ja', '{gone}', '{carrier}{tracking}')"
        )
        values = {"number": "H-1", "carrier": "ヤマト運輸", "tracking": "1"}
        words = await shared_stall.ctx.mail_words(tx, "shop.order_shipped", locale="ja", **values)
    assert "H-1" in words.subject
