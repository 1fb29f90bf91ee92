"""Staff must use single sign-on: their passwords stop working, but for one account; LC-0.22: on one plan only."""

from __future__ import annotations

import secrets
import uuid

import asyncpg
import httpx
import pytest

from nakamise.admin.people.invitations import InvitationInput, invite
from nakamise.auth.cookies import SESSION
from nakamise.errors import Conflict
from nakamise.tenancy import provision, switches
from nakamise.testing.people import PASSWORD
from tests.plugins.sso.place import Place, Shop
from tests.plugins.sso.strict import Strict


@pytest.mark.req("LC-0.24")
async def test_staff_passwords_stop_working_but_for_one(shop: Shop, strict: Strict) -> None:
    await shop.add(strict.origin)
    staff, customer = await shop.place.person(shop.tenant, "shop_staff"), await shop.place.person(shop.tenant)
    assert await _by_password(shop, staff.email)

    await _demand(shop, shop.admin.id)

    for answer in await _tried(shop, staff.email):
        assert answer.status_code in (401, 422)
        assert "does not log in with a password here" in answer.text
    assert await _by_password(shop, customer.email)
    assert await _by_password(shop, shop.admin.email)
    acts = await shop.acts()
    assert acts.count("sso.break_glass.used") == 2
    assert "sso.policy.changed" in acts
    # A wrong password is told nothing new.
    wrong = await shop.browser().post("/login", data={"email": staff.email, "password": "wrong"})
    assert "does not log in with a password here" not in wrong.text


@pytest.mark.req("LC-0.24")
async def test_when_the_rule_cannot_be_read_staff_stay_out(
    shop: Shop, strict: Strict, owner: asyncpg.Connection
) -> None:
    await shop.add(strict.origin)
    staff, customer = await shop.place.person(shop.tenant, "shop_staff"), await shop.place.person(shop.tenant)
    await owner.execute(f"ALTER TABLE {shop.tenant.schema}.sso_policy RENAME TO sso_policy_gone")

    assert not await _by_password(shop, staff.email)
    assert not await _by_password(shop, shop.admin.email)
    assert await _by_password(shop, customer.email)


@pytest.mark.req("LC-0.24")
async def test_invited_person_does_not_get_in_by_choosing_a_password(shop: Shop, strict: Strict) -> None:
    await shop.add(strict.origin)
    await _demand(shop, shop.admin.id)
    email = f"{secrets.token_hex(5)}@example.co.jp"
    async with shop.ctx.as_system().begin() as tx:
        given = InvitationInput(email=email, roles=["shop_staff"])
        made = await invite(shop.ctx.as_system(), tx, given)
    link = made.url.removeprefix(shop.ctx.url("/"))

    browser = shop.browser()
    page = await browser.get(f"/{link}")
    assert shop.label in page.text
    form = {"display_name": "New", "password": PASSWORD, "password_again": PASSWORD, "terms": "1"}
    answer = await browser.post(f"/{link}", data=form)
    assert answer.headers["location"] == "/login"
    assert SESSION not in browser.cookies


@pytest.mark.req("LC-0.24")
async def test_rule_without_a_way_in_is_refused(shop: Shop, strict: Strict) -> None:
    client = shop.admin.client
    no_provider = await client.put(
        "/api/sso/policy", json={"staff_only": True, "break_glass": str(shop.admin.id)}
    )
    assert no_provider.status_code == 422
    provider = await shop.add(strict.origin)
    for nobody in (None, str(uuid.uuid4()), str((await shop.place.person(shop.tenant, "shop_staff")).id)):
        refused = await client.put("/api/sso/policy", json={"staff_only": True, "break_glass": nobody})
        assert refused.status_code == 422, refused.text

    await _demand(shop, shop.admin.id)
    removed = await client.delete(f"/api/sso/providers/{provider}")
    assert (removed.status_code, removed.json()["code"]) == (409, "last_provider")


@pytest.mark.req("LC-0.22")
async def test_only_the_plan_that_includes_it_can_switch_it_on(place: Place) -> None:
    for plan in ("starter", "standard", "enterprise"):
        slug = f"p-{secrets.token_hex(5)}"
        wanted = provision.NewTenant(slug=slug, name=slug, hosts=[f"{slug}.localhost"], plugins=(), plan=plan)
        tenant_id = await provision.create(place.runtime.settings, place.runtime.host, wanted)
        await place.runtime.directory.refresh()
        if plan == "enterprise":
            await switches.enable(place.runtime, tenant_id, "sso")
            continue
        with pytest.raises(Conflict) as refused:
            await switches.enable(place.runtime, tenant_id, "sso")
        assert refused.value.code == "plan_feature"
        assert "エンタープライズ" in str(refused.value.params["plans"])
        tenant = place.runtime.directory.by_id(tenant_id)
        assert tenant is not None
        assert "sso" not in tenant.plugins


async def _demand(shop: Shop, break_glass: uuid.UUID) -> None:
    given = {"staff_only": True, "break_glass": str(break_glass)}
    answer = await shop.admin.client.put("/api/sso/policy", json=given)
    assert answer.status_code == 200, answer.text


async def _tried(shop: Shop, email: str) -> list[httpx.Response]:
    """By page and by API."""
    given = {"email": email, "password": PASSWORD}
    return [
        await shop.browser().post("/login", data=given),
        await shop.browser().post("/api/auth/login", json=given),
    ]


async def _by_password(shop: Shop, email: str) -> bool:
    """Whether page and API, which agree, let the person in."""
    page, api = await _tried(shop, email)
    assert (page.status_code == 303) == api.is_success
    return api.is_success
