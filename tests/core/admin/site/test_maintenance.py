"""Maintenance: everybody but the administration is told so, and when it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.core.accounts import Site
from tests.core.admin.site.test_settings import api, fresh

pytestmark = pytest.mark.req("LC-9.14.1")


@pytest.fixture
async def closed(site: Site) -> AsyncIterator[Site]:
    await configure(site, maintenance=True, maintenance_message_ja="倉庫を移しています")
    yield site
    await fresh(site)


async def configure(site: Site, **settings: object) -> None:
    answer = await (await api(site)).put("/api/core/settings", json=settings)
    assert answer.status_code == 200, answer.text


def local(site: Site, minutes: int) -> str:
    moment = site.clock.now().astimezone(site.tenant.zone) + timedelta(minutes=minutes)
    return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("path", ["/", "/account", "/register", "/nowhere", "/api/core/nowhere"])
async def test_visitors_are_told(closed: Site, path: str) -> None:
    answer = await closed.browser().get(path)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_the_page_is_the_tenants_own(closed: Site) -> None:
    japanese = (await closed.browser().get("/")).text
    assert "倉庫を移しています" in japanese
    assert "メンテナンス中" in japanese
    assert '<html lang="en"' in (await closed.browser(language="en").get("/")).text


async def test_the_api_says_so_as_a_problem(closed: Site) -> None:
    answer = await closed.device().get("/api/account")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "maintenance"


async def test_a_signed_in_buyer_is_told_too(closed: Site) -> None:
    buyer = await closed.logged_in(await closed.user())
    assert (await buyer.get("/account")).status_code == 503


async def test_the_administration_goes_on_and_sees_a_bar(closed: Site) -> None:
    admin = await closed.logged_in(await closed.user(roles=("admin",)))
    answer = await admin.get("/")
    assert answer.status_code == 200
    assert "メンテナンス中" in answer.text
    assert (await admin.get("/admin/settings")).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/readyz", "/robots.txt", "/healthz", "/reset"])
async def test_what_must_work_works(closed: Site, path: str) -> None:
    assert (await closed.browser().get(path)).status_code == 200


async def test_a_planned_maintenance_is_announced_begins_and_ends_by_itself(site: Site) -> None:
    await configure(site, maintenance_from=local(site, 60), maintenance_until=local(site, 90))
    visitor = site.browser()
    before = await visitor.get("/")
    assert before.status_code == 200
    assert "メンテナンスを予定" in before.text
    site.clock.advance(timedelta(minutes=61))
    during = await visitor.get("/")
    assert during.status_code == 503
    assert 0 < int(during.headers["retry-after"]) <= 30 * 60
    site.clock.advance(timedelta(minutes=30))
    assert (await visitor.get("/")).status_code == 200
    await fresh(site)
