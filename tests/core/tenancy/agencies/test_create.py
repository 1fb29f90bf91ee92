"""A new tenant in one act, usable at once, or not there at all."""

from __future__ import annotations

import dataclasses
import re
import time
import uuid
from pathlib import Path

import asyncpg
import msgspec
import pytest

from nakamise.contracts.control import BrandUpdate, ControlPlane, NewAgencyRequest
from nakamise.errors import Conflict, Invalid
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.addresses import RESERVED
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain
from tests.core.tenancy.agencies.houses import Console, ctx_of, request


async def _things(owner: asyncpg.Connection) -> tuple[object, ...]:
    """What a failed creation could leave behind; ready schemas come and go by themselves."""
    ready = "(SELECT schema FROM nakamise.schema_pool)"
    return (
        await owner.fetchval("SELECT count(*) FROM nakamise.tenant"),
        await owner.fetchval("SELECT count(*) FROM nakamise.tenant_host"),
        await owner.fetchval(
            f"SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%' AND nspname NOT IN {ready}"
        ),
        await owner.fetchval(
            f"SELECT count(*) FROM pg_roles WHERE rolname LIKE 't\\_%' AND rolname NOT IN {ready}"
        ),
    )


@pytest.mark.req("LC-0.23", "LC-0.28")
async def test_a_site_is_served_at_once(agency: Console, client: ClientFor, runtime: Runtime) -> None:
    began = time.perf_counter()
    made = await agency.new(
        name="茶の間", brand=BrandUpdate(brand="#117755", radius=4, mail_sender="shop@tea.example")
    )
    assert time.perf_counter() - began < 10
    assert (made.summary.state, made.summary.name) == ("active", "茶の間")
    assert (made.brand.brand, made.brand.radius, made.brand.mail_sender) == ("#117755", 4, "shop@tea.example")
    assert made.summary.canonical_host == f"{made.summary.slug}.localhost"
    tenant = runtime.directory.by_id(made.summary.id)
    assert tenant is not None
    page = await client(tenant).get("/")
    assert page.status_code == 200
    assert "茶の間" in page.text


@pytest.mark.req("LC-0.28")
async def test_the_first_administrator_gets_a_link(
    agency: Console, client: ClientFor, ctx_for: CtxFor, runtime: Runtime
) -> None:
    made = await agency.new(admin_email="first@example.com")
    tenant = runtime.directory.by_id(made.summary.id)
    assert tenant is not None
    async with ctx_for(tenant).read() as tx:
        text = await tx.value("SELECT text_body FROM core_mail WHERE recipient = 'first@example.com'")
    found = re.search(r"http://(\S+?)(/invite/\S+)", text)
    assert found is not None
    assert found[1].startswith(made.summary.canonical_host)
    assert (await client(tenant).get(found[2])).status_code == 200


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": "  "}),
        ("slug", {"slug": "No Slug"}),
        ("slug", {"slug": "www"}),
        ("admin_email", {"admin_email": "nobody"}),
        ("admin_name", {"admin_name": ""}),
        ("brand.brand", {"brand": BrandUpdate(brand="reddish")}),
        ("brand.mail_sender", {"brand": BrandUpdate(mail_sender="me@another.localhost")}),
        ("hosts", {"hosts": ("not a host",)}),
        ("plan", {"plan": "no-such-plan"}),
        ("blueprint", {"blueprint": "../kanon"}),
        ("locale", {"locale": "xx"}),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_made(
    field: str, changes: dict[str, object], agency: Console, owner: asyncpg.Connection
) -> None:
    before = await _things(owner)
    with pytest.raises(Invalid) as refused:
        await agency.new(**changes)
    assert list(refused.value.fields) == [field]
    assert await _things(owner) == before


async def test_a_taken_slug_is_a_conflict(agency: Console, rival: Console, owner: asyncpg.Connection) -> None:
    slug = (await rival.new()).summary.slug
    before = await _things(owner)
    with pytest.raises(Conflict):
        await agency.new(slug=slug)
    assert await _things(owner) == before


async def test_a_fault_in_the_last_step_leaves_nothing(agency: Console, owner: asyncpg.Connection) -> None:
    """21 addresses: the limit is met inside the last transaction, when schema and rows are there already."""
    before = await _things(owner)
    with pytest.raises(Conflict, match="at most"):
        await agency.new(hosts=tuple(f"h{n}.example.com" for n in range(21)))
    assert await _things(owner) == before
    assert (await agency.plane.tenants()).total == 0


async def test_a_broken_blueprint_leaves_nothing(
    agency: Console, owner: asyncpg.Connection, tmp_path: Path, runtime: Runtime
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "tenant.toml").write_text(
        'hosts = ["x.localhost"]\n[tenant]\nslug = "x"\nname = "X"\n[brand]\nlogo = "logo.svg"\n'
    )
    (folder / "logo.svg").write_text("this is no drawing")
    elsewhere = msgspec.structs.replace(runtime.settings, blueprints_dir=tmp_path)
    ctx = ctx_of(dataclasses.replace(runtime, settings=elsewhere), agency.home)
    before = await _things(owner)
    with pytest.raises(Exception, match=r"logo\.svg"):
        await ctx.service(ControlPlane).create(request(blueprint="broken"))
    assert await _things(owner) == before


async def test_the_pool_is_filled_again(agency: Console, drain: Drain, owner: asyncpg.Connection) -> None:
    await agency.new()
    await drain(agency.home)
    assert await owner.fetchval("SELECT count(*) FROM nakamise.schema_pool") >= 2
    ready = {row["schema"] for row in await owner.fetch("SELECT schema FROM nakamise.schema_pool")}
    made = await agency.new()
    schema = await owner.fetchval("SELECT schema FROM nakamise.tenant WHERE id = $1", made.summary.id)
    assert schema in ready


async def test_an_operator_makes_a_tenant_for_an_agency(operator: Console, agency: Console) -> None:
    made = await operator.new(agency_id=agency.agency_id)
    assert (await agency.plane.tenant(made.summary.id)).summary.slug == made.summary.slug
    with pytest.raises(Invalid):
        await operator.new(agency_id=uuid.uuid4())


async def test_operators_open_an_agency_with_its_console(operator: Console, runtime: Runtime) -> None:
    slug = f"ag-{uuid.uuid4().hex[:8]}"
    new = NewAgencyRequest(name="Harbour", slug=slug, admin_email="boss@example.com", admin_name="Boss")
    made = await operator.plane.create_agency(new)
    assert made.console_host == f"{slug}.localhost"
    assert made.home_tenant_id is not None
    home = runtime.directory.by_id(made.home_tenant_id)
    assert home is not None
    assert home.plugins == {"agency"}
    assert home.console_of == made.id
    await operator.plane.invite_agency_staff(made.id, email="second@example.com", name="Second")
    async with runtime.db.tenant(home.schema) as tx:
        invited = await tx.values("SELECT email FROM core_invitation ORDER BY email")
    assert invited == ["boss@example.com", "second@example.com"]
    assert (await operator.plane.rename_agency(made.id, "Port")).name == "Port"
    acts = [line.act for line in (await operator.plane.audit(search="agency.")).items]
    assert acts[:3] == ["agency.rename", "agency.invite", "agency.create"]


async def test_reserved_words_are_those_of_the_table(owner: asyncpg.Connection) -> None:
    rules = await owner.fetch(
        "SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conrelid = 'nakamise.tenant'::regclass"
    )
    words = next(rule["rule"] for rule in rules if "autodiscover" in rule["rule"])
    assert set(re.findall(r"'([a-z0-9]+)'", words)) == RESERVED
