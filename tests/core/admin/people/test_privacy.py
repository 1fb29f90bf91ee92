"""A person asks for their data, and to be forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import asyncpg
import httpx
import pytest

from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.core.accounts import PASSWORD, Site, User

USERS = "/api/core/users"


@pytest.fixture
async def api(site: Site) -> httpx.AsyncClient:
    return await site.logged_in_device(await site.user(roles=("admin",)))


async def copy_of(api: httpx.AsyncClient, user: User) -> zipfile.ZipFile:
    answer = await api.post(f"{USERS}/{user.id}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_the_copy_holds_the_account_without_its_secrets(site: Site, api: httpx.AsyncClient) -> None:
    user = await site.user()
    await site.logged_in(user)
    archive = await copy_of(api, user)
    account = json.loads(archive.read("account.json"))
    assert account["email"] == user.email
    assert [act["act"] for act in account["acts"]] == ["account.signed_in"]
    assert archive.read("account_sessions.csv").startswith(b"\xef\xbb\xbf")
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"argon2" not in everything
    assert b"token" not in everything


async def test_erasing_asks_for_the_copy_and_the_address_first(site: Site, api: httpx.AsyncClient) -> None:
    user = await site.user()
    erase = f"{USERS}/{user.id}/erase"
    early = await api.post(erase, json={"confirm": user.email})
    assert early.json()["code"] == "no_copy"
    await copy_of(api, user)
    wrong = await api.post(erase, json={"confirm": "someone@example.com"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["confirm"])
    site.clock.advance(timedelta(days=1, seconds=1))
    admin = await site.logged_in_device(await site.user(roles=("admin",)))
    late = await admin.post(erase, json={"confirm": user.email})
    assert late.json()["code"] == "no_copy"


async def test_an_erased_person_is_a_pseudonym(
    site: Site, api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    user = await site.user(roles=("broadcaster",))
    browser = await site.logged_in(user)
    await site.device().post("/api/auth/reset", json={"email": user.email})
    assert len(await site.mails(user.email)) == 1
    await copy_of(api, user)
    done = await api.post(f"{USERS}/{user.id}/erase", json={"confirm": user.email.upper()})
    assert (done.status_code, done.json()["state"]) == (200, "erased")
    assert user.email not in done.text
    assert (await browser.get("/account")).status_code == 303
    login = await site.device().post("/api/auth/login", json={"email": user.email, "password": PASSWORD})
    assert login.status_code == 401
    for act in ("resume", "reset-password"):
        assert (await api.post(f"{USERS}/{user.id}/{act}")).status_code == 409
    assert await _tables_with(owner, site.tenant.schema, user.email) == set()
    # The address is free again.
    assert await site.user(email=user.email) != user


async def _tables_with(owner: asyncpg.Connection, schema: str, text: str) -> set[str]:
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
    found = set()
    for row in tables:
        query = f'SELECT count(*) FROM "{schema}"."{row["tablename"]}" t WHERE t::text LIKE $1'
        if await owner.fetchval(query, f"%{text}%"):
            found.add(row["tablename"])
    return found


async def test_the_last_manager_cannot_be_erased(site: Site, api: httpx.AsyncClient) -> None:
    async with site.ctx.read() as tx:
        admin_id = await tx.value("SELECT id FROM core_user")
    own = await api.post(f"{USERS}/{admin_id}/erase", json={"confirm": "x"})
    assert own.json()["code"] == "own_account"


async def test_plugins_are_asked_also_when_they_are_off(
    make_tenant: MakeTenant, ctx_for: CtxFor, runtime: Runtime
) -> None:
    from nakamise.admin.people.privacy_erase import EraseInput, erase_person
    from nakamise.admin.people.privacy_export import export_person
    from nakamise.ids import uuid7
    from nakamise.tenancy import switches

    tenant: Tenant = await make_tenant(plugins=("hello",))
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await runtime.auth.ensure_user(
            tx, email="a@example.com", password=PASSWORD, display_name="a", roles=("admin",)
        )
        user_id = await runtime.auth.ensure_user(
            tx, email="g@example.com", password=PASSWORD, display_name="g"
        )
        await tx.execute(
            "INSERT INTO hello_greeting (id, text, user_id) VALUES ($1, 'こんにちは', $2)", uuid7(), user_id
        )
    await switches.disable(runtime, tenant.id, "hello")
    await runtime.directory.refresh()
    ctx = ctx_for(tenant)
    assert not ctx.is_on("hello")
    async with ctx.begin() as tx:
        archive = zipfile.ZipFile(io.BytesIO(await export_person(ctx, tx, user_id)))
        assert json.loads(archive.read("hello.json")) == {"greetings": ["こんにちは"]}
        await erase_person(ctx, tx, user_id, EraseInput("g@example.com"))
    async with ctx.read() as tx:
        left = await tx.value("SELECT count(*) FROM hello_greeting WHERE user_id = $1", user_id)
    assert left == 0
