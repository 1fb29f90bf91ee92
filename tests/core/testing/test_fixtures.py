"""The fixtures that all other tests stand on do what they say."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import msgspec
import pytest

from nakamise.building import build_runtime, close_runtime
from nakamise.plugin import Tenant, TenantCtx
from nakamise.plugin.jobs import Job
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.drain import LEFT, drain
from nakamise.testing.fakes import FakingHost
from nakamise.testing.fixtures import ClientFor, MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port


@asynccontextmanager
async def _runtime(settings: Settings, host: FakingHost) -> AsyncIterator[Runtime]:
    """With a queue of its own."""
    built = await build_runtime(settings, host=host)
    try:
        yield built
    finally:
        await close_runtime(built)


class Note(msgspec.Struct):
    text: str


async def test_a_client_is_on_its_tenant(make_tenant: MakeTenant, client: ClientFor) -> None:
    one, other = await make_tenant(), await make_tenant()
    assert one.name in (await client(one).get("/")).text
    assert one.name not in (await client(other).get("/")).text


async def test_drain_does_the_jobs_of_one_tenant(
    settings: Settings, host: FakingHost, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    async with _runtime(settings, host) as runtime:
        done = _notes_done(runtime)
        await _enqueue(runtime, tenant, "again")
        await drain(runtime, tenant)
        assert done == [(tenant.id, "again"), (tenant.id, "second")]


async def test_drain_tells_of_a_job_that_fails(
    settings: Settings, host: FakingHost, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    async with _runtime(settings, host) as runtime:
        done = _notes_done(runtime)
        await _enqueue(runtime, tenant, "bad")
        with pytest.raises(AssertionError, match="a bad note"):
            await drain(runtime, tenant)
        assert done == []


async def test_a_job_that_is_queued_while_drain_looks_is_left(
    runtime: Runtime, owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    """As by a job that queues the next one and ends, all between the look's begin and its statement."""
    tenant = await make_tenant()
    async with owner.transaction():
        await owner.execute("SET LOCAL search_path = nakamise")
        await _enqueue(runtime, tenant, "the next one")
        assert await owner.fetchval(LEFT, tenant.id) == 1


def _notes_done(runtime: Runtime) -> list[tuple[uuid.UUID, str]]:
    """Grows with each note that is done: whose, and its text."""
    done: list[tuple[uuid.UUID, str]] = []

    @runtime.jobs.handler("test.note")
    async def note(ctx: TenantCtx, payload: Note, job: Job) -> None:
        if payload.text == "again":
            async with ctx.begin() as tx:
                await runtime.jobs.enqueue(tx, "test.note", Note("second"))
        if payload.text == "bad":
            raise ValueError("a bad note")
        done.append((ctx.tenant.id, payload.text))

    return done


async def _enqueue(runtime: Runtime, tenant: Tenant, text: str) -> None:
    async with runtime.db.tenant(tenant.schema) as tx:
        await runtime.jobs.enqueue(tx, "test.note", Note(text))


async def test_a_live_server_can_be_killed_and_started_again(
    settings: Settings, make_tenant: MakeTenant
) -> None:
    tenant = await make_tenant()
    server = LiveServer(msgspec.structs.replace(settings, jobs=0, port=free_port()))
    for end in (server.kill, server.stop):
        server.start()
        async with httpx.AsyncClient() as browser:
            url = f"http://127.0.0.1:{server.settings.port}/"
            answer = await browser.get(url, headers={"Host": tenant.canonical_host})
            assert answer.status_code == http.client.OK
            assert tenant.name in answer.text
        end()
        async with httpx.AsyncClient() as browser:
            with pytest.raises(httpx.NetworkError):
                await browser.get(url)
