"""The code for tokens (RFC 6749 §4.1.3, RFC 7636), and what else the provider tells about the person."""

from __future__ import annotations

from typing import Any

import msgspec

from nakamise.plugin import TenantCtx
from nakamise_sso.faults import ProviderFault
from nakamise_sso.oidc.calls import get_json, post_form
from nakamise_sso.oidc.metadata import Metadata


class Client(msgspec.Struct, frozen=True):
    """``secret`` "" for a client that has none."""

    id: str
    secret: str


class Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str


async def exchange(
    ctx: TenantCtx, metadata: Metadata, client: Client, *, code: str, verifier: str, redirect_uri: str
) -> Tokens:
    """Raises ProviderFault: ``client`` (we are not accepted), ``code`` (the code is not)."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    status, answer = await _ask(ctx, metadata, client, fields)
    if status != 200:
        error = str(answer.get("error", status))
        raise ProviderFault("code" if error == "invalid_grant" else _code_of(error), error[:100])
    try:
        return msgspec.convert(answer, Tokens)
    except msgspec.ValidationError as error:
        raise ProviderFault("answer", str(error)) from error


async def try_client(ctx: TenantCtx, metadata: Metadata, client: Client, redirect_uri: str) -> None:
    """Whether the provider accepts id and secret, by asking with a code that cannot be. Raises ProviderFault."""
    fields = {"grant_type": "authorization_code", "code": "connection-test", "redirect_uri": redirect_uri}
    fields["code_verifier"] = "connection-test-connection-test-connection-test"
    _, answer = await _ask(ctx, metadata, client, fields)
    error = str(answer.get("error", ""))
    if error not in ("invalid_grant", "invalid_request"):
        raise ProviderFault(_code_of(error), error[:100])


def _code_of(error: str) -> Any:
    return "client" if error in ("invalid_client", "unauthorized_client") else "provider"


async def _ask(
    ctx: TenantCtx, metadata: Metadata, client: Client, fields: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    if not client.secret:
        return await post_form(ctx, metadata.token_endpoint, {**fields, "client_id": client.id})
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        return await post_form(ctx, metadata.token_endpoint, fields, basic=(client.id, client.secret))
    named = {**fields, "client_id": client.id, "client_secret": client.secret}
    return await post_form(ctx, metadata.token_endpoint, named)


async def user_info(ctx: TenantCtx, metadata: Metadata, access_token: str, subject: str) -> dict[str, Any]:
    """Empty where the provider has none. Raises ProviderFault, also for somebody else's (Core §5.3.2)."""
    if metadata.userinfo_endpoint is None:
        return {}
    found = await get_json(ctx, metadata.userinfo_endpoint, bearer=access_token)
    if found.get("sub") != subject:
        raise ProviderFault("token", "userinfo of another subject")
    return found
