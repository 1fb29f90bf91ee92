"""Signing keys of a provider (RFC 7517): which of them we take, and for which algorithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from nakamise_sso.faults import UnknownKey

# The key decides, never the token: an RSA key verifies RS256 and nothing else.
RSA_BITS_MIN: Final = 2048


class SigningKey(msgspec.Struct, frozen=True):
    kid: str
    algorithm: str
    key: Any


Keys: TypeAlias = Sequence[SigningKey]


def usable_keys(document: Mapping[str, Any]) -> list[SigningKey]:
    """Of a JWK set. What is not for signatures, too weak or unknown is left out."""
    listed = document.get("keys")
    found = [_signing_key(one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [one for one in found if one is not None]


def _signing_key(jwk: dict[str, Any]) -> SigningKey | None:
    if jwk.get("use", "sig") != "sig":
        return None
    try:
        made = _made(jwk)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if made is None or jwk.get("alg", made.algorithm) != made.algorithm:
        return None
    return made


def _made(jwk: dict[str, Any]) -> SigningKey | None:
    kid, kind, curve = str(jwk.get("kid", "")), jwk.get("kty"), jwk.get("crv")
    public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "n", "e", "x", "y")}
    if kind == "RSA":
        key = RSAKey.import_key(public)
        return SigningKey(kid, "RS256", key) if key.public_key.key_size >= RSA_BITS_MIN else None
    if kind == "EC" and curve == "P-256":
        return SigningKey(kid, "ES256", ECKey.import_key(public))
    if kind == "OKP" and curve == "Ed25519":
        return SigningKey(kid, "EdDSA", OKPKey.import_key(public))
    return None


def key_for(keys: Keys, kid: str, algorithm: str) -> SigningKey:
    """A token may leave ``kid`` out where only one key fits. Raises UnknownKey."""
    fitting = [one for one in keys if one.algorithm == algorithm and kid in (one.kid, "")]
    if len(fitting) != 1:
        raise UnknownKey
    return fitting[0]
