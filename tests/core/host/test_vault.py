"""Secrets of plugins at rest open for their tenant and place only, also after the key was changed."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
import pytest

from nakamise.errors import Unsealable
from nakamise.host import sealed_settings
from nakamise.host.registry import PluginHost
from nakamise.host.vault import Vault
from nakamise.plugin.context import Tenant
from nakamise.plugin.settings import Secret
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.core.host.plugins import module, plugin

pytestmark = pytest.mark.req("BX-19")

OLD, NEW = b"old" * 16, b"new" * 16
ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def test_it_opens_for_its_tenant_and_place_only() -> None:
    vault = Vault(NEW)
    sealed = vault.seal(ONE, "a.b/1", "hunter2")
    assert "hunter2" not in sealed
    assert vault.unseal(ONE, "a.b/1", sealed) == "hunter2"
    for tenant, place in ((OTHER, "a.b/1"), (ONE, "a.b/2")):
        with pytest.raises(Unsealable):
            vault.unseal(tenant, place, sealed)


@pytest.mark.parametrize("damaged", ["", "v1", "v1.x.y", "plain text"])
def test_what_is_no_sealed_value_does_not_open(damaged: str) -> None:
    with pytest.raises(Unsealable):
        Vault(NEW).unseal(ONE, "a", damaged)


def test_an_old_key_still_opens_and_is_told_apart() -> None:
    sealed = Vault(OLD).seal(ONE, "a", "x")
    turned = Vault(NEW, [OLD])
    assert turned.unseal(ONE, "a", sealed) == "x"
    assert not turned.is_current(sealed)
    assert turned.is_current(turned.seal(ONE, "a", "x"))
    with pytest.raises(Unsealable):
        Vault(NEW).unseal(ONE, "a", sealed)


class Target(msgspec.Struct, frozen=True):
    url: str = ""
    secret: Secret = ""


class Settings(msgspec.Struct, frozen=True):
    api_key: Secret = ""
    targets: list[Target] = []


VALUES: dict[str, Any] = {
    "api_key": "k",
    "targets": [{"url": "u", "secret": "s"}, {"url": "v", "secret": ""}],
}


def test_every_secret_of_settings_is_sealed_wherever_it_stands() -> None:
    vault = Vault(NEW)
    stored = sealed_settings.seal(vault, ONE, "hooks", Settings, VALUES)
    assert b'"k"' not in msgspec.json.encode(stored)
    assert b'"s"' not in msgspec.json.encode(stored)
    assert sealed_settings.unseal(vault, ONE, "hooks", stored) == VALUES
    with pytest.raises(Unsealable):
        sealed_settings.unseal(vault, ONE, "other", stored)
    swapped = {**stored, "api_key": stored["targets"][0]["secret"]}
    with pytest.raises(Unsealable):
        sealed_settings.unseal(vault, ONE, "hooks", swapped)


async def test_a_plugin_seals_what_it_keeps_itself(make_tenant: MakeTenant, ctx_for: CtxFor) -> None:
    one, other = ctx_for(await make_tenant()), ctx_for(await make_tenant())
    sealed = one.seal("hello_token.secret/1", "hunter2")
    assert one.unseal("hello_token.secret/1", sealed) == "hunter2"
    with pytest.raises(Unsealable):
        other.unseal("hello_token.secret/1", sealed)


# --- older versions of settings --------------------------------------------------------------------


class Now(msgspec.Struct, frozen=True):
    greeting: str = "Hello"
    token: Secret = ""


def upgrade(version: int, values: dict[str, Any]) -> dict[str, Any]:
    if version < 2:
        values["greeting"] = values.pop("text", "")
    if version < 3:
        values["token"] = values.pop("key", "")
    return values


def tenant_with(version: int, **stored: Any) -> Tenant:
    return Tenant(
        id=ONE,
        schema="t_aaaaaaaaaaaaa",
        slug="x",
        name="X",
        state="active",
        canonical_host="x",
        plugin_settings={"hello": stored},
        settings_versions={"hello": version},
    )


def test_what_an_older_version_stored_is_brought_up_to_date() -> None:
    made = module(upgrade=upgrade)
    entry = plugin("hello", settings=Now, settings_version=3, upgrade_settings=f"{made}:upgrade")
    host = PluginHost.discover(entry_points=[entry])
    host.vault = Vault(NEW)
    key = {"sealed": host.vault.seal(ONE, "hello.settings.key", "k")}
    assert host.settings(tenant_with(1, text="Ciao", key=key), Now) == Now("Ciao", "k")
    key3 = {"sealed": host.vault.seal(ONE, "hello.settings.token", "k")}
    # One tenant has one version at a time; here another tenant's row would be cached apart.
    again = msgspec.structs.replace(tenant_with(3, greeting="Hi", token=key3), version=1)
    assert host.settings(again, Now) == Now("Hi", "k")
