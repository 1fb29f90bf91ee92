"""Applicants who are no staff: nothing until their shop is approved, then its manager and nobody else's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.scope import PEOPLE

ROLE: Final = "shop_staff"
# Lets nobody see or do anything of a shop.
HARMLESS: Final = frozenset({"core.admin"})
# Whoever has applied, is named for the shop and has no other right than $2. $1 shop
_NEWCOMER: Final = """
SELECT u.id, u.display_name FROM shop_shop s
JOIN shop_people p ON p.shop_id = s.id AND p.user_id = s.applied_by
JOIN core_user u ON u.id = p.user_id AND u.state = 'active'
WHERE s.id = $1 AND NOT EXISTS (
    SELECT 1 FROM core_user_role r JOIN core_role_permission x ON x.role_id = r.role_id
    WHERE r.user_id = u.id AND x.is_granted AND x.permission <> ALL($2))
"""
# A role makes every shop theirs that they are named for. Of those only what they wait for may be: whoever took a role
# from somebody did not have to think of their shops. $1 user, $2 shop
_FORGET: Final = """
DELETE FROM shop_people p USING shop_shop s
WHERE s.id = p.shop_id AND p.user_id = $1 AND p.shop_id <> $2
  AND NOT (s.applied_by IS NOT DISTINCT FROM p.user_id AND s.state IN ('applied', 'rejected'))
RETURNING p.shop_id
"""
_FOR_ALL: Final = (
    "SELECT EXISTS (SELECT 1 FROM core_role_permission WHERE role_id = $1 AND permission = $2 AND is_granted)"
)
# Before the shop, as everything locks a person before what is theirs.
_LOCK: Final = """
SELECT FROM core_user WHERE id = (SELECT applied_by FROM shop_shop WHERE id = $1) FOR UPDATE
"""


class Newcomer(msgspec.Struct, frozen=True):
    """An applicant who becomes staff when the shop is approved."""

    id: uuid.UUID
    display_name: str


def is_staff(permissions: Iterable[str]) -> bool:
    """Whether they may see or do something of shops, or of the site."""
    return bool(frozenset(permissions) - HARMLESS)


async def lock(tx: Tx, shop_id: uuid.UUID) -> None:
    """Whoever applied, until the transaction ends; to be called before the shop is locked."""
    await tx.execute(_LOCK, shop_id)


async def find(tx: Tx, shop_id: uuid.UUID) -> Newcomer | None:
    """None: staff applied, or the person is gone."""
    return await tx.first(Newcomer, _NEWCOMER, shop_id, sorted(HARMLESS))


async def appoint(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> uuid.UUID | None:
    """The applicant becomes staff of this shop alone; who, if somebody did.

    Raises Conflict (code ``role_for_all``) where the role lets people work for all shops, and LimitReached when the
    plan has no seat left.
    """
    found = await find(tx, shop_id)
    if found is None:
        return None
    if await tx.value(_FOR_ALL, ROLE, PEOPLE):
        message = N_(
            "The applicant would become staff of all shops, because the role for staff of shops may say who works"
            " where. Please take that right from the role first."
        )
        raise Conflict(message, code="role_for_all", domain="shop")
    gone = await tx.values(_FORGET, found.id, shop_id)
    for other in gone:
        await ctx.audit(
            tx,
            "shop.people.changed",
            str(other),
            before=[str(found.id)],
            after=[],
            appointed_for=str(shop_id),
        )
    await ctx.appoint(tx, found.id, ROLE)
    return found.id
