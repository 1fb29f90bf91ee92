"""A broadcaster opens a shop: applies, is nothing until it is approved, then runs that shop and no other."""

from __future__ import annotations

import asyncio
import html
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest

from nakamise.contracts.payments import Payments
from nakamise.errors import Conflict, LimitReached, NotFound
from nakamise.plans import service as plans
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from nakamise_shop.opening import service
from nakamise_shop.opening.schemas import Apply
from nakamise_shop.privacy import erase, export
from nakamise_shop.scope import shops_of
from nakamise_shop.staff.shops.making import UNDECIDED_MAX
from tests.plugins.livestream.stage import Stage
from tests.plugins.shop.staff.office import API, PAGES, product, variant
from tests.plugins.shop.staff.test_shops import FULL
from tests.plugins.shop.stall import PLUGINS, Stall

OPEN = "/shop/open"
WHY = "住所を確認できません。"
LEGAL = {f"legal.{name}": text for name, text in FULL.items()}
CLOSED = (f"{PAGES}/shops", f"{PAGES}/orders", f"{PAGES}/products", "/admin")
CLOSED_API = ("shops", "orders", "products", "variants")


@dataclass
class Street:
    """``owner`` decides; ``host`` is an approved broadcaster who is no staff; the shop honten is somebody else's."""

    stall: Stall
    stage: Stage
    owner: Person
    host: Person

    async def shop_of(self, slug: str) -> uuid.UUID:
        found = await self.stall.value("SELECT id FROM shop_shop WHERE slug = $1", slug)
        assert isinstance(found, uuid.UUID)
        return found

    async def apply(
        self,
        slug: str = "hana",
        who: Person | None = None,
        *,
        legal: Mapping[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        notice = {f"legal.{name}": text for name, text in (legal or {}).items()}
        form = {"name": f"{slug}の店", "slug": slug, **LEGAL, **notice, **fields}
        return await (who or self.host).client.post(OPEN, data=form)

    async def decide(self, shop: object, state: str, reason: str = "") -> httpx.Response:
        body = {"state": state, "reason": reason}
        return await self.owner.client.put(f"{API}/shops/{shop}/state", json=body)

    async def decided(self, shop: object, state: str, reason: str = "") -> None:
        answer = await self.decide(shop, state, reason)
        assert answer.status_code == 200, answer.text

    async def mails(self, who: Person) -> list[tuple[str, str]]:
        query = "SELECT subject, text_body FROM core_mail WHERE recipient = $1 ORDER BY created_at, id"
        async with self.stall.ctx.read() as tx:
            return [(row["subject"], row["text_body"]) for row in await tx.connection.fetch(query, who.email)]

    async def roles(self, who: Person) -> list[str]:
        async with self.stall.ctx.read() as tx:
            return await tx.values("SELECT role_id FROM core_user_role WHERE user_id = $1 ORDER BY 1", who.id)

    async def named(self, who: Person) -> set[uuid.UUID]:
        async with self.stall.ctx.read() as tx:
            return set(await tx.values("SELECT shop_id FROM shop_people WHERE user_id = $1", who.id))

    async def write(self, query: str, *args: object) -> None:
        async with self.stall.ctx.begin() as tx:
            await tx.execute(query, *args)

    async def seats(self) -> int:
        async with self.stall.ctx.read() as tx:
            return (await self.stall.ctx.usage(tx, "core.staff")).used


MakeStreet = Callable[[], Awaitable[Street]]


@pytest.fixture
def make_street(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> MakeStreet:
    async def made() -> Street:
        tenant = await make_tenant(plugins=(*PLUGINS, "livestream"))
        ctx = ctx_for(tenant)
        stall, stage = Stall(tenant, ctx, ctx_for), Stage(tenant, ctx, client, ctx_for)
        await stall.shop("honten", "LC")
        return Street(stall, stage, await stage.person("店主", "admin"), await stage.host("春香"))

    return made


@pytest.fixture
async def street(make_street: MakeStreet) -> Street:
    return await make_street()


async def _may_nothing(street: Street) -> None:
    """Neither by page nor by API, nor below them."""
    assert await street.roles(street.host) == []
    for path in CLOSED:
        assert (await street.host.client.get(path)).status_code in (403, 404), path
    for path in CLOSED_API:
        assert (await street.host.client.get(f"{API}/{path}")).status_code == 403, path
    shop = await street.shop_of("hana")
    tried = (
        ("GET", f"shops/{shop}", None),
        ("PUT", f"shops/{shop}", {"version": 1, "name": "x"}),
        ("PUT", f"shops/{shop}/state", {"state": "open"}),
        ("POST", f"shops/{shop}/application", None),
        ("PUT", f"shops/{shop}/people", {"users": [str(street.host.id)]}),
        ("POST", "products", product(shop_id=str(shop))),
    )
    for method, path, body in tried:
        answer = await street.host.client.request(method, f"{API}/{path}", json=body)
        assert answer.status_code == 403, (method, path, answer.text)


@pytest.mark.req("LC-8.0.1")
async def test_a_broadcaster_applies_is_nothing_until_approved_and_then_runs_that_shop_alone(
    street: Street,
) -> None:
    await street.stall.goods("honten", "本店の品", 1000, 9)
    way = await street.host.client.get("/livestream/apply")
    assert f'href="{OPEN}"' in way.text
    first = (await street.host.client.get(OPEN)).text
    assert ("お店を開く（申請）" in first, "それまでは誰にも表示されません" in first) == (True, True)
    sent = await street.apply(introduction="花と暮らす", order_number_prefix="HN")
    assert (sent.status_code, sent.headers["location"]) == (303, OPEN), sent.text
    shop = await street.shop_of("hana")
    state = "SELECT ARRAY[state, introduction, order_number_prefix, legal ->> 'seller'] FROM shop_shop WHERE id = $1"
    assert await street.stall.value(state, shop) == ["applied", "花と暮らす", "HN", "sellerの記載"]
    assert await street.named(street.host) == {shop}
    assert (await street.mails(street.owner))[-1][0] == "ショップの申請が届きました: hanaの店"
    assert "承認待ち" in (await street.host.client.get(OPEN)).text
    await _may_nothing(street)
    assert (await street.host.client.get("/shop/shops/hana")).status_code == 404

    await street.decided(shop, "rejected", WHY)
    subject, text = (await street.mails(street.host))[-1]
    assert (subject, WHY in text, OPEN in text) == ("ショップ「hanaの店」の審査結果", True, True)
    assert await street.named(street.host) == {shop}
    await _may_nothing(street)
    assert WHY in (await street.host.client.get(OPEN)).text
    form = await street.host.client.get(f"{OPEN}?again={shop}")
    version = re.search(r'name="version" value="(\d+)"', form.text)
    assert version is not None
    assert "花と暮らす" in form.text
    again = {"again": str(shop), "version": version[1], "name": "花の店", **LEGAL}
    assert (await street.host.client.post(OPEN, data=again)).status_code == 303
    stored = await street.stall.value("SELECT ARRAY[state, name, slug] FROM shop_shop WHERE id = $1", shop)
    assert stored == ["applied", "花の店", "hana"]
    # Whoever decides is told what it means; and naming people of the staff does not lose the applicant.
    assert (
        "春香さんは、まだスタッフではありません"
        in (await street.owner.client.get(f"{PAGES}/shops/{shop}")).text
    )
    people = await street.owner.client.put(f"{API}/shops/{shop}/people", json={"users": []})
    assert people.status_code == 200, people.text
    await _may_nothing(street)

    before = await street.seats()
    await street.decided(shop, "open")
    assert (await street.roles(street.host), await street.seats() - before) == (["shop_staff"], 1)
    subject, text = (await street.mails(street.host))[-1]
    assert subject == "ショップ「花の店」を承認しました"
    assert f"/admin/shop/shops/{shop}" in text
    assert "このショップの運営者です" in text
    await _runs_the_own_shop_alone(street, shop)
    for to, reason in (("suspended", WHY), ("open", ""), ("closed", "")):
        await street.decided(shop, to, reason)
        assert (await street.roles(street.host), await street.named(street.host)) == (["shop_staff"], {shop})


async def _runs_the_own_shop_alone(street: Street, shop: uuid.UUID) -> None:
    client = street.host.client
    assert [one["slug"] for one in (await client.get(f"{API}/shops")).json()] == ["hana"]
    for path in CLOSED[:3]:
        seen = await client.get(path)
        assert seen.status_code == 200, path
        assert "honten" not in seen.text, path
        assert "本店の品" not in seen.text, path
    honten = street.stall.shops["honten"]
    other = await client.put(f"{API}/shops/{honten}", json={"version": 1, "name": "x"})
    assert other.status_code == 404
    assert (await client.get(f"{PAGES}/shops/{honten}")).status_code == 404
    own = await client.post(f"{API}/products", json=product(variants=[variant(sku="HANA-1")]))
    assert own.status_code == 201, own.text
    made = await street.stall.value(
        "SELECT shop_id FROM shop_product WHERE id = $1", uuid.UUID(own.json()["id"])
    )
    assert made == shop
    assert (await client.put(f"{API}/shops/{shop}/state", json={"state": "closed"})).status_code == 403
    # Whoever runs a shop makes the next one as staff do.
    page = (await client.get(OPEN)).text
    assert f"/admin/shop/shops/{shop}" in page
    assert "それまでは誰にも表示されません" not in page, "it is open"
    assert 'id="opening-form"' not in page
    assert (await street.apply("other")).status_code == 409
    assert await street.stall.value("SELECT count(*) FROM shop_shop") == 2
    page = (await client.get(f"{PAGES}/shops/{shop}")).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    said = "税込 1,000円、送料別"
    form = {"version": version[1], "name": "花の店", **LEGAL, "legal.price": said}
    assert (await client.post(f"{PAGES}/shops/{shop}", data=form)).status_code == 303
    assert await street.stall.value("SELECT legal ->> 'price' FROM shop_shop WHERE id = $1", shop) == said


@pytest.mark.req("BX-14", "LC-8.0.1")
async def test_who_sells_from_home_may_keep_the_address_from_the_first(street: Street) -> None:
    """The shop is public the moment that it is approved: the choice comes before, and stays through a rejection."""
    address, phone = "奈良県御所市柏原9876番地5", "0745-98-7654"
    typed = {"address": address, "phone": phone}
    on_request: dict[str, Any] = {"told.address": "on_request", "told.phone": "shown"}
    hollow = await street.apply(legal=typed | {"address": "請求により開示します"}, **on_request)
    assert (hollow.status_code, 'href="#f-legal.address"' in hollow.text) == (422, True)
    assert hollow.text.count('value="on_request" selected') == 1
    assert (await street.apply(legal=typed, **on_request)).status_code == 303
    shop = await street.shop_of("hana")
    await street.decided(shop, "rejected", WHY)
    form = (await street.host.client.get(f"{OPEN}?again={shop}")).text
    assert (address in form, form.count('value="on_request" selected')) == (True, 1)
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    notice = {f"legal.{name}": text for name, text in typed.items()}
    again = {"again": str(shop), "version": version[1], "name": "花の店", **LEGAL, **notice}
    assert (await street.host.client.post(OPEN, data=again)).status_code == 303, (
        "a page from before says nothing of it"
    )
    await street.decided(shop, "open")
    page = (await street.host.client.get("/shop/shops/hana/legal")).text
    assert (address in page, phone in page, "住所の開示を請求する" in page) == (False, True, True)


@pytest.mark.req("LC-8.0.1")
async def test_for_anybody_else_the_page_is_missing(
    street: Street, make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor
) -> None:
    buyer = await street.stage.person("買い物客")
    rejected = await street.stage.host("落選")
    await street.write(
        "UPDATE livestream_broadcaster SET state = 'suspended' WHERE user_id = $1", rejected.id
    )
    unconfirmed = await street.stage.host("未確認")
    await street.write("UPDATE core_user SET email_verified_at = NULL WHERE id = $1", unconfirmed.id)
    for who in (buyer, rejected, unconfirmed, street.owner):
        assert (await who.client.get(OPEN)).status_code == 404, who.email
        assert (await street.apply("nope", who)).status_code == 404, who.email
        assert f'href="{OPEN}"' not in (await who.client.get("/livestream/apply")).text
    guest = street.stage.client_for(street.stall.tenant)
    assert (await guest.get(OPEN)).status_code in (303, 401)
    assert (await guest.post(OPEN, data={"name": "x"})).status_code in (303, 401)
    # Without live broadcasts nobody is a broadcaster.
    tenant = await make_tenant(plugins=PLUGINS)
    alone = await Stage(tenant, ctx_for(tenant), client, ctx_for).person("店主", "admin")
    assert (await alone.client.get(OPEN)).status_code == 404
    assert await street.stall.value("SELECT count(*) FROM shop_shop") == 1


@pytest.mark.req("LC-8.0.1")
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(street: Street) -> None:
    typed = {
        "name": "花の店",
        "slug": "お花",
        "order_number_prefix": "É",
        "introduction": "  花と、\n暮らす ",
        "legal.price": "税込 1,000円、送料別",
        "legal.phone": " ",
        "legal.payment_methods": "銀行振込",
    }
    wrong = await street.host.client.post(OPEN, data={**LEGAL, **typed})
    assert wrong.status_code == 422
    for text in ("お花", "É", "花と、", "税込 1,000円、送料別", "sellerの記載", "銀行振込"):
        assert text in wrong.text, text
    for field in ("slug", "order_number_prefix", "legal.phone", "legal.payment_methods"):
        assert f'href="#f-{field}"' in wrong.text, field
    assert "電話番号: 入力してください。" in wrong.text
    empty = await street.host.client.post(OPEN, data={}, headers={"accept-language": "en"})
    assert empty.status_code == 422
    assert 'href="#f-name"' in empty.text
    assert 'href="#f-legal.returns"' in empty.text
    long = await street.apply(legal={"seller": "あ" * 2001})
    assert long.status_code == 422
    assert 'href="#f-legal.seller"' in long.text
    taken = await street.apply("honten")
    assert (taken.status_code, 'href="#f-slug"' in taken.text) == (422, True)
    assert await street.stall.value("SELECT count(*) FROM shop_shop") == 1
    assert await street.named(street.host) == set()


@pytest.mark.req("BX-14", "LC-3.3.2")
async def test_what_a_notice_must_name_is_said_beside_the_field(street: Street) -> None:
    """Beforehand, with the ways that are on; phone and e-mail address are one line each."""
    page = (await street.host.client.get(OPEN)).text
    ways = " / ".join(one.label for one in street.stall.ctx.service(Payments).methods())
    assert " / " in ways
    for item in ("payment_methods", "payment_timing"):
        hint = re.search(rf'id="f-legal.{item}-hint">(.+?)</p>', page)
        assert hint is not None, item
        said = html.unescape(hint[1].replace("<wbr>", ""))
        assert said == f"有効なお支払い方法：{ways}。それぞれについて、この欄に記載してください。"
    assert page.count("それぞれについて") == 2
    for item, kind in (("phone", "tel"), ("email", "email")):
        assert re.search(rf'<input[^>]*name="legal.{item}" type="{kind}"', page), item
        assert f'<textarea class="n-input" id="f-legal.{item}"' not in page


@pytest.mark.req("LC-8.0.1")
async def test_one_person_has_three_undecided_applications_at_most(street: Street) -> None:
    """However many are sent at the same moment; what was rejected counts, what was opened does not."""
    sent = await asyncio.gather(*(street.apply(f"hana-{n}") for n in range(UNDECIDED_MAX + 2)))
    assert sorted(one.status_code for one in sent) == [303] * UNDECIDED_MAX + [409] * 2
    assert len(await street.named(street.host)) == UNDECIDED_MAX
    refused = await street.apply("one-more", introduction="消えない文")
    assert refused.status_code == 409
    assert "消えない文" in refused.text
    assert "まだ開店していないショップが3" in refused.text
    other = await street.stage.host("夏美")
    assert (await street.apply("natsu", other)).status_code == 303


@pytest.mark.req("LC-8.0.1")
async def test_nobody_applies_again_for_what_is_not_theirs_or_not_rejected(street: Street) -> None:
    await street.apply()
    shop = await street.shop_of("hana")
    other = await street.stage.host("夏美")
    form = {"again": str(shop), "version": "1", "name": "乗っ取り", **LEGAL}
    for who, status in ((other, 404), (street.host, 303)):
        tried = await who.client.post(OPEN, data=form)
        assert tried.status_code == status, tried.text
        assert (await who.client.get(f"{OPEN}?again={shop}")).status_code == status
    assert (await street.host.client.post(OPEN, data=form | {"again": "x"})).status_code == 404
    honten = str(street.stall.shops["honten"])
    assert (await street.host.client.post(OPEN, data=form | {"again": honten})).status_code == 404
    await street.decided(shop, "rejected", WHY)
    stale = await street.host.client.post(OPEN, data=form)
    assert stale.status_code == 409
    assert "乗っ取り" in stale.text
    assert await street.stall.value("SELECT name FROM shop_shop WHERE id = $1", shop) == "hanaの店"
    # The site may apply again for them, and it stays theirs.
    api = f"{API}/shops/{shop}/application"
    assert (await street.owner.client.post(api)).status_code == 200
    await street.decided(shop, "open")
    assert await street.roles(street.host) == ["shop_staff"]


@pytest.mark.req("LC-8.0.1")
async def test_an_approval_gives_no_more_than_the_shop_that_was_applied_for(street: Street) -> None:
    """A shop that somebody was named for once, and the rights that somebody has already, are not widened by it."""
    await street.write(
        "INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)",
        street.host.id,
        street.stall.shops["honten"],
    )
    await street.apply()
    await street.apply("waits")
    shop, waits = await street.shop_of("hana"), await street.shop_of("waits")
    # Where the role would open every shop, nobody gets it.
    grant = (
        "INSERT INTO core_role_permission (role_id, permission, is_granted) VALUES ('shop_staff', 'shop.people', $1)"
        " ON CONFLICT (role_id, permission) DO UPDATE SET is_granted = excluded.is_granted"
    )
    await street.write(grant, True)
    wide = await street.decide(shop, "open")
    assert (wide.status_code, wide.json()["code"]) == (409, "role_for_all")
    assert await street.roles(street.host) == []
    await street.write(grant, False)
    await street.decided(shop, "open")
    assert await street.named(street.host) == {shop, waits}
    await street.decided(waits, "open")
    assert (await street.roles(street.host), await street.named(street.host)) == (
        ["shop_staff"],
        {shop, waits},
    )

    # Who packs for honten applied before that: the approval leaves them with what they have.
    packer = await street.stage.host("夏美")
    await street.apply("natsu", packer)
    await street.write("INSERT INTO core_role (id, label) VALUES ('r_pack', '梱包')")
    await street.write(
        "INSERT INTO core_role_permission (role_id, permission, is_granted) VALUES ('r_pack', 'shop.orders.read', true)"
    )
    await street.write("INSERT INTO core_user_role (user_id, role_id) VALUES ($1, 'r_pack')", packer.id)
    natsu = await street.shop_of("natsu")
    await street.decided(natsu, "open")
    assert (await street.roles(packer), await street.named(packer)) == (["r_pack"], {natsu})
    again = await street.apply("natsu-2", packer)
    assert again.status_code == 409
    # A role that opens nothing of shops does not stand in the way.
    plain = await street.stage.host("秋子")
    await street.write("INSERT INTO core_user_role (user_id, role_id) VALUES ($1, 'broadcaster')", plain.id)
    await street.apply("aki", plain)
    await street.decided(await street.shop_of("aki"), "open")
    assert await street.roles(plain) == ["broadcaster", "shop_staff"]


@pytest.mark.req("LC-8.0.1")
async def test_a_full_plan_refuses_the_approval_as_a_whole(street: Street) -> None:
    await street.apply()
    shop, ctx = await street.shop_of("hana"), street.stall.ctx
    await street.write("UPDATE shop_shop SET state = 'closed' WHERE slug = 'honten'")
    await plans.set_plan(ctx.runtime, ctx.tenant.id, "base_light", actor="test")
    with pytest.raises(LimitReached):
        for _ in range(100):
            async with ctx.begin() as tx:
                await ctx.take(tx, "core.staff")
    full = await street.decide(shop, "open")
    assert (full.status_code, full.json()["code"]) == (409, "plan_limit")
    assert "スタッフ" in full.json()["detail"]
    assert await street.stall.value("SELECT state FROM shop_shop WHERE id = $1", shop) == "applied"
    assert await street.roles(street.host) == []
    async with ctx.begin() as tx:
        await ctx.give_back(tx, "core.staff")
    await street.decided(shop, "open")
    assert await street.roles(street.host) == ["shop_staff"]


@pytest.mark.req("LC-8.0.1")
async def test_nobody_who_is_suspended_becomes_staff(street: Street) -> None:
    await street.apply()
    await street.write("UPDATE core_user SET state = 'suspended' WHERE id = $1", street.host.id)
    await street.decided(await street.shop_of("hana"), "open")
    assert await street.roles(street.host) == []
    ctx = street.stall.ctx
    with pytest.raises(Conflict, match="not active"):
        async with ctx.begin() as tx:
            await ctx.appoint(tx, street.host.id, "shop_staff")
    with pytest.raises(NotFound):
        async with ctx.begin() as tx:
            await ctx.appoint(tx, street.owner.id, "nosuch")


@pytest.mark.req("LC-8.0.1", "LC-0.14")
async def test_another_tenants_shops_are_not_there(street: Street, make_street: MakeStreet) -> None:
    away = await make_street()
    await street.apply()
    shop = await street.shop_of("hana")
    await street.decided(shop, "rejected", WHY)
    form = {"again": str(shop), "version": "1", "name": "x", **LEGAL}
    assert (await away.host.client.get(f"{OPEN}?again={shop}")).status_code == 404
    assert (await away.host.client.post(OPEN, data=form)).status_code == 404
    assert "hanaの店" not in (await away.host.client.get(OPEN)).text
    assert (await away.apply()).status_code == 303, "the same address is free there"
    assert (await away.decide(shop, "open")).status_code == 404
    assert (await street.roles(street.host), await away.named(away.host)) == (
        [],
        {await away.shop_of("hana")},
    )


@pytest.mark.req("LC-8.0.1")
async def test_who_applied_gets_a_copy_and_is_forgotten(street: Street) -> None:
    await street.apply(legal={"representative": "春野香"})
    ctx, host = street.stall.ctx, street.host
    async with ctx.read() as tx:
        copy = await export(ctx, tx, host.id)
    assert copy is not None
    assert [(one.name, one.legal["representative"]) for one in copy.applications] == [("hanaの店", "春野香")]
    async with ctx.begin() as tx:
        await erase(ctx, tx, host.id)
    left = "SELECT count(*) FROM shop_shop WHERE applied_by = $1 OR shop_shop::text LIKE '%春野香%'"
    assert await street.stall.value(left, host.id) == 0
    assert await street.named(host) == set()


@pytest.mark.req("LC-8.0.1")
async def test_the_rule_holds_below_the_page(street: Street) -> None:
    """The service asks who applies, whoever calls it; and a row alone lets nobody work for a shop."""
    await street.apply()
    ctx = street.host.ctx
    async with ctx.read() as tx:
        assert ctx.actor.permissions == frozenset()
        assert await shops_of(ctx, tx) is None, "as for every buyer: who has no permission is asked elsewhere"
    actor = msgspec.structs.replace(street.host.actor, permissions=frozenset({"shop.orders.read"}))
    staff = street.stall.ctx_for(street.stall.tenant, actor)
    given = Apply(name="x", slug="x", legal=dict(FULL))
    with pytest.raises(Conflict, match="staff already"):
        async with staff.begin() as tx:
            await service.submit(staff, tx, given)
