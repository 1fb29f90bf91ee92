"""Somebody else's plugin does everything that ours do: the contract, from its author's side."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import asyncpg

from nakamise.contracts.pricing import Phase, QuoteDraft, QuoteLine, QuoteRequest
from nakamise.contracts.ui import ProductSubject
from nakamise.plugin import Slot, Tenant, TenantCtx
from nakamise.plugin.context import Actor
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise.ui.shell import build_shell
from nakamise.ui.slots import slot_boxes
from nakamise_shop.domain.pricing import ShopTerms, draft_quote, price
from nakamise_shop.domain.shipping import flat
from tests.contract.conftest import Login

API = "/api/hello/greetings"


async def texts(client: ClientFor, tenant: Tenant) -> list[str]:
    answer = await client(tenant).get(API)
    assert answer.status_code == 200
    return [greeting["text"] for greeting in answer.json()]


# --- tables and switches -------------------------------------------------------------------------


async def test_the_table_is_made_at_first_switch_on_and_kept_when_off(
    runtime: Runtime, make_tenant: MakeTenant, client: ClientFor, owner: asyncpg.Connection, drain: Drain
) -> None:
    tenant = await make_tenant()
    table = f"{tenant.schema}.hello_greeting"
    assert await owner.fetchval("SELECT to_regclass($1)::text", table) is None
    await switches.enable(runtime, tenant.id, "hello")
    assert await texts(client, tenant) == ["first"]
    assert (await client(tenant).post(API, json={"name": "Mika"})).status_code == 201
    await drain(tenant)
    await switches.disable(runtime, tenant.id, "hello")
    assert (await client(tenant).get(API)).status_code == 404
    assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 2
    await switches.enable(runtime, tenant.id, "hello")
    assert await texts(client, tenant) == ["first", "Hello, Mika!"]


async def test_tenants_do_not_see_each_others_rows(
    make_tenant: MakeTenant, client: ClientFor, with_hello: Tenant
) -> None:
    other = await make_tenant(plugins=("hello",))
    await client(other).post(API, json={"name": "secret"})
    assert not any("secret" in text for text in await texts(client, with_hello))


async def test_bad_input_is_named(client: ClientFor, with_hello: Tenant) -> None:
    answer = await client(with_hello).post(API, json={"name": ""})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


# --- events, jobs, tasks -------------------------------------------------------------------------


async def test_its_own_event_reaches_its_listener_once(
    make_tenant: MakeTenant, client: ClientFor, drain: Drain
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    await client(tenant).post(API, json={"name": "Mika"})
    await drain(tenant)
    await drain(tenant)
    assert "Hello, Mika!" in await texts(client, tenant)


async def test_its_job_runs_in_the_background(
    make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor, drain: Drain
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await ctx.enqueue(tx, "hello.greet_later", {"name": "Ren"})
    assert "Hello, Ren" not in await texts(client, tenant)
    await drain(tenant)
    assert "Hello, Ren!" in await texts(client, tenant)


async def test_its_task_is_scheduled_only_where_it_is_on(
    runtime: Runtime, with_hello: Tenant, without_hello: Tenant, drain: Drain, owner: asyncpg.Connection
) -> None:
    await drain(with_hello)
    sql = "SELECT every_s FROM nakamise.job WHERE tenant_id = $1 AND name = 'task:hello.tidy'"
    assert await owner.fetchval(sql, with_hello.id) == 3600
    assert await owner.fetchval(sql, without_hello.id) is None


# --- prices --------------------------------------------------------------------------------------

SHOP = str(uuid.uuid4())
TERMS = {SHOP: ShopTerms(shipping=flat(500))}
REQUEST = QuoteRequest(
    lines=(
        QuoteLine(
            line_id="1",
            shop_id=SHOP,
            product_id="p",
            variant_id="v",
            qty=3,
            list_amount=1000,
            tax_class="standard",
        ),
    ),
    at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
    tax_date=dt.date(2026, 11, 21),
)


def quote(ctx: TenantCtx) -> Any:
    draft: QuoteDraft = draft_quote(REQUEST, TERMS)
    answers = ctx.lineup.call_sync("price_adjust", ctx=ctx, draft=draft, facts={})
    assert answers.failed == []
    proposals = [(plugin_id, found) for plugin_id, all_ in answers.results for found in all_]
    return price(REQUEST, proposals, TERMS, degraded=[])


async def test_it_takes_ten_yen_off_each_piece_where_it_is_on(
    ctx_for: CtxFor, with_hello: Tenant, without_hello: Tenant
) -> None:
    reduced, full = quote(ctx_for(with_hello)), quote(ctx_for(without_hello))
    assert (full.goods, reduced.goods) == (3000, 2970)
    assert [(one.plugin_id, one.adjustment.phase, one.taken) for one in reduced.applied] == [
        ("hello", Phase.UNIT, 30)
    ]


# --- slots ---------------------------------------------------------------------------------------

PRODUCT = ProductSubject(
    product_id=uuid.uuid4(),
    shop_id=uuid.uuid4(),
    slug="lipstick",
    name="Lipstick",
    min_price=1000,
    max_price=1000,
    currency="JPY",
    in_stock=True,
)


async def test_its_box_stands_below_the_price_where_it_is_on(
    ctx_for: CtxFor, with_hello: Tenant, without_hello: Tenant
) -> None:
    ctx = ctx_for(with_hello)
    async with ctx.read() as tx:
        [box] = await slot_boxes(ctx, tx, Slot.PRODUCT_BELOW_PRICE, PRODUCT, build_shell(ctx, []))
        assert "1点につき10円引き" in box
        assert await slot_boxes(ctx, tx, Slot.CART_SUMMARY, PRODUCT, build_shell(ctx, [])) == []
    off = ctx_for(without_hello)
    async with off.read() as tx:
        assert await slot_boxes(off, tx, Slot.PRODUCT_BELOW_PRICE, PRODUCT, build_shell(off, [])) == []


# --- settings ------------------------------------------------------------------------------------


async def test_its_settings_form_is_generated_saved_and_used(
    make_tenant: MakeTenant, admin: Login, ctx_for: CtxFor
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    browser = await admin(tenant)
    form = await browser.get("/admin/plugins/hello/settings")
    assert form.status_code == 200, form.text
    for piece in (
        "Yen off each piece",
        'name="cut"',
        'max="1000"',
        'role="switch"',
        "0 turns the reduction off.",
    ):
        assert piece in form.text
    typed = {"greeting": "Ciao", "cut": "25", "tone": "formal", "words": "bad\n\nworse\n"}
    typed |= {"colour": "#336699", "opens": "10:30", "gift": "1,980", "chance": "5", "weight": "2.5"}
    saved = await browser.post("/admin/plugins/hello/settings", data=typed)
    assert saved.status_code == 303
    assert quote(ctx_for(tenant)).goods == 3000 - 3 * 25
    fresh = ctx_for(tenant).tenant.plugin_settings["hello"]
    expected = {
        "greeting": "Ciao",
        "cut": 25,
        "shows_box": False,
        "tone": "formal",
        "words": ["bad", "worse"],
        "colour": "#336699",
        "opens": "10:30:00",
        "gift": 1980,
        "chance": 500,
        "weight": "2.5",
    }
    assert {name: fresh[name] for name in expected} == expected


async def test_a_wrong_setting_is_refused_and_what_was_typed_is_kept(
    make_tenant: MakeTenant, admin: Login
) -> None:
    browser = await admin(await make_tenant(plugins=("hello",)))
    answer = await browser.post("/admin/plugins/hello/settings", data={"greeting": "x" * 41, "cut": "5000"})
    assert answer.status_code == 422
    assert "Please enter 1000 or less." in answer.text
    assert 'value="5000"' in answer.text


async def test_switches_by_hand(make_tenant: MakeTenant, admin: Login) -> None:
    tenant = await make_tenant()
    browser = await admin(tenant)
    page = await browser.get("/admin/plugins")
    assert page.status_code == 200
    assert "Greets visitors" in page.text
    assert (await browser.get("/hello/greetings")).status_code == 404
    assert (await browser.post("/admin/plugins/hello/on")).status_code == 303
    assert (await browser.get("/hello/greetings")).status_code == 200
    assert (await browser.get("/admin/hello/greetings")).status_code == 200, "its permissions came with it"
    assert (await browser.post("/admin/plugins/hello/off")).status_code == 303
    assert (await browser.get("/hello/greetings")).status_code == 404


async def test_what_is_missing_is_said(make_tenant: MakeTenant, admin: Login) -> None:
    browser = await admin(await make_tenant())
    await browser.post("/admin/plugins/payments_sandbox/on")
    assert "Switch these on first" in (await browser.get("/admin/plugins")).text


async def test_only_those_who_may_see_the_switches(client: ClientFor, with_hello: Tenant) -> None:
    guest = client(with_hello)
    assert (await guest.get("/admin/plugins")).status_code == 303
    assert (await guest.get("/api/core/plugins")).status_code == 401
    answer = await guest.put("/api/core/plugins/hello", content=json.dumps({"is_on": False}))
    assert answer.status_code == 401


# --- people --------------------------------------------------------------------------------------


async def test_it_exports_and_erases_what_a_person_left(
    runtime: Runtime, make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    user_id = uuid.uuid4()
    ctx = ctx_for(tenant, Actor(user_id=user_id))
    plugin = runtime.host.plugin("hello")
    assert plugin.export is not None
    assert plugin.erase is not None
    async with ctx.begin() as tx:
        await tx.execute("INSERT INTO hello_greeting (id, user_id, text) VALUES ($1, $1, 'mine')", user_id)
        assert (await plugin.export(ctx, tx, user_id)).greetings == ["mine"]
        assert await plugin.erase(ctx, tx, user_id) == 1
        assert await plugin.export(ctx, tx, user_id) is None
