"""PostgreSQL is gone: everybody is told to try again, and the next request after its return works."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from nakamise.app import create_app
from nakamise.host.registry import PluginHost
from nakamise.testing.server import throwaway_postgres
from tests.faults import ground


async def test_everybody_is_told_to_try_again(host: PluginHost, tmp_path: Path) -> None:
    with throwaway_postgres() as postgres:
        settings = await ground.prepared(postgres, tmp_path)
        async with ground.running(settings, host) as runtime:
            stall = await ground.stall_on(runtime, "away")
            base = f"http://{stall.tenant.canonical_host}"
            transport = httpx.ASGITransport(app=create_app(runtime))
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                postgres.kill()
                await _told(client)
                postgres.start()
                assert (await client.get("/shop/products")).status_code == 200


async def _told(client: httpx.AsyncClient) -> None:
    page = await client.get("/shop/products", headers={"accept-language": "ja"})
    api = await client.get("/api/shop/products")
    member = await client.get("/account", headers={"cookie": "sid=somebody"})
    assert [answer.status_code for answer in (page, api, member)] == [503, 503, 503]
    assert {answer.headers.get("retry-after") for answer in (page, api, member)} == {"2"}
    assert api.headers["content-type"] == "application/problem+json"
    assert api.json()["code"] == "unavailable"


@pytest.mark.parametrize("path", ["/assets/core/x/css/app.css", "/pages/nowhere/at/all"])
async def test_what_needs_no_database_answers(host: PluginHost, tmp_path: Path, path: str) -> None:
    with throwaway_postgres() as postgres:
        settings = await ground.prepared(postgres, tmp_path)
        async with ground.running(settings, host) as runtime:
            stall = await ground.stall_on(runtime, "still")
            base = f"http://{stall.tenant.canonical_host}"
            transport = httpx.ASGITransport(app=create_app(runtime))
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                postgres.kill()
                assert (await client.get(path)).status_code in (200, 404)
