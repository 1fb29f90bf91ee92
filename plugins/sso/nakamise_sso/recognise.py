"""From a provider's answer to a person: every check that stands between the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from nakamise.plugin import TenantCtx
from nakamise_sso.claims import lacks
from nakamise_sso.faults import ProviderFault, UnknownKey
from nakamise_sso.flow import Flow
from nakamise_sso.oidc.exchange import Tokens, exchange, user_info
from nakamise_sso.oidc.id_token import Expected, read_id_token
from nakamise_sso.oidc.metadata import Metadata, discover, keys_of
from nakamise_sso.providers import Provider


class ProviderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the redirect back (RFC 6749 §4.1.2, RFC 9207)."""

    code: str = ""
    iss: str = ""
    error: str = ""


async def recognise(
    ctx: TenantCtx, provider: Provider, flow: Flow, answer: ProviderAnswer
) -> Mapping[str, Any]:
    """The person's claims. Raises ProviderFault."""
    metadata = await discover(ctx, provider.discovery_url)
    _check_answer(metadata, answer)
    tokens = await exchange(
        ctx,
        metadata,
        provider.client(ctx),
        code=answer.code,
        verifier=flow.verifier,
        redirect_uri=ctx.url(provider.callback_path),
    )
    claims = await _verified(ctx, metadata, provider, flow, tokens)
    if lacks(claims, provider):
        told = await user_info(ctx, metadata, tokens.access_token, str(claims["sub"]))
        return {**told, **claims}
    return claims


def _check_answer(metadata: Metadata, answer: ProviderAnswer) -> None:
    """The issuer first: what another provider reports is not this one's."""
    if (answer.iss or metadata.says_iss) and answer.iss != metadata.issuer:
        raise ProviderFault("mix_up", answer.iss[:200])
    if answer.error:
        raise ProviderFault("denied" if answer.error == "access_denied" else "provider", answer.error[:100])
    if not answer.code:
        raise ProviderFault("provider", "no code")


async def _verified(
    ctx: TenantCtx, metadata: Metadata, provider: Provider, flow: Flow, tokens: Tokens
) -> dict[str, Any]:
    expected = Expected(
        issuer=metadata.issuer,
        client_id=provider.client_id,
        nonce=flow.nonce,
        access_token=tokens.access_token,
        now=ctx.now(),
    )
    try:
        return read_id_token(tokens.id_token, await keys_of(ctx, metadata), expected)
    except UnknownKey:
        # The provider may have changed its key since.
        return read_id_token(tokens.id_token, await keys_of(ctx, metadata, anew=True), expected)
