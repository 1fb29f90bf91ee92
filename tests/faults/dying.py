"""Class B2: a process that dies at the n-th point between two effects, as after a power cut, and its successor.

``python -m tests.faults.dying`` reads a ``Plan`` from standard input. It forks one process for each point: that one
goes through the whole flow of a person of its own (``tests.faults.flows``) and ends by ``os._exit`` at its point; the next one goes the same
way to the end, with the same keys. It prints how many died.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
import uvloop

from nakamise.building import build_runtime, close_runtime
from nakamise.db import Database
from nakamise.db.database import CONTROL_SCHEMA, prepare
from nakamise.db.shares import Turn
from nakamise.db.tx import Tx
from nakamise.host.registry import PluginHost
from nakamise.host.routes import Mounting
from nakamise.jobs.queue import JobQueue
from nakamise.plugin.context import SYSTEM, Actor, Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy.owner import app_url, names
from nakamise.testing.drain import drain
from nakamise_shop.checkout.confirming import confirm_view
from tests.faults.flows import FLOWS, Person

DIED: Final = 137


class Plan(msgspec.Struct, frozen=True):
    """One person for each point: the ``first`` and every ``step``-th after it. ``each_statement``: a point after
    every statement, besides those around every commit."""

    database_url: str
    secret_key: str
    data_dir: str
    tenant_id: uuid.UUID
    people: list[Person]
    flow: str
    egress_allow: tuple[str, ...] = ()
    first: int = 1
    step: int = 1
    each_statement: bool = False


class Points:
    """Counts them; ``last`` 0 is never reached."""

    def __init__(self, last: int) -> None:
        self._left = last
        self.met = 0

    def pass_by(self) -> None:
        self.met += 1
        self._left -= 1
        if self._left == 0:
            os._exit(DIED)


class DyingDatabase(Database):
    """Has a point on each side of every commit."""

    points: Points

    @asynccontextmanager
    async def _transaction(
        self, role: str, schema: str, mode: str, turn: Turn | None = None
    ) -> AsyncIterator[Tx]:
        async with super()._transaction(role, schema, mode, turn) as tx:
            yield tx
            self._pass_by(schema, mode)
        self._pass_by(schema, mode)

    def _pass_by(self, schema: str, mode: str) -> None:
        """Where a tenant's things change (``mode`` is "" then); the queue looks for work whenever it likes."""
        if not mode and schema != CONTROL_SCHEMA:
            self.points.pass_by()


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    # Before anything runs: a process that is forked gets modules, and no loop, no thread, no connection.
    host = PluginHost.discover(mounting=Mounting.NOTHING)
    for deaths, person in enumerate(plan.people):
        number = plan.first + deaths * plan.step
        ended = _in_child(host, plan, person, number)
        # The successor: nobody tells it what its predecessor had done.
        after = _in_child(host, plan, person, 0)
        if after != 0 or ended not in (0, DIED):
            sys.exit(f"point {number}: {ended}, then {after}")
        if ended == 0:
            sys.stdout.write(str(deaths))
            return
    sys.exit(f"{len(plan.people)} people are too few")


def _in_child(host: PluginHost, plan: Plan, person: Person, last: int) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            uvloop.run(_flow(host, plan, person, Points(last)))
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def _flow(host: PluginHost, plan: Plan, person: Person, points: Points) -> None:
    """And everything that follows from it by itself."""
    settings = Settings(
        secret_key=plan.secret_key.encode(),
        data_dir=Path(plan.data_dir),
        database_url=plan.database_url,
        pool_size=4,
        egress_allow=plan.egress_allow,
    )
    runtime = await build_runtime(settings, host=host)
    tenant = runtime.directory.by_id(plan.tenant_id)
    assert tenant is not None
    async with _pool(settings, points, each_statement=plan.each_statement) as db:
        db.points = points
        try:
            # Whoever comes next does not wait half a minute for a job of who died.
            dying = dataclasses.replace(runtime, db=db, jobs=JobQueue(lease_s=1.0))
            await _go(dying, tenant, plan.flow, person)
            await drain(dying, tenant, allow_failures=True)
        finally:
            await close_runtime(runtime)


@asynccontextmanager
async def _pool(settings: Settings, points: Points, *, each_statement: bool) -> AsyncIterator[DyingDatabase]:
    async def init(connection: asyncpg.Connection) -> None:
        await prepare(connection)
        if each_statement:
            connection.add_query_logger(lambda _: points.pass_by())

    async with asyncpg.create_pool(app_url(settings), min_size=1, max_size=4, init=init) as pool:
        yield DyingDatabase(pool, names(settings).control)


async def _go(runtime: Runtime, tenant: Tenant, flow: str, person: Person) -> None:
    buyer = Actor(user_id=person.user_id, display_name="花子", email=person.email, email_verified=True)
    lineup = runtime.host.lineup(tenant.plugins)
    ctx, system = (TenantCtx(runtime, tenant, actor, lineup) for actor in (buyer, SYSTEM))
    await FLOWS[flow](ctx, system, person)


async def person_at_checkout(ctx: TenantCtx, address_id: uuid.UUID) -> Person:
    """Who has seen the confirmation."""
    seen = await confirm_view(ctx, address_id)
    return Person(ctx.require_user(), address_id, ctx.actor.email, seen.fingerprint)


class Lost(AssertionError):
    """Somebody could not go on where another had died; the message is what the process said."""


async def die_everywhere(plan: Plan) -> int:
    """How many died. Raises Lost."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.dying"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate(msgspec.json.encode(plan))
    if process.returncode != 0:
        raise Lost(complained.decode()[-3000:])
    return int(said)


if __name__ == "__main__":
    main()
