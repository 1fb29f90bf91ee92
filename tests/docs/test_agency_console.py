"""What the page of the agency console tells a program to do, done in a demo; and what it tells of rights."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from nakamise.auth.sessions import ACT_LIFETIME
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy import blueprint
from nakamise.tenancy.bootstrap import DEMO_TENANTS
from nakamise.tenancy.transfer.service import KEPT
from nakamise.testing.live import LiveServer
from nakamise.testing.server import throwaway_postgres
from nakamise_agency import manifest
from tests.docs.desk import Desk
from tests.e2e.demo import open_consoles
from tests.faults.ground import prepared, running

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "agency-console.md"
RIGHT = re.compile(r"^\| `([a-z.]+)` \|", re.MULTILINE)


@pytest.fixture(scope="module")
async def consoles(host: PluginHost, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """The demo without its shops: they take long to draw."""
    with throwaway_postgres() as postgres:
        settings = await prepared(postgres, tmp_path_factory.mktemp("consoles"))
        async with running(settings, host) as runtime:
            for slug in ("operator", "agency"):
                await blueprint.apply(runtime, DEMO_TENANTS / slug, settings.base_domain)
            await open_consoles(runtime)
        server = LiveServer(settings)
        server.start()
        yield server
        server.stop()


def test_a_program_opens_closes_and_deletes_a_site(consoles: LiveServer, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.variables = variables(consoles.settings)
    [ran] = desk.follow(PAGE)
    assert ran.startswith("python a_site.py")
    host = f"hana.localhost:{consoles.settings.port}"
    site = httpx.get(f"http://127.0.0.1:{consoles.settings.port}/", headers={"Host": host})
    assert site.status_code == 503, "it is kept, and stays suspended until it is resumed"


def variables(settings: Settings) -> dict[str, str]:
    """Those of whoever runs the demo."""
    return {
        "NAKAMISE_DATABASE_URL": settings.database_url or "",
        "NAKAMISE_DATA": str(settings.data_dir),
        "NAKAMISE_SECRET_KEY": settings.secret_key.decode(),
        "PORT": str(settings.port),
    }


def test_it_lists_every_right() -> None:
    listed = RIGHT.findall(PAGE.read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(permission.id for permission in manifest.permissions)
    assert all(permission.mfa for permission in manifest.permissions), "the page says so of all of them"


def test_it_says_how_long_visits_and_exports_last() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"lasts {ACT_LIFETIME // timedelta(minutes=1)} minutes" in text
    assert timedelta(weeks=1) == KEPT
    assert "its link works on the console's host for a week" in text
