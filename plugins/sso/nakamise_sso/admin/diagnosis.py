"""Testing a provider without anybody logging in."""

from __future__ import annotations

from typing import Literal

import msgspec

from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for
from nakamise_sso.faults import FOR_STAFF, ProviderFault
from nakamise_sso.oidc.exchange import try_client
from nakamise_sso.oidc.metadata import Metadata, discover, forget, keys_of
from nakamise_sso.providers import Provider


class Finding(msgspec.Struct, frozen=True):
    """``text`` in the reader's language; ``detail`` is technical, for whoever runs the provider."""

    level: Literal["ok", "warn", "danger"]
    text: str
    detail: str = ""


async def diagnose(ctx: TenantCtx, provider: Provider) -> list[Finding]:
    """In the order of a login; ends with the first thing that does not work."""
    _ = gettext_for(ctx.locale, "sso")
    forget(ctx, provider.discovery_url)
    found: list[Finding] = []
    try:
        metadata = await discover(ctx, provider.discovery_url)
        found.append(Finding("ok", _("The provider was found."), metadata.issuer))
        found.append(await _keys(ctx, metadata))
        found.append(_pkce(ctx, metadata))
        await try_client(ctx, metadata, provider.client(ctx), ctx.url(provider.callback_path))
        found.append(Finding("ok", _("It accepts the client ID and the client secret."), provider.client_id))
    except ProviderFault as fault:
        found.append(Finding("danger", _(FOR_STAFF[fault.code]), fault.detail))
    return found


async def _keys(ctx: TenantCtx, metadata: Metadata) -> Finding:
    _ = gettext_for(ctx.locale, "sso")
    keys = await keys_of(ctx, metadata, anew=True)
    algorithms = ", ".join(sorted({key.algorithms[0] for key in keys}))
    return Finding("ok", _("Its signing keys can be used."), algorithms)


def _pkce(ctx: TenantCtx, metadata: Metadata) -> Finding:
    _ = gettext_for(ctx.locale, "sso")
    if "S256" in metadata.code_challenge_methods_supported:
        return Finding("ok", _("It supports PKCE."), "S256")
    text = _("It does not say that it supports PKCE. Logging in works if it ignores what it does not know.")
    return Finding("warn", text)
