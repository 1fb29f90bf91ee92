"""Signing keys of a provider (RFC 7517): which of them we take, and for which algorithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from nakamise_sso.faults import UnknownKey

# The key decides, never the token: an RSA key verifies RS256 and nothing else. RFC 9864 renames EdDSA.
_RSA: Final = ("RS256",)
_P256: Final = ("ES256",)
_ED25519: Final = ("EdDSA", "Ed25519")
ALGORITHMS: Final = (*_RSA, *_P256, *_ED25519)
RSA_BITS_MIN: Final = 2048


class SigningKey(msgspec.Struct, frozen=True):
    kid: str
    algorithms: tuple[str, ...]
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
    if made is None or jwk.get("alg", made.algorithms[0]) not in made.algorithms:
        return None
    return made


def _made(jwk: dict[str, Any]) -> SigningKey | None:
    kid, kind, curve = str(jwk.get("kid", "")), jwk.get("kty"), jwk.get("crv")
    public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "n", "e", "x", "y")}
    if kind == "RSA":
        key = RSAKey.import_key(public)
        return SigningKey(kid, _RSA, key) if key.public_key.key_size >= RSA_BITS_MIN else None
    if kind == "EC" and curve == "P-256":
        return SigningKey(kid, _P256, ECKey.import_key(public))
    if kind == "OKP" and curve == "Ed25519":
        return SigningKey(kid, _ED25519, OKPKey.import_key(public))
    return None


def key_for(keys: Keys, kid: str, algorithm: str) -> SigningKey:
    """A token may leave ``kid`` out where only one key fits. Raises UnknownKey."""
    fitting = [one for one in keys if algorithm in one.algorithms and kid in (one.kid, "")]
    if len(fitting) != 1:
        raise UnknownKey
    return fitting[0]
