"""What a provider says of itself (OpenID Connect Discovery 1.0), and the keys that it signs with."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import msgspec

from nakamise.egress import EgressRefused
from nakamise.plugin import TenantCtx
from nakamise_sso.faults import ProviderFault
from nakamise_sso.oidc.calls import get_json
from nakamise_sso.oidc.keys import Keys, usable_keys

WELL_KNOWN: Final = "/.well-known/openid-configuration"
LIFETIME: Final = timedelta(minutes=10)
# A token that names an unknown key makes us look again, but nobody can make us call all the time.
REST: Final = timedelta(seconds=30)
_ENTRIES_MAX: Final = 1000

T = TypeVar("T")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Names as in the standard; ``says_iss``: answers carry the issuer (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] = ()
    says_iss: bool = msgspec.field(default=False, name="authorization_response_iss_parameter_supported")


class _Remembered(Generic[T]):
    """For each tenant on its own, so that no tenant learns or changes what another was told."""

    def __init__(self, load: Callable[[TenantCtx, str], Awaitable[T]]) -> None:
        self._load = load
        self._known: dict[tuple[uuid.UUID, str], tuple[datetime, T]] = {}

    async def get(self, ctx: TenantCtx, url: str, *, younger_than: timedelta = LIFETIME) -> T:
        key = (ctx.tenant.id, url)
        at, found = self._known.get(key, (None, None))
        if at is not None and found is not None and timedelta() <= ctx.now() - at < younger_than:
            return found
        loaded = await self._load(ctx, url)
        if len(self._known) >= _ENTRIES_MAX:
            self._known.clear()
        self._known[key] = (ctx.now(), loaded)
        return loaded

    def forget(self, ctx: TenantCtx, url: str) -> None:
        self._known.pop((ctx.tenant.id, url), None)


def discovery_url(typed: str) -> str:
    """Of an issuer, or of its discovery document."""
    trimmed = typed.strip()
    return trimmed if trimmed.endswith(WELL_KNOWN) else trimmed.rstrip("/") + WELL_KNOWN


async def discover(ctx: TenantCtx, url: str) -> Metadata:
    """Raises ProviderFault. Remembered for ten minutes."""
    return await _metadata.get(ctx, url)


async def keys_of(ctx: TenantCtx, metadata: Metadata, *, anew: bool = False) -> Keys:
    """``anew``: ask the provider again, unless that was done a moment ago. Raises ProviderFault."""
    return await _keys.get(ctx, metadata.jwks_uri, younger_than=REST if anew else LIFETIME)


def forget(ctx: TenantCtx, url: str) -> None:
    """Somebody changed or tests the provider: the next login asks it anew."""
    _metadata.forget(ctx, url)


async def _load_metadata(ctx: TenantCtx, url: str) -> Metadata:
    document = await get_json(ctx, url)
    try:
        metadata = msgspec.convert(document, Metadata)
    except msgspec.ValidationError as error:
        raise ProviderFault("answer", str(error)) from error
    if metadata.issuer.rstrip("/") + WELL_KNOWN != url:
        raise ProviderFault("issuer", metadata.issuer)
    _check_endpoints(ctx, metadata)
    return metadata


def _check_endpoints(ctx: TenantCtx, metadata: Metadata) -> None:
    ours = (metadata.token_endpoint, metadata.jwks_uri, metadata.userinfo_endpoint)
    for url in (metadata.authorization_endpoint, *filter(None, ours)):
        try:
            ctx.egress.check(url)
        except EgressRefused as refused:
            raise ProviderFault("endpoint", url) from refused


async def _load_keys(ctx: TenantCtx, url: str) -> Keys:
    document: dict[str, Any] = await get_json(ctx, url)
    keys = usable_keys(document)
    if not keys:
        raise ProviderFault("keys")
    return keys


_metadata: Final = _Remembered(_load_metadata)
_keys: Final = _Remembered(_load_keys)
