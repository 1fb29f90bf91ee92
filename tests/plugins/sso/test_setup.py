"""Setting up a provider: pages, JSON, the test of the connection, who may, and where the secret is."""

from __future__ import annotations

import re
import uuid

import asyncpg
import pytest

from nakamise.errors import Unsealable
from nakamise_sso.providers import place_of
from tests.plugins.sso.place import Place, Shop, log_in, why
from tests.plugins.sso.strict import CLIENT_ID, CLIENT_SECRET, Strict

pytestmark = pytest.mark.req("LC-0.24")
FORM = {
    "label": "社員ログイン",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "scopes": "email profile groups",
    "email_domains": "example.co.jp, Example.com",
    "is_on": "1",
    "may_create": "1",
    "rule_claim": ["groups", "groups", ""],
    "rule_value": ["team", "", ""],
    "rule_role": ["shop_staff", "", ""],
}


async def test_by_page(shop: Shop, strict: Strict) -> None:
    client = shop.admin.client
    assert "No provider yet" in (await client.get("/admin/sso")).text
    added = await client.post("/admin/sso/new", data={**FORM, "discovery_url": strict.origin + "/"})
    where = added.headers["location"]

    page = (await client.get(where)).text
    assert CLIENT_SECRET not in page
    assert shop.ctx.url(f"/sso/callback/{where.rsplit('/', 1)[1]}") in page
    (found,) = (await client.get("/api/sso/providers")).json()
    assert found["scopes"] == "openid email profile groups"
    assert found["email_domains"] == ["example.co.jp", "example.com"]
    assert found["rules"] == [{"claim": "groups", "value": "team", "role": "shop_staff"}]
    assert found["discovery_url"] == f"{strict.origin}/.well-known/openid-configuration"

    # An empty secret keeps the stored one: logging in still works.
    changed = {**FORM, "discovery_url": strict.origin, "client_secret": "", "label": "ログイン"}
    assert (await client.post(where, data=changed)).status_code == 303
    answer = await log_in(shop.browser(), uuid.UUID(found["id"]))
    assert answer.status_code == 303, answer.text
    assert (await client.post(f"{where}/remove")).status_code == 303
    assert (await client.get(where)).status_code == 404
    assert {"sso.provider.added", "sso.provider.changed", "sso.provider.removed"} <= set(await shop.acts())


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("label", "", "Please fill this in."),
        ("discovery_url", "http://169.254.169.254/", "does not answer"),
        ("discovery_url", "ftp://login.example.com", "does not answer"),
        ("email_domains", "not_a_domain", "Please enter domains"),
        ("rule_role", ["", "", ""], "Each rule needs"),
        ("rule_role", ["nosuch", "", ""], "There is no such role."),
    ],
)
async def test_faults_are_explained_and_what_was_typed_is_kept(
    shop: Shop, strict: Strict, field: str, value: object, fault: str
) -> None:
    given = {**FORM, "discovery_url": strict.origin, field: value}
    answer = await shop.admin.client.post("/admin/sso/new", data=given)

    assert answer.status_code == 422
    assert fault in answer.text
    assert f'value="{CLIENT_ID}"' in answer.text
    assert CLIENT_SECRET not in answer.text


async def test_connection(shop: Shop, strict: Strict, nobody: str) -> None:
    provider = await shop.add(strict.origin)
    assert [level for level, _, _ in await _findings(shop, provider)] == ["ok"] * 4

    strict.metadata = {"code_challenge_methods_supported": []}
    assert [level for level, _, _ in await _findings(shop, provider)] == ["ok", "ok", "warn", "ok"]

    strict.metadata = {"issuer": "https://elsewhere.example"}
    (finding,) = await _findings(shop, provider)
    assert (finding[0], finding[2]) == ("danger", "https://elsewhere.example")
    assert "issuer" in finding[1]

    strict.metadata = {"token_endpoint": "http://10.0.0.1/token"}
    assert "endpoints that cannot be used" in (await _findings(shop, provider))[-1][1]

    strict.metadata = {}
    wrong = await shop.add(strict.origin, client_secret="wrong")
    assert "client secret" in (await _findings(shop, wrong))[-1][1]
    away = await shop.add(nobody)
    assert "does not answer" in (await _findings(shop, away))[-1][1]
    page = await shop.admin.client.post(f"/admin/sso/{away}/test")
    assert "The provider does not answer" in page.text


async def test_secret_is_sealed_for_its_row(shop: Shop, strict: Strict, owner: asyncpg.Connection) -> None:
    provider, other = await shop.add(strict.origin), await shop.add(strict.origin, client_secret="x")
    table = f"{shop.tenant.schema}.sso_provider"
    sealed = await owner.fetchval(f"SELECT client_secret FROM {table} WHERE id = $1", provider)
    assert CLIENT_SECRET not in sealed
    assert shop.ctx.unseal(place_of(provider), sealed) == CLIENT_SECRET
    with pytest.raises(Unsealable):
        shop.ctx.unseal(place_of(other), sealed)

    await owner.execute(f"UPDATE {table} SET client_secret = $2 WHERE id = $1", other, sealed)
    assert why(await log_in(shop.browser(), other)) == "secret"


async def test_who_may(place: Place, shop: Shop, strict: Strict) -> None:
    """A provider can recognise anybody, so half an administrator must not name one."""
    provider = await shop.add(strict.origin)
    async with shop.ctx.begin() as tx:
        await tx.execute("INSERT INTO core_role (id, label) VALUES ('half', 'Half')")
        await tx.execute(
            "INSERT INTO core_role_permission (role_id, permission) VALUES ('half', 'sso.manage'),"
            " ('half', 'core.admin'), ('half', 'core.users.manage')"
        )
    half, staff = await place.person(shop.tenant, "half"), await place.person(shop.tenant, "shop_staff")
    given = {"label": "Mine", "discovery_url": strict.origin, "client_id": "x"}

    assert (await half.client.get("/api/sso/providers")).status_code == 200
    for answer in (
        await half.client.post("/api/sso/providers", json=given),
        await half.client.put(f"/api/sso/providers/{provider}", json=given),
        await half.client.delete(f"/api/sso/providers/{provider}"),
        await half.client.put("/api/sso/policy", json={"staff_only": False}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "beyond_own_rights")
    refused = await half.client.post("/admin/sso/new", data={**FORM, "discovery_url": strict.origin})
    assert refused.status_code == 403
    assert (await staff.client.get("/api/sso/providers")).status_code == 403
    assert (await staff.client.get("/admin/sso")).status_code == 403


async def _findings(shop: Shop, provider: uuid.UUID) -> list[tuple[str, str, str]]:
    shop.admin.client.headers["accept-language"] = "en"
    answer = await shop.admin.client.post(f"/api/sso/providers/{provider}/test")
    assert answer.status_code == 200, answer.text
    return [(one["level"], one["text"], re.sub(r":\d+$", "", one["detail"])) for one in answer.json()]
