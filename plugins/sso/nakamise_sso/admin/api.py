"""Providers and the rule for staff as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, TenantCtx, requires, sensitive
from nakamise_sso.admin import saving
from nakamise_sso.admin.diagnosis import Finding, diagnose
from nakamise_sso.admin.inputs import ProviderInput
from nakamise_sso.policy import Policy, policy_of, save_policy
from nakamise_sso.providers import Provider, RoleRule, all_providers, provider_of
from nakamise_sso.rights import MANAGE

_TAGS: Final = ["sso"]
_ACCESS: Final = sensitive(requires(MANAGE))
ProviderId = FromPath[uuid.UUID]


class ProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """The secret is never shown. ``redirect_uri`` is to be registered at the provider, exactly so."""

    id: uuid.UUID
    label: str
    discovery_url: str
    client_id: str
    has_secret: bool
    scopes: str
    email_domains: tuple[str, ...]
    mfa_values: tuple[str, ...]
    may_create: bool
    is_on: bool
    rules: tuple[RoleRule, ...]
    redirect_uri: str


def view_of(ctx: TenantCtx, found: Provider) -> ProviderView:
    return ProviderView(
        id=found.id,
        label=found.label,
        discovery_url=found.discovery_url,
        client_id=found.client_id,
        has_secret=bool(found.client_secret),
        scopes=found.scopes,
        email_domains=tuple(sorted(found.email_domains)),
        mfa_values=tuple(sorted(found.mfa_values)),
        may_create=found.may_create,
        is_on=found.is_on,
        rules=found.rules,
        redirect_uri=ctx.url(found.callback_path),
    )


async def _view(ctx: TenantCtx, provider_id: uuid.UUID) -> ProviderView:
    async with ctx.read() as tx:
        return view_of(ctx, await provider_of(tx, provider_id))


@get("/providers", opt=_ACCESS, tags=_TAGS, operation_id="sso_list_providers")
async def list_providers(ctx: Ctx) -> Sequence[ProviderView]:
    async with ctx.read() as tx:
        return [view_of(ctx, found) for found in await all_providers(tx)]


@post("/providers", opt=_ACCESS, tags=_TAGS, operation_id="sso_add_provider")
async def add_provider(ctx: Ctx, data: JSONBody[ProviderInput]) -> ProviderView:
    """Needs every right that anybody here has: a provider can recognise anybody."""
    return await _view(ctx, await saving.save(ctx, None, data))


@get("/providers/{provider_id:uuid}", opt=_ACCESS, tags=_TAGS, operation_id="sso_read_provider")
async def read_provider(ctx: Ctx, provider_id: ProviderId) -> ProviderView:
    return await _view(ctx, provider_id)


@put("/providers/{provider_id:uuid}", opt=_ACCESS, tags=_TAGS, operation_id="sso_change_provider")
async def change_provider(ctx: Ctx, provider_id: ProviderId, data: JSONBody[ProviderInput]) -> ProviderView:
    """Replaces all but the secret, which is kept when it is null."""
    return await _view(ctx, await saving.save(ctx, provider_id, data))


@delete("/providers/{provider_id:uuid}", opt=_ACCESS, tags=_TAGS, operation_id="sso_remove_provider")
async def remove_provider(ctx: Ctx, provider_id: ProviderId) -> None:
    await saving.remove(ctx, provider_id)


@post(
    "/providers/{provider_id:uuid}/test",
    opt=_ACCESS,
    tags=_TAGS,
    operation_id="sso_test_provider",
    status_code=200,
)
async def test_provider(ctx: Ctx, provider_id: ProviderId) -> Sequence[Finding]:
    """What works and what does not, in the order of a login."""
    async with ctx.read() as tx:
        found = await provider_of(tx, provider_id)
    return await diagnose(ctx, found)


@get("/policy", opt=_ACCESS, tags=_TAGS, operation_id="sso_read_policy")
async def read_policy(ctx: Ctx) -> Policy:
    async with ctx.read() as tx:
        return await policy_of(tx)


@put("/policy", opt=_ACCESS, tags=_TAGS, operation_id="sso_change_policy")
async def change_policy(ctx: Ctx, data: JSONBody[Policy]) -> Policy:
    """Whether staff must use a provider; ``break_glass`` may use a password all the same."""
    await save_policy(ctx, data)
    return data


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_providers,
    add_provider,
    read_provider,
    change_provider,
    remove_provider,
    test_provider,
    read_policy,
    change_policy,
]
