"""Who is asking: from a cookie or a bearer token to an Actor, and the tools that accounts are built from."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.auth.cookies import SESSION, read_cookie
from nakamise.auth.keys import token_hash
from nakamise.auth.passwords import Passwords
from nakamise.auth.refresh import RefreshTokens
from nakamise.auth.roles import give_role
from nakamise.auth.sealing import Sealer
from nakamise.auth.sessions import IDLE_LIFETIME, SEEN_EVERY
from nakamise.auth.tokens import AccessTokens
from nakamise.auth.users import clean_email, email_key, terms_version, user_by_email
from nakamise.clock import Clock, SystemClock
from nakamise.db import Database, Tx
from nakamise.ids import uuid7
from nakamise.plugin.context import GUEST, Actor, HttpInfo, Tenant
from nakamise.settings import Settings

_BEARER: Final = "bearer "
# One query: a session that lives, its user, roles and what they carry. Nothing of it is cached, so a
# revoked session, a suspended user or a taken role is gone with the next request.
_ACTOR: Final = """
SELECT s.id AS session_id, s.last_seen_at, u.id AS user_id, u.display_name, u.email,
       u.email_verified_at IS NOT NULL AS email_verified, s.mfa_at IS NOT NULL AS has_mfa,
       nullif(s.impersonator, '') AS impersonator,
       (SELECT size.value FROM core_media m, jsonb_each_text(m.keys) AS size (key, value)
        WHERE m.id = u.avatar_id ORDER BY size.key::int LIMIT 1) AS avatar,
       ARRAY(SELECT ur.role_id FROM core_user_role ur WHERE ur.user_id = u.id
             UNION SELECT s.act_role WHERE s.act_role <> '') AS roles,
       ARRAY(SELECT rp.permission FROM core_role_permission rp WHERE rp.is_granted AND (rp.role_id = s.act_role
             OR rp.role_id IN (SELECT ur.role_id FROM core_user_role ur WHERE ur.user_id = u.id))) AS permissions
FROM core_session s JOIN core_user u ON u.id = s.user_id
WHERE {match} AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3 AND u.state = 'active'
"""
_BY_COOKIE: Final = _ACTOR.format(match="s.token_hash = $1")
_BY_SESSION: Final = _ACTOR.format(match="s.id = $1 AND s.token_hash IS NULL")


class _ActorRow(msgspec.Struct, frozen=True, kw_only=True):
    session_id: uuid.UUID
    last_seen_at: datetime
    user_id: uuid.UUID
    display_name: str
    email: str
    email_verified: bool
    has_mfa: bool
    impersonator: str | None
    avatar: str | None
    roles: frozenset[str]
    permissions: frozenset[str]


class Auth:
    """One for the installation; its parts hold keys and parameters, never a user's data."""

    def __init__(self, settings: Settings, db: Database, clock: Clock | None = None) -> None:
        self.settings = settings
        self.passwords = Passwords()
        self.tokens = AccessTokens(settings.secret_key)
        self.refresh = RefreshTokens(settings.secret_key)
        self.totp_sealer = Sealer(settings.secret_key, "totp", settings.old_secret_keys)
        self._db = db
        self._clock = clock or SystemClock()

    async def actor(
        self, tenant: Tenant, *, cookies: Mapping[str, str], authorization: str | None, http: HttpInfo
    ) -> Actor:
        """Bearer tokens count on /api only and cookies everywhere else only; anything unknown is a guest."""
        now = self._clock.now()
        if http.is_api:
            return await self._by_bearer(tenant, authorization or "", now)
        token = read_cookie(SESSION, msgspec.structs.replace(http, cookies=cookies))
        if token is None:
            return GUEST
        return await self._find(tenant, _BY_COOKIE, token_hash(token), now)

    async def ensure_user(
        self,
        tx: Tx,
        *,
        email: str,
        password: str,
        display_name: str,
        roles: Sequence[str] = (),
        avatar_id: uuid.UUID | None = None,
        registered_at: datetime | None = None,
        password_hash: str = "",
    ) -> uuid.UUID:
        """The user with this address, made with a confirmed address when missing. For seeds and operators.

        ``password_hash`` is that of ``password`` where many users have the same one; it is worked out otherwise.
        An existing user keeps name and password; missing roles are added. Raises NotFound for an unknown role.
        """
        known = await user_by_email(tx, email)
        if known is None:
            user_id = uuid7()
            made_at = registered_at or self._clock.now()
            await tx.execute(
                "INSERT INTO core_user (id, email, email_key, email_verified_at, password_hash, display_name,"
                " avatar_id, terms_version, terms_accepted_at, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $4, $4)",
                user_id,
                clean_email(email),
                email_key(email),
                made_at,
                password_hash or await self.passwords.hash(password),
                display_name,
                avatar_id,
                await terms_version(tx),
            )
        else:
            user_id = known.id
        for role in roles:
            await give_role(tx, user_id, role)
        return user_id

    async def _by_bearer(self, tenant: Tenant, authorization: str, now: datetime) -> Actor:
        if not authorization.lower().startswith(_BEARER):
            return GUEST
        claims = self.tokens.read(tenant.id, authorization[len(_BEARER) :].strip(), now)
        if claims is None:
            return GUEST
        found = await self._find(tenant, _BY_SESSION, claims.sid, now)
        return found if found.user_id == claims.sub else GUEST

    async def _find(self, tenant: Tenant, query: str, key: object, now: datetime) -> Actor:
        async with self._db.tenant(tenant.schema, read_only=True) as tx:
            row = await tx.first(_ActorRow, query, key, now, now - IDLE_LIFETIME)
        if row is None:
            return GUEST
        if now - row.last_seen_at >= SEEN_EVERY:
            await self._note_seen(tenant, row.session_id, now)
        return Actor(
            user_id=row.user_id,
            session_id=row.session_id,
            display_name=row.display_name,
            email=row.email,
            email_verified=row.email_verified,
            avatar=row.avatar,
            roles=row.roles,
            permissions=row.permissions,
            has_mfa=row.has_mfa,
            impersonator=row.impersonator,
        )

    async def _note_seen(self, tenant: Tenant, session_id: uuid.UUID, now: datetime) -> None:
        async with self._db.tenant(tenant.schema) as tx:
            await tx.execute(
                "UPDATE core_session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at <= $3",
                session_id,
                now,
                now - SEEN_EVERY,
            )
