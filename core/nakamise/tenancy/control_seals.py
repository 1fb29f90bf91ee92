"""Seals over the audit of the shared schema: what agencies and operators did to tenants. See ``db.sealed_log``."""

from __future__ import annotations

from typing import Final

from nakamise.db import Database
from nakamise.db.sealed_log import AT_US, MADE_AT, SealedLog, Verdict

# A tenant comes with its history from elsewhere: in the transaction that says so, hence sealed together with it.
_IMPORTED: Final = """
EXISTS (SELECT 1 FROM control_audit i JOIN control_audit_link il ON il.audit_id = i.id
    JOIN control_audit_seal si ON si.number = il.seal
    WHERE i.act = 'tenant.import' AND i.tenant_id = a.tenant_id AND si.at = s.at)
"""
LOG: Final = SealedLog(
    "control_audit",
    fields=f"a.id, {AT_US}, a.actor, a.act, a.tenant_id, a.tenant_slug, a.agency_id, a.actor_user_id,"
    " a.actor_agency_id, a.detail",
    since=f"least(a.at, {MADE_AT})",
    excused=_IMPORTED,
)


async def seal(db: Database) -> int:
    """Seal what is not sealed yet; the number of rows. Looks everywhere: imported rows have old ids."""
    async with db.control() as tx:
        return await LOG.seal(tx, everywhere=True)


async def verify(db: Database) -> Verdict:
    """Seal what is new, then compute every hash again."""
    await seal(db)
    async with db.control(read_only=True) as tx:
        return await LOG.verify(tx)
