"""A tenant that is no agency's home: the console is not offered there, and has no pages where it is on."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from nakamise.plans import service
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.people import Person
from nakamise_agency.api import route_handlers as api_routes
from nakamise_agency.pages import route_handlers as page_routes

pytestmark = pytest.mark.req("LC-0.23")

ADDRESSES = sorted(
    root + re.sub(r"\{\w+:str\}", "logo", re.sub(r"\{\w+:uuid\}", str(uuid.UUID(int=7)), path)).rstrip("/")
    for root, routes in (("/admin/agency", page_routes), ("/api/agency", api_routes))
    for route in routes
    if "GET" in getattr(route, "http_methods", ())
    for path in getattr(route, "paths", ())
)


@pytest.fixture
async def stray(make_tenant: MakeTenant) -> Tenant:
    """By the operator's command: the console is on, and no agency looks after anybody from here."""
    return await make_tenant(plugins=("agency",))


@pytest.fixture
async def admin(stray: Tenant, as_admin: As) -> Person:
    return await as_admin(stray, mfa=True)


@pytest.fixture
async def enterprise(runtime: Runtime, make_tenant: MakeTenant) -> Tenant:
    made = await make_tenant()
    await service.set_plan(runtime, made.id, "enterprise", actor="test")
    return made


async def test_no_address_of_the_console_is_there(admin: Person) -> None:
    assert len(ADDRESSES) > 30
    answers = {path: (await admin.client.get(path)).status_code for path in ADDRESSES}
    assert set(answers.values()) == {404}, answers


async def test_the_api_refuses_it_like_a_plugin_that_is_not_there(
    enterprise: Tenant, runtime: Runtime, as_admin: As
) -> None:
    client = (await as_admin(enterprise, mfa=True)).client
    path = "/api/core/plugins/"
    for rest in ("", "/settings"):
        seen, missing = [await client.get(f"{path}{name}{rest}") for name in ("agency", "absent")]
        assert (seen.status_code, missing.status_code) == (404, 404)
        assert same(seen, missing)
    put, wrong = [await client.put(f"{path}{name}", json={"is_on": True}) for name in ("agency", "absent")]
    assert (put.status_code, wrong.status_code) == (404, 404), put.text
    assert same(put, wrong)
    off = await client.put(f"{path}agency", json={"is_on": False})
    assert off.status_code == (await client.put(f"{path}absent", json={"is_on": False})).status_code
    after = runtime.directory.by_id(enterprise.id)
    assert after is not None
    assert "agency" not in after.plugins


async def test_where_it_is_on_it_can_be_switched_off(stray: Tenant, admin: Person, runtime: Runtime) -> None:
    client, path = admin.client, "/api/core/plugins/agency"
    assert (await client.get(path)).status_code == 200
    assert (await client.put(path, json={"is_on": False})).status_code == 204
    after = runtime.directory.by_id(stray.id)
    assert after is not None
    assert "agency" not in after.plugins
    assert (await client.put(path, json={"is_on": True})).status_code == 404


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """But for the plugin's name."""
    return one.text.replace("agency", "absent") == other.text
