"""Roles: made, changed, restored, deleted; never beyond one's own rights, never nobody left."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.core.accounts import Site

ROLES = "/api/core/roles"


@pytest.fixture
async def api(site: Site) -> httpx.AsyncClient:
    return await site.logged_in_device(await site.user(roles=("admin",)))


async def made(api: httpx.AsyncClient, label: str, *permissions: str) -> str:
    answer = await api.post(ROLES, json={"label": label, "permissions": list(permissions)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def granted(api: httpx.AsyncClient, role: str) -> set[str]:
    return set((await api.get(f"{ROLES}/{role}")).json()["permissions"])


@pytest.mark.req("BX-18", "LC-0.16")
async def test_a_new_role_lets_its_holders_in_at_once(site: Site, api: httpx.AsyncClient) -> None:
    clerk = await site.user()
    browser = await site.logged_in(clerk)
    assert (await browser.get("/admin/users")).status_code == 403
    role = await made(api, "受付", "core.admin", "core.users.read")
    await api.put(f"/api/core/users/{clerk.id}/roles", json={"roles": [role]})
    assert (await browser.get("/admin/users")).status_code == 200
    await api.put(f"{ROLES}/{role}", json={"label": "受付", "permissions": ["core.admin"]})
    assert (await browser.get("/admin/users")).status_code == 403


async def test_names_are_unique_and_permissions_known(api: httpx.AsyncClient) -> None:
    await made(api, "Desk")
    for body, field in (
        ({"label": "DESK", "permissions": []}, "label"),
        ({"label": "", "permissions": []}, "label"),
        ({"label": "x" * 41, "permissions": []}, "label"),
        ({"label": "Other", "permissions": ["no.such"]}, "permissions"),
    ):
        answer = await api.post(ROLES, json=body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


async def test_a_preset_is_edited_and_restored(api: httpx.AsyncClient) -> None:
    before = await granted(api, "shop_staff")
    changed = await api.put(f"{ROLES}/shop_staff", json={"label": "店長", "permissions": ["core.audit.read"]})
    assert changed.json()["label"] == "店長"
    assert await granted(api, "shop_staff") == {"core.audit.read"}
    back = await api.post(f"{ROLES}/shop_staff/reset")
    assert back.json()["label"] != "店長"
    assert await granted(api, "shop_staff") == before
    own = await made(api, "own")
    assert (await api.post(f"{ROLES}/{own}/reset")).json()["code"] == "no_preset"
    assert (await api.delete(f"{ROLES}/shop_staff")).json()["code"] == "is_preset"


@pytest.mark.req("BX-18")
async def test_nobody_can_lock_everybody_out(site: Site, api: httpx.AsyncClient) -> None:
    rights = await granted(api, "admin")
    less = sorted(rights - {"core.users.manage"})
    answer = await api.put(f"{ROLES}/admin", json={"label": "運営", "permissions": less})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_manager")
    assert await granted(api, "admin") == rights


@pytest.mark.req("BX-18")
async def test_two_changes_at_once_leave_a_manager(site: Site, api: httpx.AsyncClient) -> None:
    """One takes the right from the role, the other takes the other manager away."""
    role = await made(api, "second", "core.users.manage", "core.users.read")
    other = await site.user()
    await api.put(f"/api/core/users/{other.id}/roles", json={"roles": [role]})
    admin_rights = sorted(await granted(api, "admin") - {"core.users.manage"})
    answers = await asyncio.gather(
        api.put(f"{ROLES}/admin", json={"label": "運営", "permissions": admin_rights}),
        api.put(f"/api/core/users/{other.id}/roles", json={"roles": []}),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
    async with site.ctx.read() as tx:
        left = await tx.value(
            "SELECT count(*) FROM core_user_role ur JOIN core_role_permission rp ON rp.role_id = ur.role_id"
            " WHERE rp.permission = 'core.users.manage' AND rp.is_granted"
        )
    assert left >= 1


@pytest.mark.req("LC-0.16")
async def test_nobody_grants_what_they_do_not_have(site: Site, api: httpx.AsyncClient) -> None:
    role = await made(api, "人事", "core.admin", "core.users.read", "core.users.manage")
    clerk = await site.user()
    await api.put(f"/api/core/users/{clerk.id}/roles", json={"roles": [role]})
    small = await site.logged_in_device(clerk)
    boss = await site.user(roles=("admin",))
    for refused in (
        await small.post(ROLES, json={"label": "上", "permissions": ["core.settings.manage"]}),
        await small.put(f"{ROLES}/{role}", json={"label": "人事", "permissions": ["core.audit.read"]}),
        await small.put(f"/api/core/users/{clerk.id}/roles", json={"roles": [role, "admin"]}),
        await small.delete(f"/api/core/staff/{boss.id}"),
        await small.post(f"/api/core/users/{boss.id}/suspend", json={"reason": "x"}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "beyond_own_rights")
    assert await granted(api, role) == {"core.admin", "core.users.read", "core.users.manage"}


async def test_a_deleted_role_hands_its_holders_on(site: Site, api: httpx.AsyncClient) -> None:
    role, heir = await made(api, "old", "core.admin"), await made(api, "heir", "core.admin")
    user = await site.user()
    await api.put(f"/api/core/users/{user.id}/roles", json={"roles": [role]})
    await api.post("/api/core/invitations", json={"email": "w@example.com", "roles": [role]})
    missing = await api.delete(f"{ROLES}/{role}")
    assert (missing.status_code, list(missing.json()["errors"])) == (422, ["move_to"])
    assert (await api.delete(f"{ROLES}/{role}", params={"move_to": heir})).status_code == 204
    shown = (await api.get(f"/api/core/users/{user.id}")).json()["roles"]
    assert [one["id"] for one in shown] == [heir]
    (waiting,) = (await api.get("/api/core/invitations")).json()
    assert waiting["roles"] == [heir]
    assert (await api.get(f"{ROLES}/{role}")).status_code == 404


@pytest.mark.req("AR-03")
async def test_templates_hold_what_the_plugins_say(api: httpx.AsyncClient) -> None:
    """No plugin is on here: each has the entrance only, and the core's own duties."""
    book = (await api.get(ROLES)).json()
    assert [one["id"] for one in book["templates"]] == [
        "products",
        "orders",
        "shipping",
        "broadcast",
        "moderation",
        "accounting",
    ]
    assert all(one["permissions"] == ["core.admin"] for one in book["templates"])
    assert [group["owner"] for group in book["groups"]] == ["core"]


async def test_the_forms_of_roles(site: Site) -> None:
    browser = await site.logged_in(await site.user(roles=("admin",)))
    for path in (
        "/admin/roles",
        "/admin/roles/new",
        "/admin/roles/new?role=admin",
        "/admin/roles/shop_staff",
    ):
        assert (await browser.get(path)).status_code == 200, path
    assert (await browser.get("/admin/roles/no_such")).status_code == 404
    saved = await browser.post("/admin/roles/new", data={"label": "窓口", "permissions": ["core.admin"]})
    assert saved.status_code == 303
    again = await browser.post("/admin/roles/new", data={"label": "窓口", "permissions": ["core.admin"]})
    assert again.status_code == 422
    assert "同じ名前の役割" in again.text
