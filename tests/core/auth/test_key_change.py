"""The installation's secret is changed under people with a second factor: nobody is locked out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.clock import FixedClock
from nakamise.host.routes import Mounting
from nakamise.settings import Settings
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.tenancy.reseal import Resealed, reseal_all
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.testing.server import free_port, throwaway_postgres
from nakamise.testing.tenants import tenant_with
from tests.core.accounts import Site, User
from tests.core.auth.test_second_factor import challenge, code_at, send_code, user_with_totp

pytestmark = pytest.mark.req("BX-19", "LC-6.6.1")

FIRST, SECOND = b"the first secret of this installation", b"the second secret of this installation"


@asynccontextmanager
async def started(settings: Settings, clock: FixedClock, slug: str = "") -> AsyncIterator[Site]:
    """The installation as it comes up under ``settings``; ``slug`` is a tenant that it has already."""
    await prepare_database(settings)
    runtime = await build_runtime(settings, clock=clock, mounting=Mounting.UNTRIED)
    try:
        tenant = runtime.directory.by_slug(slug) or await tenant_with(runtime, ())
        site = Site(runtime, create_app(runtime), tenant, clock)
        yield site
        await site.close()
    finally:
        await close_runtime(runtime)


async def log_in(site: Site, user: User, secret: str) -> int:
    """With a code that nobody has used: each login has a time step of its own."""
    site.clock.advance(timedelta(seconds=30))
    return await send_code(site, await challenge(site, user), code_at(secret, site.clock.now()))


async def test_second_factors_work_before_and_after_everything_is_sealed_anew(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    with throwaway_postgres() as server:
        before = Settings(
            secret_key=FIRST, port=free_port(), data_dir=tmp_path, database_url=server.start(), pool_size=4
        )
        changing = msgspec.structs.replace(before, secret_key=SECOND, old_secret_keys=(FIRST,))
        after = msgspec.structs.replace(before, secret_key=SECOND)

        async with started(before, clock) as site:
            user, secret, _ = await user_with_totp(site)
            slug = site.tenant.slug
            assert await log_in(site, user, secret) == 200
        # Without the old secret nothing opens: what follows would mean nothing otherwise.
        async with started(after, clock, slug) as site:
            assert await log_in(site, user, secret) == 500
        async with started(changing, clock, slug) as site:
            assert await log_in(site, user, secret) == 200
            await export_tenant(site.runtime, slug, tmp_path / "export.zip", passphrase="long enough 2026")
            assert await reseal_all(site.runtime) == Resealed(second_factors=1)
            assert await reseal_all(site.runtime) == Resealed()
            assert await log_in(site, user, secret) == 200
        async with started(after, clock, slug) as site:
            assert await log_in(site, user, secret) == 200
