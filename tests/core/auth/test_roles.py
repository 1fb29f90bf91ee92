"""Roles and what they may do: the server refuses, not the menu."""

from __future__ import annotations

import pytest

from nakamise.auth.permissions import CORE_PERMISSIONS
from nakamise.auth.preset_roles import ensure_preset_roles
from nakamise.auth.roles import give_role, take_role
from nakamise.errors import NotFound
from nakamise.plugin.manifest import Permission
from tests.core.accounts import Site

SELL = Permission("shop.orders.fulfil", "Ship orders", roles=("admin", "shop_staff"))


@pytest.mark.req("LC-0.16", "LC-10.1", "LC-10.2", "LC-10.3", "LC-10.4")
@pytest.mark.parametrize(
    ("roles", "admin_page", "plugins_page"),
    [((), 403, 403), (("broadcaster",), 200, 403), (("shop_staff",), 200, 403), (("admin",), 200, 200)],
)
async def test_each_role_sees_what_it_may(
    site: Site, roles: tuple[str, ...], admin_page: int, plugins_page: int
) -> None:
    browser = await site.logged_in(await site.user(roles=roles))
    assert (await browser.get("/admin")).status_code == admin_page
    assert (await browser.get("/admin/plugins")).status_code == plugins_page


@pytest.mark.req("LC-0.16")
async def test_a_guest_is_asked_to_log_in(site: Site) -> None:
    answer = await site.browser().get("/admin")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/admin")


@pytest.mark.req("LC-0.16")
async def test_a_taken_role_is_gone_with_the_next_request(site: Site) -> None:
    user = await site.user(roles=("admin",))
    browser = await site.logged_in(user)
    assert (await browser.get("/admin/plugins")).status_code == 200
    async with site.ctx.begin() as tx:
        await take_role(tx, user.id, "admin")
    assert (await browser.get("/admin/plugins")).status_code == 403


@pytest.mark.req("LC-10.3")
async def test_a_plugins_permissions_reach_the_preset_roles_once(site: Site) -> None:
    async with site.ctx.begin() as tx:
        await ensure_preset_roles(tx, [SELL])
        carriers = await tx.values("SELECT role_id FROM core_role_permission WHERE permission = $1", SELL.id)
        assert sorted(carriers) == ["admin", "shop_staff"]
        await tx.execute(
            "UPDATE core_role_permission SET is_granted = false WHERE role_id = 'shop_staff' AND permission = $1",
            SELL.id,
        )
        await ensure_preset_roles(tx, [SELL])
    user = await site.user(roles=("shop_staff",))
    browser = await site.logged_in(user)
    async with site.ctx.read() as tx:
        granted = await tx.values(
            "SELECT permission FROM core_role_permission WHERE role_id = 'shop_staff' AND is_granted"
        )
    assert SELL.id not in granted
    assert (await browser.get("/admin")).status_code == 200


@pytest.mark.req("LC-10.4")
async def test_the_tenants_operator_has_every_permission_of_the_core(site: Site) -> None:
    async with site.ctx.read() as tx:
        granted = await tx.values("SELECT permission FROM core_role_permission WHERE role_id = 'admin'")
    assert {permission.id for permission in CORE_PERMISSIONS} <= set(granted)


async def test_an_unknown_role_cannot_be_given(site: Site) -> None:
    user = await site.user()
    with pytest.raises(NotFound):
        async with site.ctx.begin() as tx:
            await give_role(tx, user.id, "emperor")
