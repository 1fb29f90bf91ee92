"""Checking an ID token: OpenID Connect Core 1.0 §3.1.3.7 and §3.1.3.8, RFC 8725."""

from __future__ import annotations

import base64
import hashlib
import hmac
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning

from nakamise_sso.faults import ProviderFault
from nakamise_sso.oidc.keys import ALGORITHMS, Keys, key_for

SKEW: Final = timedelta(seconds=60)
# It comes straight from the token endpoint, so it was made a moment ago.
AGE_MAX: Final = timedelta(minutes=10)
_HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "RS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "EdDSA": hashlib.sha512,
    "Ed25519": hashlib.sha512,
}


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the token must say, because we know it already."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds since 1970."""

    iss: str
    sub: str
    aud: str | tuple[str, ...]
    exp: int | float
    iat: int | float
    nonce: str
    nbf: int | float | None = None
    azp: str | None = None
    at_hash: str | None = None


def read_id_token(token: str, keys: Keys, expected: Expected) -> dict[str, Any]:
    """All claims of a token that is genuine, for us, for this login and in time.

    Raises UnknownKey, ProviderFault ``token`` with what is wrong.
    """
    algorithm, raw = _verified(token, keys)
    try:
        claims = msgspec.convert(raw, _Claims)
    except msgspec.ValidationError as error:
        raise ProviderFault("token", str(error)) from error
    _check_parties(claims, expected)
    _check_times(claims, expected.now)
    if not hmac.compare_digest(claims.nonce.encode(), expected.nonce.encode()):
        raise ProviderFault("token", "nonce")
    if claims.at_hash is not None:
        _check_at_hash(claims.at_hash, expected.access_token, algorithm)
    return raw


def _verified(token: str, keys: Keys) -> tuple[str, dict[str, Any]]:
    try:
        header = jws.extract_compact(token.encode()).headers()
        algorithm = str(header.get("alg", ""))
        if algorithm not in ALGORITHMS:
            raise ProviderFault("token", f"algorithm {algorithm[:20]}")
        key = key_for(keys, str(header.get("kid", "")), algorithm)
        with warnings.catch_warnings():
            # Providers still say EdDSA, although the name is old (RFC 9864).
            warnings.simplefilter("ignore", SecurityWarning)
            decoded = jwt.decode(token, key.key, algorithms=[algorithm])
    except (JoseError, ValueError) as error:
        raise ProviderFault("token", f"signature: {type(error).__name__}") from error
    return algorithm, decoded.claims


def _check_parties(claims: _Claims, expected: Expected) -> None:
    if claims.iss != expected.issuer:
        raise ProviderFault("token", f"issuer {claims.iss[:200]}")
    audience = (claims.aud,) if isinstance(claims.aud, str) else claims.aud
    if expected.client_id not in audience:
        raise ProviderFault("token", "audience")
    if (len(audience) > 1 or claims.azp is not None) and claims.azp != expected.client_id:
        raise ProviderFault("token", "authorized party")
    if not 1 <= len(claims.sub) <= 255:
        raise ProviderFault("token", "subject")


def _check_times(claims: _Claims, now: datetime) -> None:
    moment, skew = now.timestamp(), SKEW.total_seconds()
    if claims.exp <= moment - skew:
        raise ProviderFault("token", "expired")
    if claims.nbf is not None and claims.nbf > moment + skew:
        raise ProviderFault("token", "not valid yet")
    if not moment - AGE_MAX.total_seconds() - skew <= claims.iat <= moment + skew:
        raise ProviderFault("token", "time of issue")


def _check_at_hash(at_hash: str, access_token: str, algorithm: str) -> None:
    digest = _HASHES[algorithm](access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
    if not hmac.compare_digest(half.encode(), at_hash.encode()):
        raise ProviderFault("token", "at_hash")
