"""Adding, changing and removing providers. Whoever may do that could let in anybody, so all rights are needed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from nakamise.contracts.login import ExternalLogin
from nakamise.db import Tx
from nakamise.egress import EgressRefused
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_sso.admin.inputs import ProviderInput
from nakamise_sso.faults import FOR_STAFF
from nakamise_sso.oidc.metadata import forget
from nakamise_sso.policy import policy_of
from nakamise_sso.providers import Provider, RoleRule, place_of, provider_of

_SAVE: Final = """
INSERT INTO sso_provider (id, label, discovery_url, client_id, client_secret, scopes, email_domains, mfa_values,
                          may_create, is_on, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET label = excluded.label, discovery_url = excluded.discovery_url,
    client_id = excluded.client_id, client_secret = excluded.client_secret, scopes = excluded.scopes,
    email_domains = excluded.email_domains, mfa_values = excluded.mfa_values, may_create = excluded.may_create,
    is_on = excluded.is_on
"""
_OTHERS: Final = "SELECT EXISTS (SELECT 1 FROM sso_provider WHERE is_on AND id <> $1)"


async def save(ctx: TenantCtx, provider_id: uuid.UUID | None, given: ProviderInput) -> uuid.UUID:
    """None adds one; its id. Raises NotFound, Invalid, Forbidden, Conflict (the last one that staff can use)."""
    await _may(ctx)
    await _check(ctx, given)
    async with ctx.begin() as tx:
        before = await provider_of(tx, provider_id) if provider_id else None
        if before is not None and not given.is_on:
            await _keep_one(tx, before.id)
        saved = before.id if before else uuid7()
        await tx.execute(_SAVE, saved, *_row(ctx, saved, given, before), ctx.now())
        await _replace_rules(tx, saved, given.rules)
        act = "sso.provider.changed" if before else "sso.provider.added"
        await ctx.audit(tx, act, str(saved), **_told(given))
    forget(ctx, given.discovery_url)
    return saved


async def remove(ctx: TenantCtx, provider_id: uuid.UUID) -> None:
    """Links of people stay, for the case that it comes back. Raises NotFound, Forbidden, Conflict."""
    await _may(ctx)
    async with ctx.begin() as tx:
        found = await provider_of(tx, provider_id)
        await _keep_one(tx, found.id)
        await tx.execute("DELETE FROM sso_provider WHERE id = $1", found.id)
        await ctx.audit(tx, "sso.provider.removed", str(found.id), label=found.label)


async def _may(ctx: TenantCtx) -> None:
    await ctx.service(ExternalLogin).require_all_rights()


async def _check(ctx: TenantCtx, given: ProviderInput) -> None:
    try:
        ctx.egress.check(given.discovery_url)
    except EgressRefused as refused:
        fault = FieldError(FOR_STAFF["unreachable"], domain="sso")
        raise Invalid({"discovery_url": fault}) from refused
    known = {role.id for role in await ctx.service(ExternalLogin).roles()}
    if not {rule.role for rule in given.rules} <= known:
        raise Invalid({"rules": FieldError(N_("There is no such role."), domain="sso")})


async def _keep_one(tx: Tx, provider_id: uuid.UUID) -> None:
    if (await policy_of(tx)).staff_only and not await tx.value(_OTHERS, provider_id):
        message = N_("Staff must log in with this provider. Allow passwords for staff again first.")
        raise Conflict(message, code="last_provider", domain="sso")


def _row(
    ctx: TenantCtx, provider_id: uuid.UUID, given: ProviderInput, before: Provider | None
) -> Sequence[object]:
    if given.client_secret is None:
        sealed = before.client_secret if before else ""
    else:
        sealed = ctx.seal(place_of(provider_id), given.client_secret) if given.client_secret else ""
    return (
        given.label,
        given.discovery_url,
        given.client_id,
        sealed,
        given.scopes,
        sorted(set(given.email_domains)),
        sorted(set(given.mfa_values)),
        given.may_create,
        given.is_on,
    )


async def _replace_rules(tx: Tx, provider_id: uuid.UUID, rules: Sequence[RoleRule]) -> None:
    await tx.execute("DELETE FROM sso_role_rule WHERE provider_id = $1", provider_id)
    for rule in dict.fromkeys(rules):
        await tx.execute(
            "INSERT INTO sso_role_rule (provider_id, claim, value, role_id) VALUES ($1, $2, $3, $4)",
            provider_id,
            rule.claim,
            rule.value,
            rule.role,
        )


def _told(given: ProviderInput) -> dict[str, Any]:
    """For the log: all but the secret."""
    told: dict[str, Any] = msgspec.to_builtins(given)
    del told["client_secret"]
    return {**told, "new_secret": given.client_secret is not None}
