"""One login: out to the provider, and back. What is remembered in between lies sealed in the browser's cookie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from nakamise.errors import Unsealable
from nakamise.ids import new_token
from nakamise.plugin import TenantCtx
from nakamise_sso.faults import ProviderFault
from nakamise_sso.oidc.metadata import Metadata
from nakamise_sso.providers import Provider

LIFETIME: Final = timedelta(minutes=10)
_PLACE: Final = "sso/flow"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """``expires_at`` in seconds since 1970. ``verifier``: RFC 7636 §4.1."""

    provider_id: uuid.UUID
    state: str
    nonce: str
    verifier: str
    next_path: str
    expires_at: int


def begin(ctx: TenantCtx, provider: Provider, next_path: str) -> Flow:
    return Flow(
        provider_id=provider.id,
        state=new_token(),
        nonce=new_token(),
        verifier=new_token(),
        next_path=next_path,
        expires_at=int((ctx.now() + LIFETIME).timestamp()),
    )


def authorization_url(ctx: TenantCtx, provider: Provider, metadata: Metadata, flow: Flow) -> str:
    digest = hashlib.sha256(flow.verifier.encode()).digest()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": ctx.url(provider.callback_path),
            "scope": provider.scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "ui_locales": ctx.locale,
        }
    )
    joint = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{joint}{query}"


def cookie_of(ctx: TenantCtx, state: str) -> str:
    """A name for each login, so that two tabs do not disturb each other."""
    digest = hashlib.sha256(state.encode()).hexdigest()[:12]
    return f"__Host-sso_{digest}" if ctx.http.secure else f"sso_{digest}"


def packed(ctx: TenantCtx, flow: Flow) -> str:
    """Without padding, for "=" does not belong in a cookie (RFC 6265 §4.1.1, as servers quote it)."""
    return ctx.seal(_PLACE, msgspec.json.encode(flow).decode()).rstrip("=")


async def resume(ctx: TenantCtx, provider_id: uuid.UUID, state: str) -> Flow:
    """The login that was begun in this browser, once. Raises ProviderFault ``state``."""
    flow = _unpacked(ctx, state)
    if flow.provider_id != provider_id or not hmac.compare_digest(flow.state.encode(), state.encode()):
        raise ProviderFault("state", "another login")
    if flow.expires_at <= ctx.now().timestamp():
        raise ProviderFault("state", "too late")
    async with ctx.begin() as tx:
        first = await tx.execute(
            "INSERT INTO sso_heard (state_hash, expires_at) VALUES ($1, $2) ON CONFLICT (state_hash) DO NOTHING",
            hashlib.sha256(state.encode()).digest(),
            ctx.now() + 2 * LIFETIME,
        )
    if first != 1:
        raise ProviderFault("state", "heard before")
    return flow


def _unpacked(ctx: TenantCtx, state: str) -> Flow:
    sealed = ctx.http.cookies.get(cookie_of(ctx, state), "") if state else ""
    if not sealed:
        raise ProviderFault("state", "no cookie")
    try:
        padding = "=" * (-len(sealed.rpartition(".")[2]) % 4)
        return msgspec.json.decode(ctx.unseal(_PLACE, sealed + padding), type=Flow)
    except (Unsealable, msgspec.DecodeError) as error:
        raise ProviderFault("state", "not our cookie") from error


async def forget_states(ctx: TenantCtx) -> None:
    """Late answers are refused by their time; their mark is not needed any more."""
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM sso_heard WHERE expires_at < $1", ctx.now())
