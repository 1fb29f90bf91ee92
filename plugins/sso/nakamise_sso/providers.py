"""Rows of providers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound, Unsealable
from nakamise.plugin import TenantCtx
from nakamise_sso.faults import ProviderFault
from nakamise_sso.oidc.exchange import Client

_SELECT: Final = """
SELECT id, label, discovery_url, client_id, client_secret, scopes, email_domains, mfa_values, may_create, is_on
FROM sso_provider
"""
_RULES: Final = """
SELECT provider_id, claim, value, role_id AS role FROM sso_role_rule ORDER BY provider_id, claim, value, role_id
"""


class RoleRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whoever has ``value`` in ``claim`` gets ``role`` (an id). A dot in ``claim`` leads into objects."""

    claim: str
    value: str
    role: str


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """``client_secret`` is sealed, or "" for a client without one."""

    id: uuid.UUID
    label: str
    discovery_url: str
    client_id: str
    client_secret: str
    scopes: str
    email_domains: frozenset[str]
    mfa_values: frozenset[str]
    may_create: bool
    is_on: bool
    rules: tuple[RoleRule, ...] = ()

    @property
    def start_path(self) -> str:
        return f"/sso/login/{self.id}"

    @property
    def callback_path(self) -> str:
        return f"/sso/callback/{self.id}"

    def client(self, ctx: TenantCtx) -> Client:
        """Raises ProviderFault ``secret``."""
        try:
            secret = ctx.unseal(place_of(self.id), self.client_secret) if self.client_secret else ""
        except Unsealable as error:
            raise ProviderFault("secret") from error
        return Client(self.client_id, secret)


class _Rule(msgspec.Struct, frozen=True):
    provider_id: uuid.UUID
    claim: str
    value: str
    role: str


def place_of(provider_id: uuid.UUID) -> str:
    """Where a client secret is sealed for."""
    return f"sso_provider.client_secret/{provider_id}"


async def all_providers(tx: Tx) -> Sequence[Provider]:
    """The oldest first."""
    rules = await tx.all(_Rule, _RULES)
    return [
        msgspec.structs.replace(
            found,
            rules=tuple(
                RoleRule(one.claim, one.value, one.role) for one in rules if one.provider_id == found.id
            ),
        )
        for found in await tx.all(Provider, f"{_SELECT} ORDER BY created_at, id")
    ]


async def provider_of(tx: Tx, provider_id: uuid.UUID) -> Provider:
    """Raises NotFound."""
    found = next((one for one in await all_providers(tx) if one.id == provider_id), None)
    if found is None:
        raise NotFound
    return found
