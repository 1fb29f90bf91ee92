"""Time-based one-time codes (RFC 6238): six digits, 30 seconds, each time step accepted once."""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime
from typing import Final

import msgspec
import segno
from pyotp import random_base32
from pyotp.totp import TOTP

from nakamise.auth.sealing import Sealer
from nakamise.db import Tx
from nakamise.plugin.context import Tenant

STEP_S: Final = 30
# The clock of a phone may be one step off (RFC 6238 §5.2).
_DRIFT: Final = (0, -1, 1)


class Enrolment(msgspec.Struct, frozen=True):
    """What is shown while setting up: ``secret`` in base32, ``qr_svg`` an <svg> element of our own making."""

    secret: str
    uri: str
    qr_svg: str


async def begin(tx: Tx, sealer: Sealer, tenant: Tenant, user_id: uuid.UUID, email: str) -> Enrolment:
    """A new secret, in force only once a code confirms it; replaces an unconfirmed one."""
    secret = random_base32()
    await tx.execute(
        "INSERT INTO core_totp (user_id, sealed_secret) VALUES ($1, $2)"
        " ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, last_step = 0"
        " WHERE core_totp.confirmed_at IS NULL",
        user_id,
        sealer.seal(tenant.id, user_id, secret.encode()),
    )
    return enrolment(tenant, secret, email)


async def enrol(tx: Tx, sealer: Sealer, tenant: Tenant, user_id: uuid.UUID, secret: str) -> None:
    """In force at once with a secret from elsewhere; a user who has a second factor keeps it."""
    await tx.execute(
        "INSERT INTO core_totp (user_id, sealed_secret, confirmed_at) VALUES ($1, $2, now())"
        " ON CONFLICT (user_id) DO NOTHING",
        user_id,
        sealer.seal(tenant.id, user_id, secret.encode()),
    )


async def pending(tx: Tx, sealer: Sealer, tenant: Tenant, user_id: uuid.UUID, email: str) -> Enrolment | None:
    """The set-up that was begun and not confirmed."""
    sealed = await tx.value(
        "SELECT sealed_secret FROM core_totp WHERE user_id = $1 AND confirmed_at IS NULL", user_id
    )
    if sealed is None:
        return None
    return enrolment(tenant, sealer.open(tenant.id, user_id, sealed).decode(), email)


def enrolment(tenant: Tenant, secret: str, email: str) -> Enrolment:
    uri = TOTP(secret).provisioning_uri(name=email, issuer_name=tenant.name)
    code = segno.make(uri, error="m")
    svg = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Enrolment(secret, uri, svg)


async def is_on(tx: Tx, user_id: uuid.UUID) -> bool:
    found = await tx.value("SELECT 1 FROM core_totp WHERE user_id = $1 AND confirmed_at IS NOT NULL", user_id)
    return found is not None


async def confirm(
    tx: Tx, sealer: Sealer, tenant: Tenant, user_id: uuid.UUID, code: str, now: datetime
) -> bool:
    """Put the begun set-up in force; its first code is used up with it."""
    step = await _step_of(tx, sealer, tenant, user_id, code, now)
    if step is None:
        return False
    touched = await tx.execute(
        "UPDATE core_totp SET confirmed_at = $3, last_step = $2 WHERE user_id = $1 AND confirmed_at IS NULL",
        user_id,
        step,
        now,
    )
    return touched == 1


async def accept(
    tx: Tx, sealer: Sealer, tenant: Tenant, user_id: uuid.UUID, code: str, now: datetime
) -> bool:
    """Whether ``code`` is right and its step was not used yet; uses it up."""
    step = await _step_of(tx, sealer, tenant, user_id, code, now)
    if step is None:
        return False
    touched = await tx.execute(
        "UPDATE core_totp SET last_step = $2 WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL",
        user_id,
        step,
    )
    return touched == 1


async def switch_off(tx: Tx, user_id: uuid.UUID) -> bool:
    return await tx.execute("DELETE FROM core_totp WHERE user_id = $1", user_id) == 1


async def _step_of(
    tx: Tx, sealer: Sealer, tenant: Tenant, user_id: uuid.UUID, code: str, now: datetime
) -> int | None:
    sealed = await tx.value("SELECT sealed_secret FROM core_totp WHERE user_id = $1", user_id)
    if sealed is None:
        return None
    return matching_step(sealer.open(tenant.id, user_id, sealed).decode(), code, now)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that ``code`` belongs to, at most one away from ``now``."""
    current = int(now.timestamp()) // STEP_S
    totp = TOTP(secret)
    for drift in _DRIFT:
        expected = totp.generate_otp(current + drift)
        if hmac.compare_digest(expected.encode(), code.encode("utf-8", "surrogatepass")):
            return current + drift
    return None
