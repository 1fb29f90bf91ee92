"""Address and phone that a notice keeps for those who ask: 特定商取引法 11条ただし書 and its 規則."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import asyncpg
import httpx
import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise_shop import privacy
from nakamise_shop.legal import MANDATORY, is_on_request
from nakamise_shop.on_request import limits
from nakamise_shop.on_request.keeping import SENTENCE
from nakamise_shop.on_request.log import forget_old
from nakamise_shop.seed import seed
from tests.plugins.shop.orders.test_cancelling import bought
from tests.plugins.shop.staff.office import API, PAGES, Office, grant, open_office
from tests.plugins.shop.stall import Stall, open_stall

ADDRESS, ADDRESS_EN, PHONE = "奈良県御所市柏原9876番地5", "9876-5 Kashihara, Gose", "0745-98-7654"
FULL: Final = {name: f"{name}の記載" for name in MANDATORY} | {
    "payment_methods": "クレジットカード、コンビニ払い",
    "payment_timing": "カードはご注文の確定時、コンビニは3日以内",
    "address": ADDRESS,
    "address_en": ADDRESS_EN,
    "phone": PHONE,
    "email": "shop@tatara.example",
}
SECRETS: Final = (ADDRESS, ADDRESS_EN, PHONE, PHONE.replace("-", ""))
NOTICE: Final = "/shop/shops/honten/legal"
ASKS: Final = "/api/shop/shops/honten/notice-requests"


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)


@pytest.fixture
async def office(stall: Stall, client: ClientFor) -> Office:
    return await open_office(stall, client)


async def the_shop(office: Office, slug: str = "honten") -> dict[str, Any]:
    answer = await office.api.get(f"{API}/shops/{office.stall.shops[slug]}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def change(office: Office, slug: str = "honten", **fields: Any) -> httpx.Response:
    shop = await the_shop(office, slug)
    names = ("version", "name", "shipping_fee", "free_over", "rounding", "legal")
    body = {name: shop[name] for name in names} | fields
    return await office.api.put(f"{API}/shops/{shop['id']}", json=body)


async def keep_both(office: Office, slug: str = "honten") -> None:
    saved = await change(office, slug, legal=FULL, on_request=["phone", "address"])
    assert saved.status_code == 200, saved.text
    assert (saved.json()["on_request"], saved.json()["legal"]) == (["address", "phone"], FULL)


def form_of(shop: dict[str, Any], **more: str) -> dict[str, str]:
    legal = {f"legal.{name}": text for name, text in FULL.items()}
    return {"version": str(shop["version"]), "name": shop["name"], "shipping_fee": "550", **legal, **more}


ON_REQUEST: Final = {"told.address": "on_request", "told.phone": "on_request"}


@pytest.mark.req("BX-14")
async def test_staff_choose_how_the_notice_tells_it(office: Office) -> None:
    """Two choices in the form; what is kept stays in the form, and a form without the choice shows nothing."""
    at = f"{PAGES}/shops/{office.stall.shops['honten']}"
    page = (await office.browser.get(at)).text
    assert page.count("請求があれば開示する</option>") == 2
    saved = await office.browser.post(at, data=form_of(await the_shop(office), **ON_REQUEST))
    assert saved.status_code == 303, saved.text
    page = (await office.browser.get(at)).text
    assert (ADDRESS in page, PHONE in page, page.count('value="on_request" selected')) == (True, True, 2)
    old_page = await office.browser.post(at, data=form_of(await the_shop(office)))
    assert (old_page.status_code, (await the_shop(office))["on_request"]) == (303, ["address", "phone"])
    assert (await change(office, legal=FULL)).json()["on_request"] == ["address", "phone"], (
        "nor an old program"
    )
    shown = {"told.address": "shown", "told.phone": "on_request"}
    await office.browser.post(at, data=form_of(await the_shop(office), **shown))
    notice = (await office.guest.get(NOTICE)).text
    assert (ADDRESS in notice, PHONE in notice) == (True, False)
    assert "電話番号の開示を請求する" in notice
    kept = await office.stall.value(
        "SELECT string_agg(detail::text, '') FROM core_audit WHERE act = 'shop.shop.changed'"
    )
    assert "on_request" in str(kept)
    assert PHONE not in str(kept), "who reads the audit log is not who may know"


@pytest.mark.req("BX-14")
async def test_what_is_kept_must_be_there_all_the_same(office: Office) -> None:
    """By page and API, while the shop is open and before: neither nothing nor a sentence in its place will do."""
    await keep_both(office)
    for text in ("", " "):
        refused = await change(office, legal=FULL | {"phone": text}, on_request=["phone"])
        assert refused.json()["errors"] == {"legal.phone": "営業中のショップには必須の項目です。"}
    hollow = FULL | {"address": "請求があれば遅滞なく開示します。"}
    refused = await change(office, legal=hollow, on_request=["address"])
    assert list(refused.json()["errors"]) == ["legal.address"]
    at = f"{PAGES}/shops/{office.stall.shops['honten']}"
    form = form_of(await the_shop(office), **ON_REQUEST) | {"legal.address": hollow["address"]}
    page = await office.browser.post(at, data=form)
    assert (page.status_code, page.text.count('value="on_request" selected')) == (422, 2)
    # By hand it goes on working, without a form that would answer with the same sentence.
    assert (await change(office, legal=hollow, on_request=[])).status_code == 200
    notice = (await office.guest.get(NOTICE)).text
    assert (hollow["address"] in notice, 'id="ask"' in notice) == (True, False)
    assert (await office.guest.post(NOTICE, data={"email": "a@example.com"})).status_code == 404
    # Closed, it may be empty; opened, it may not.
    boss = await office.stall.buyer("店主")
    await grant(office.stall, boss, "admin")
    state = f"{API}/shops/{office.stall.shops['honten']}/state"
    assert (await office.guest.put(state, json={"state": "closed"}, headers=boss.headers)).status_code == 200
    assert (await change(office, legal=FULL | {"phone": ""}, on_request=["phone"])).status_code == 200
    assert (await the_shop(office))["on_request"] == ["phone"]
    refused = await office.guest.put(state, json={"state": "open"}, headers=boss.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_incomplete")
    assert "電話番号" in refused.json()["detail"]
    assert (await change(office, legal=FULL, on_request=["phone"])).status_code == 200
    assert (await office.guest.put(state, json={"state": "open"}, headers=boss.headers)).status_code == 200


@pytest.mark.req("BX-14")
async def test_the_database_keeps_them_apart(office: Office) -> None:
    """Whoever writes: what is kept cannot stand in what is shown."""
    await keep_both(office)
    for name in ("address", "address_en", "phone", "phone_en"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with office.stall.ctx.begin() as tx:
                await tx.execute("UPDATE shop_shop SET legal = legal || $1::jsonb", {name: "x"})
    with pytest.raises(asyncpg.CheckViolationError):
        async with office.stall.ctx.begin() as tx:
            await tx.execute('UPDATE shop_shop SET kept = kept || \'{"seller": "x"}\'')


LINK: Final = re.compile(r'[ "](?:href|src)="([^"#]+)|<loc>([^<]+)')


def paths_in(text: str, base: str) -> Iterator[str]:
    """Of this very site, with their query."""
    for groups in LINK.findall(text):
        parts = urlsplit(urljoin(base, "".join(groups).replace("&amp;", "&")))
        if parts.netloc == urlsplit(base).netloc:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


async def walked(browser: httpx.AsyncClient, starts: set[str]) -> AsyncIterator[tuple[str, httpx.Response]]:
    """Every page that links lead to, by GET."""
    seen, waiting = set(starts), sorted(starts)
    while waiting:
        path = waiting.pop()
        answer = await browser.get(path)
        yield path, answer
        # Twenty filters of one list show what one of them shows.
        found = {one for one in paths_in(answer.text, str(answer.url)) if one.count("=") < 2} - seen
        found = {one for one in found if not one.startswith(("/assets/", "/media/", "/dev/"))}
        seen |= found
        waiting += sorted(found)
        assert len(seen) < 400


@pytest.mark.req("BX-14")
async def test_no_public_surface_tells_it(office: Office, client: ClientFor) -> None:
    """Guest and buyer, in both languages: every page that links lead to, the API, sitemap and JSON-LD; what an order
    keeps; and every mail that is no answer."""
    goods = await office.stall.goods("honten", "紅", 2000, 9)
    await keep_both(office)
    slug = await office.stall.value(
        "SELECT slug FROM shop_product WHERE id = (SELECT product_id FROM shop_variant WHERE id = $1)", goods
    )
    till, placed, _more = await bought(office.stall, client)
    number = placed["orders"][0]["number"]
    starts = {"/", "/shop/legal", NOTICE, "/shop/shops/honten", f"/shop/products/{slug}"}
    api = {"/api/shop/shops", "/api/shop/shops/honten", "/api/shop/products", f"/api/shop/products/{slug}"}
    unseen = {*api, "/robots.txt", "/sitemap.xml", "/api/openapi.json"}
    buyer = client(office.stall.tenant)
    buyer.cookies.set("sid", await office.stall.browser_session(till.buyer))
    pages: dict[str, int] = {}
    for language in ("ja", "en"):
        for browser in (client(office.stall.tenant), buyer):
            browser.headers["Accept-Language"] = language
            more = {f"/shop/orders/{number}", f"/shop/orders/{number}/seller"} if browser is buyer else set()
            async for path, answer in walked(browser, starts | more | unseen):
                pages[path] = answer.status_code
                leaks = [secret for secret in SECRETS if secret in answer.text]
                assert not leaks, (language, path, leaks)
    fine = [path for path, status in pages.items() if status == 200]
    assert {*starts, *api, f"/shop/orders/{number}"} <= set(fine), sorted(pages.items())
    assert len(fine) > 20
    orders = await buyer.get("/api/shop/orders", headers=till.buyer.headers)
    assert orders.status_code == 200
    stored = await office.stall.value(
        "SELECT string_agg(o::text, '') || (SELECT string_agg(p::text, '') FROM shop_purchase p)"
        " || (SELECT coalesce(string_agg(m::text, ''), '') FROM core_mail m) FROM shop_order o"
    )
    for secret in SECRETS:
        assert secret not in orders.text
        assert secret not in str(stored)
    read = await office.stall.value("SELECT shop -> 'legal' ->> 'address' FROM shop_order LIMIT 1")
    assert is_on_request("address", str(read)), "what the buyer read is what the order keeps"
    # The walk finds what is shown.
    assert (await change(office, legal=FULL, on_request=[])).status_code == 200
    found = {path async for path, answer in walked(office.guest, {"/"}) if ADDRESS in answer.text}
    assert {NOTICE, "/shop/legal"} <= found


@pytest.mark.req("BX-14")
@pytest.mark.parametrize(
    ("language", "sentence", "button", "missing"),
    [
        (
            "ja",
            "ご請求があれば遅滞なく開示いたします",
            "住所・電話番号の開示を請求する",
            "の形で入力してください",
        ),
        ("en", SENTENCE, "Ask for address and phone number", "Please enter an e-mail address"),
    ],
)
async def test_the_notice_says_so_in_the_readers_language(
    office: Office, language: str, sentence: str, button: str, missing: str
) -> None:
    await keep_both(office)
    office.guest.headers["Accept-Language"] = language
    for path in (NOTICE, "/shop/legal", "/shop/shops/honten"):
        page = (await office.guest.get(path)).text
        assert (page.count(sentence), button in page) == (2, True), path
    told = (await office.guest.get("/api/shop/shops/honten")).json()
    assert (told["on_request"], told["legal"]["phone"].startswith(sentence)) == (["address", "phone"], True)
    assert is_on_request("phone", told["legal"]["phone"])
    refused = await office.guest.post(NOTICE, data={"email": "no address", "name": "花子"})
    assert refused.status_code == 422
    assert missing in refused.text
    assert 'value="no address"' in refused.text
    trapped = await office.guest.post(NOTICE, data={"email": "a@example.com", "website": "https://x.example"})
    assert trapped.status_code == 422
    assert await office.stall.value("SELECT count(*) FROM shop_notice_request") == 0
    asked = await office.guest.post(NOTICE, data={"email": "a@example.com", "name": "花子"})
    assert asked.status_code == 303
    mail = str(await office.stall.value("SELECT text_body FROM core_mail WHERE recipient = 'a@example.com'"))
    assert (ADDRESS_EN if language == "en" else ADDRESS) in mail
    assert PHONE in mail
    assert "sellerの記載" in mail, "the whole notice"
    assert "花子" not in mail, "the address may be another person's: no word of who asked"
    assert sentence not in mail
    assert "a@example.com" in (await office.guest.get(NOTICE)).text


@pytest.mark.req("BX-14")
async def test_a_request_from_elsewhere_and_too_many(office: Office) -> None:
    """Another site cannot make somebody ask; one address, one network and one shop have their limits."""
    await keep_both(office)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    data = {"email": "a@example.com"}
    assert (await office.guest.post(NOTICE, data=data, headers=foreign)).status_code == 403
    assert await office.stall.value("SELECT count(*) FROM core_mail") == 0
    both = await asyncio.gather(
        *(office.guest.post(ASKS, json={"email": f"{a}@example.com"}) for a in ("a", "A") * 3)
    )
    assert sorted(one.status_code for one in both) == [202] * 3 + [429] * 3
    page = await office.guest.post(NOTICE, data={"email": "a@example.com", "name": "花子"})
    assert (page.status_code, "1時間ほどたってから" in page.text) == (429, True)
    assert "shop@tatara.example" in page.text
    for n in range(limits.NETWORK_MAX - 3):
        assert (await office.guest.post(ASKS, json={"email": f"b{n}@example.com"})).status_code == 202
    refused = await office.guest.post(ASKS, json={"email": "c@example.com"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    made = "SELECT count(*) FROM shop_notice_request"
    assert await office.stall.value(made) == limits.NETWORK_MAX
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_notice_try SET since = since - interval '61 minutes'")
    assert (await office.guest.post(ASKS, json={"email": "c@example.com"})).status_code == 202
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_notice_try SET tries = $1", limits.SHOP_MAX)
    assert (await office.guest.post(ASKS, json={"email": "d@example.com"})).status_code == 429


@pytest.mark.req("BX-14")
async def test_a_shops_staff_see_their_own_log_only(
    office: Office, client: ClientFor, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    await office.stall.shop("hanare", "HN")
    for slug in ("honten", "hanare"):
        await keep_both(office, slug)
        await office.guest.post(
            f"/api/shop/shops/{slug}/notice-requests", json={"email": f"{slug}@example.com"}
        )
    clerk = await office.stall.buyer("離れの人")
    await grant(office.stall, clerk, "shop_staff")
    async with office.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)",
            clerk.id,
            office.stall.shops["hanare"],
        )
    page = f"{PAGES}/notice-requests"
    seen = (await (await office.browser_of(clerk)).get(page)).text
    assert ("hanare@example.com" in seen, "honten@example.com" in seen) == (True, False)
    listed = (await office.guest.get(f"{API}/notice-requests", headers=clerk.headers)).json()
    assert [one["email"] for one in listed["items"]] == ["hanare@example.com"]
    other = await office.stall.value("SELECT id FROM shop_notice_request WHERE email LIKE 'honten%'")
    for act in ("again", "helped"):
        answer = await office.guest.post(f"{API}/notice-requests/{other}/{act}", headers=clerk.headers)
        assert answer.status_code == 404
    buyer = await office.stall.buyer()
    assert (await (await office.browser_of(buyer)).get(page)).status_code == 403
    # Another site has neither the shop nor the log.
    stranger = await open_office(await open_stall(make_tenant, ctx_for), client)
    assert (await stranger.guest.post(NOTICE, data={"email": "a@example.com"})).status_code == 404
    assert "example.com" not in (await stranger.browser.get(page)).text
    assert (await stranger.api.post(f"{API}/notice-requests/{other}/helped")).status_code == 404


async def _age(stall: Stall, email: str, days: int, *, sent: bool) -> None:
    async with stall.ctx.begin() as tx:
        await tx.execute(
            "UPDATE shop_notice_request SET created_at = now() - make_interval(days => $2) WHERE email = $1",
            *(email, days),
        )
        await tx.execute(
            "UPDATE core_mail SET created_at = now() - make_interval(days => $2), state = $3,"
            " sent_at = CASE WHEN $3 = 'sent' THEN now() - make_interval(days => $2) END WHERE recipient = $1",
            *(email, days, "sent" if sent else "failed"),
        )


@pytest.mark.req("BX-14")
async def test_who_asked_is_forgotten_and_what_was_told_is_not(office: Office) -> None:
    await keep_both(office)
    ages = {
        "new": (6, True),
        "told": (8, True),
        "failed": (60, False),
        "never": (91, False),
        "old": (731, True),
    }
    for name, (days, sent) in ages.items():
        email = f"{name}@example.com"
        assert (await office.guest.post(ASKS, json={"email": email, "name": "花子"})).status_code == 202
        await _age(office.stall, email, days, sent=sent)
    await forget_old(office.stall.ctx)
    rows = (await office.api.get(f"{API}/notice-requests")).json()["items"]
    assert [(one["email"], one["name"], one["state"]) for one in rows] == [
        ("failed@example.com", "花子", "failed"),
        ("new@example.com", "花子", "sent"),
        ("", "", "sent"),
        ("", "", "erased"),
    ]
    assert all(one["told"] == {"address": ADDRESS, "phone": PHONE} for one in rows)
    left = await office.stall.value("SELECT array_agg(recipient ORDER BY recipient) FROM core_mail")
    assert left == ["-", "-", "-", "failed@example.com", "new@example.com"]


@pytest.mark.req("BX-14")
async def test_a_person_gets_a_copy_and_is_forgotten(office: Office) -> None:
    await keep_both(office)
    buyer = await office.stall.buyer()
    mine = {"email": buyer.email.upper(), "name": "花子"}
    assert (await office.guest.post(ASKS, json=mine)).status_code == 202
    assert (await office.guest.post(ASKS, json={"email": "other@example.com"})).status_code == 202
    async with office.stall.ctx.read() as tx:
        copy = await privacy.export(office.stall.ctx, tx, buyer.id)
    assert copy is not None
    assert [(one.email, one.name, one.told["phone"]) for one in copy.notices] == [
        (buyer.email.upper(), "花子", PHONE)
    ]
    async with office.stall.ctx.begin() as tx:
        assert await privacy.erase(office.stall.ctx, tx, buyer.id) == 1
    left = "SELECT array_agg(email ORDER BY email) FROM shop_notice_request"
    assert await office.stall.value(left) == ["", "other@example.com"]
    assert await office.stall.value("SELECT count(*) FROM core_mail WHERE recipient <> '-'") == 1


class File:
    """A blueprint with one shop."""

    def __init__(self, **row: object) -> None:
        self._row = {"slug": "honten", "name": "本店", "order_number_prefix": "LC", **row}

    def data(self, _plugin_id: str) -> dict[str, Any]:
        return {"shops": [self._row]}


@pytest.mark.req("BX-14")
async def test_a_blueprint_does_not_show_what_staff_keep(office: Office) -> None:
    """And a new shop may keep it from the first."""
    await keep_both(office)
    for file in (File(legal_notice=FULL), File(legal_notice=FULL, on_request=["phone"])):
        await seed(office.stall.ctx, file)  # type: ignore[arg-type]
        assert (await the_shop(office))["on_request"] == ["address", "phone"]
        assert PHONE not in (await office.guest.get(NOTICE)).text
    new = File(slug="shiro", order_number_prefix="SR", legal_notice=FULL, on_request=["phone"])
    await seed(office.stall.ctx, new)  # type: ignore[arg-type]
    page = (await office.guest.get("/shop/shops/shiro/legal")).text
    assert (ADDRESS in page, PHONE in page) == (True, False)


@pytest.mark.req("BX-14")
async def test_staff_are_told_where_it_stands_besides(office: Office) -> None:
    hours = FULL | {"phone_hours": "平日10-17時。お急ぎの方は 0745(98)7654 へ"}
    assert (await change(office, legal=hours, on_request=["phone"])).status_code == 200
    page = (await office.browser.get(f"{PAGES}/shops/{office.stall.shops['honten']}")).text
    assert f"電話受付時間：「{PHONE}」がここにも記載され" in page
    assert (await change(office, legal=hours, on_request=[])).status_code == 200
    page = (await office.browser.get(f"{PAGES}/shops/{office.stall.shops['honten']}")).text
    assert "がここにも記載され" not in page


@pytest.mark.req("BX-14")
async def test_the_desk_for_claims_tells_what_the_notice_keeps(office: Office, client: ClientFor) -> None:
    """取引DPF法 5条 is another thing: there the site decides, and then the kept value is the answer."""
    await keep_both(office)
    till, placed, _more = await bought(office.stall, client)
    claim = {"claim": 12_000, "reason": "返金の約束が守られません。", "is_honest": True}
    at = f"/api/shop/orders/{placed['orders'][0]['number']}/seller"
    made = (await office.guest.post(at, json=claim, headers=till.buyer.headers)).json()
    boss = await office.stall.buyer("店主")
    await grant(office.stall, boss, "admin")
    decision = {"decision": "disclosed", "checks": ["identity", "claim", "honest", "heard"]}
    done = await office.guest.post(
        f"{API}/disclosures/{made['id']}/decision", json=decision, headers=boss.headers
    )
    assert (done.status_code, done.json()["told"]["address"], done.json()["told"]["phone"]) == (
        200,
        ADDRESS,
        PHONE,
    )
