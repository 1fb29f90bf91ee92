"""Accepting an invitation: as a new user, or as the user who has that address already."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.admin.people.invitations import SEAT
from nakamise.admin.people.role_list import role_labels
from nakamise.auth.audit import audit_as
from nakamise.auth.keys import token_hash
from nakamise.auth.passwords import fault_of_new
from nakamise.auth.register import LinkSpent, fault_of_name, fault_of_repeat, raise_faults
from nakamise.auth.sessions import revoke_sessions
from nakamise.auth.users import User, email_key, terms_version, user_by_email
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Forbidden
from nakamise.ids import uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

_LIVES: Final = "token_hash = $1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2"


class Newcomer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Raises Invalid with the fault of each field."""

    display_name: str = ""
    password: str = ""
    password_again: str = ""
    terms: bool = False

    def __post_init__(self) -> None:
        self.display_name = self.display_name.strip()
        raise_faults(
            {
                "display_name": fault_of_name(self.display_name),
                "password": fault_of_new(self.password, forbidden=(self.display_name,)),
                "password_again": fault_of_repeat(self.password, self.password_again),
                "terms": None if self.terms else FieldError(N_("Please agree to the terms to register.")),
            }
        )


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the link is about. ``has_account``: its owner logs in to accept; else they choose a password."""

    email: str
    display_name: str
    roles: tuple[str, ...]
    has_account: bool


class _Invitation(msgspec.Struct, frozen=True):
    id: uuid.UUID
    email: str
    email_key: str
    display_name: str


async def offer_of(ctx: TenantCtx, token: str) -> Offer:
    """``roles`` are labels. Raises LinkSpent."""
    async with ctx.read() as tx:
        found = await tx.first(
            _Invitation,
            f"SELECT id, email, email_key, display_name FROM core_invitation WHERE {_LIVES}",  # noqa: S608
            token_hash(token),
            ctx.now(),
        )
        if found is None:
            raise LinkSpent
        labels = await role_labels(ctx, tx)
        ids = await tx.values(
            "SELECT role_id FROM core_invitation_role WHERE invitation_id = $1 ORDER BY 1", found.id
        )
        user = await user_by_email(tx, found.email)
    return Offer(
        email=found.email,
        display_name=found.display_name,
        roles=tuple(labels[role] for role in ids),
        has_account=_is_theirs(user),
    )


def _is_theirs(user: User | None) -> bool:
    """An address that was never confirmed may have been registered by anybody: it does not count."""
    return user is not None and user.email_verified


async def accept_as_newcomer(ctx: TenantCtx, token: str, given: Newcomer) -> User:
    """Make the account; the mail proved the address. Raises LinkSpent, Conflict (has an account: log in)."""
    await offer_of(ctx, token)
    password_hash = await ctx.runtime.auth.passwords.hash(given.password)
    async with ctx.begin() as tx:
        invitation = await _use(ctx, tx, token)
        if await _make(ctx, tx, invitation, given, password_hash) != 1:
            raise Conflict(
                N_("There is an account with this address. Please log in to accept."), code="log_in"
            )
        user = await user_by_email(tx, invitation.email)
        if user is None or not user.is_active:
            raise LinkSpent
        # Whoever registered this address without confirming it is out.
        await revoke_sessions(tx, user.id, ctx.now())
        await _join(ctx, tx, invitation, user)
    return user


async def accept_as_member(ctx: TenantCtx, token: str) -> None:
    """For the signed-in user. Raises LinkSpent, Forbidden (another person's invitation)."""
    async with ctx.begin() as tx:
        invitation = await _use(ctx, tx, token)
        user = await user_by_email(tx, invitation.email)
        if user is None or user.id != ctx.require_user():
            raise Forbidden(N_("This invitation is for another person."), code="not_invited")
        await _join(ctx, tx, invitation, user)


async def _use(ctx: TenantCtx, tx: Tx, token: str) -> _Invitation:
    """One conditional UPDATE: of two at once, one gets it."""
    found = await tx.first(
        _Invitation,
        f"UPDATE core_invitation SET accepted_at = $2 WHERE {_LIVES}"  # noqa: S608 - a constant
        " RETURNING id, email, email_key, display_name",
        token_hash(token),
        ctx.now(),
    )
    if found is None:
        raise LinkSpent
    return found


async def _make(ctx: TenantCtx, tx: Tx, invitation: _Invitation, given: Newcomer, password_hash: str) -> int:
    return await tx.execute(
        "INSERT INTO core_user (id, email, email_key, email_verified_at, password_hash, password_changed_at,"
        " display_name, locale, terms_version, terms_accepted_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $4, $6, $7, $8, $4, $4)"
        " ON CONFLICT (email_key) DO UPDATE SET password_hash = excluded.password_hash,"
        " password_changed_at = excluded.password_changed_at, display_name = excluded.display_name,"
        " email_verified_at = excluded.email_verified_at WHERE core_user.email_verified_at IS NULL",
        uuid7(),
        invitation.email,
        email_key(invitation.email),
        ctx.now(),
        password_hash,
        given.display_name,
        ctx.locale,
        await terms_version(tx),
    )


async def _join(ctx: TenantCtx, tx: Tx, invitation: _Invitation, user: User) -> None:
    """The invitation's seat becomes the person's."""
    if await tx.value("SELECT 1 FROM core_user_role WHERE user_id = $1", user.id) is not None:
        await ctx.give_back(tx, SEAT)
    await tx.execute(
        "WITH offered AS (SELECT role_id FROM core_invitation_role WHERE invitation_id = $2)"
        " INSERT INTO core_user_role (user_id, role_id, granted_at) SELECT $1, role_id, $3 FROM offered"
        " ON CONFLICT (user_id, role_id) DO NOTHING",
        user.id,
        invitation.id,
        ctx.now(),
    )
    await audit_as(ctx, tx, user, "core.staff.joined", invitation=str(invitation.id))
