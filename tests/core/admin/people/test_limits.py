"""What an administrator may not do, and which way leads out: no seat left, no second factor, somebody else acting."""

from __future__ import annotations

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler

from nakamise.admin.people import routes as people
from nakamise.admin.site import routes as site
from nakamise.plans import service
from nakamise.plugin.access import OPT_SENSITIVE
from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant

GUEST = {"email": "rin@example.com", "display_name": "Rin", "message": "", "roles": ["shop_staff"]}
SENSITIVE = {
    "/admin/users/{user_id:uuid}/roles",
    "/admin/users/{user_id:uuid}/export",
    "/admin/users/{user_id:uuid}/erase",
    "/api/core/users/{user_id:uuid}/roles",
    "/api/core/users/{user_id:uuid}/export",
    "/api/core/users/{user_id:uuid}/erase",
    "/admin/roles/{role_id:str}",
    "/admin/roles/{role_id:str}/delete",
    "/admin/staff/{user_id:uuid}/remove",
    "/admin/plugins/{plugin_id:str}/data/erase",
    "/api/core/plugins/{plugin_id:str}/data/erase",
}


@pytest.mark.req("LC-0.20")
async def test_a_full_plan_says_so_and_leads_to_the_plan(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As
) -> None:
    tenant = await make_tenant()
    admin = await as_admin(tenant)
    await service.set_plan(runtime, tenant.id, "base_light", actor="test")
    # Free seats are taken one by one, until there is none.
    answers = []
    for seat in range(10):
        guest = {**GUEST, "email": f"guest{seat}@example.com"}
        answers.append(await admin.client.post("/api/core/invitations", json=guest))
    assert answers[0].status_code == 201
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (409, "plan_limit")
    page = await admin.client.post("/admin/staff/invite", data={**GUEST, "email": "last@example.com"})
    assert page.status_code == 422
    assert 'href="/admin/plan"' in page.text[page.text.index("<main") :]
    assert (await admin.client.get("/admin/plan")).status_code == 200


def test_routes_that_an_agency_acting_for_staff_may_not_use() -> None:
    marked = {
        path
        for handler in (*people.route_handlers, *site.route_handlers)
        if isinstance(handler, HTTPRouteHandler) and handler.opt.get(OPT_SENSITIVE)
        for path in handler.paths
        if handler.http_methods != {"GET"}
    }
    assert SENSITIVE - marked == set()


async def test_a_permission_with_a_second_factor_is_marked_and_refused_without_one(
    make_tenant: MakeTenant, as_admin: As
) -> None:
    tenant = await make_tenant(plugins=("agency",))
    admin = await as_admin(tenant)
    role = (await admin.client.get("/admin/roles/admin")).text
    assert "二段階認証を設定した人だけ" in role
    answer = await admin.client.get("/admin/agency")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/security")
    assert "二段階認証" in (await admin.client.get("/account/security")).text
    api = await admin.client.get("/api/agency/tenants")
    assert (api.status_code, api.json()["code"]) == (403, "mfa_required")
    assert msgspec.json.decode(api.content)["detail"]
