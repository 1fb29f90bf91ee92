"""Access tokens for the API: signed JWTs of ten minutes, one algorithm, one key for each tenant.

Claims: iss, aud (the tenant's id), sub (user), sid (session), iat, exp. A token only names a session:
whether that session still lives is asked of the database on every request.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from nakamise.auth.keys import derive_key

ACCESS_LIFETIME: Final = timedelta(minutes=10)
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_ISSUER: Final = "accounts"
_CLOCK_SKEW: Final = timedelta(seconds=5)


class AccessClaims(msgspec.Struct, frozen=True):
    """``iat`` and ``exp`` are seconds since 1970."""

    iss: str
    aud: str
    sub: uuid.UUID
    sid: uuid.UUID
    iat: int
    exp: int


class AccessTokens:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, tenant_id: uuid.UUID, user_id: uuid.UUID, session_id: uuid.UUID, now: datetime) -> str:
        claims = {
            "iss": _ISSUER,
            "aud": str(tenant_id),
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFETIME).timestamp()),
        }
        header = {"alg": _ALGORITHM, "typ": _TYPE}
        return jwt.encode(header, claims, self._key(tenant_id), algorithms=[_ALGORITHM])

    def read(self, tenant_id: uuid.UUID, token: str, now: datetime) -> AccessClaims | None:
        """The claims of a token that is genuine, for this tenant and in time; None for every other text."""
        try:
            decoded = jwt.decode(token, self._key(tenant_id), algorithms=[_ALGORITHM])
            claims = msgspec.convert(decoded.claims, AccessClaims)
        except (JoseError, ValueError):
            return None
        if decoded.header.get("typ") != _TYPE or claims.iss != _ISSUER or claims.aud != str(tenant_id):
            return None
        moment = now.timestamp()
        in_time = claims.iat - _CLOCK_SKEW.total_seconds() <= moment < claims.exp
        return claims if in_time else None

    def _key(self, tenant_id: uuid.UUID) -> OctKey:
        return OctKey.import_key(derive_key(self._secret, "access-token", tenant_id))
