"""Staff and invitations as JSON."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.admin.people import accept, invitations
from nakamise.admin.people.accept import Newcomer, Offer
from nakamise.admin.people.invitations import Invitation, InvitationInput
from nakamise.admin.people.rights import MANAGE, READ
from nakamise.admin.people.staff import StaffLine, change_roles, staff_lines
from nakamise.auth.forms import Link
from nakamise.auth.pace import even_pace
from nakamise.plugin.access import anyone, requires, sensitive, signed_in
from nakamise.plugin.context import Ctx

_TAGS: Final = ["people"]
_INVITATIONS: Final = "/api/core/invitations"
_INVITATION: Final = f"{_INVITATIONS}/{{invitation_id:uuid}}"


class JoinInput(Newcomer, kw_only=True):
    """``token`` of the invitation's link."""

    token: str


@get("/api/core/staff", opt=requires(READ), tags=_TAGS)
async def list_staff(ctx: Ctx) -> list[StaffLine]:
    """Everybody with a role, by name."""
    async with ctx.read() as tx:
        return await staff_lines(tx)


@delete("/api/core/staff/{user_id:uuid}", opt=sensitive(requires(MANAGE)), tags=_TAGS)
async def remove_staff(ctx: Ctx, user_id: FromPath[uuid.UUID]) -> None:
    """Takes all roles; the account stays, as a plain user's."""
    async with ctx.begin() as tx:
        await change_roles(ctx, tx, user_id, ())


@get(_INVITATIONS, opt=requires(READ), tags=_TAGS)
async def list_invitations(ctx: Ctx) -> list[Invitation]:
    """The open ones, also those out of date, the newest first."""
    async with ctx.read() as tx:
        return await invitations.open_invitations(tx, ctx.now())


@post(_INVITATIONS, opt=requires(MANAGE), tags=_TAGS)
async def invite_staff(ctx: Ctx, data: JSONBody[InvitationInput]) -> Invitation:
    """The link goes out by mail only."""
    async with ctx.begin() as tx:
        invited = await invitations.invite(ctx, tx, data)
        return await invitations.invitation_of(tx, invited.id, ctx.now())


@post(f"{_INVITATION}/resend", opt=requires(MANAGE), tags=_TAGS, status_code=200)
async def resend_invitation(ctx: Ctx, invitation_id: FromPath[uuid.UUID]) -> Invitation:
    """A new link; the old one works no more."""
    async with ctx.begin() as tx:
        await invitations.resend(ctx, tx, invitation_id)
        return await invitations.invitation_of(tx, invitation_id, ctx.now())


@delete(_INVITATION, opt=requires(MANAGE), tags=_TAGS)
async def withdraw_invitation(ctx: Ctx, invitation_id: FromPath[uuid.UUID]) -> None:
    async with ctx.begin() as tx:
        await invitations.withdraw(ctx, tx, invitation_id)


@post(f"{_INVITATIONS}/look", opt=anyone(), tags=_TAGS, status_code=200)
async def look_at_invitation(ctx: Ctx, data: JSONBody[Link]) -> Offer:
    """What a link is about, without using it up."""
    return await accept.offer_of(ctx, data.token)


@post(f"{_INVITATIONS}/join", opt=anyone(), tags=_TAGS, status_code=204)
async def join_as_newcomer(ctx: Ctx, data: JSONBody[JoinInput]) -> None:
    """Make an account with the link; then log in."""
    given = Newcomer(
        display_name=data.display_name,
        password=data.password,
        password_again=data.password_again,
        terms=data.terms,
    )
    async with even_pace():
        await accept.accept_as_newcomer(ctx, data.token, given)


@post(f"{_INVITATIONS}/accept", opt=signed_in(), tags=_TAGS, status_code=204)
async def accept_as_member(ctx: Ctx, data: JSONBody[Link]) -> None:
    """For somebody who has an account and is signed in."""
    await accept.accept_as_member(ctx, data.token)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_staff,
    remove_staff,
    list_invitations,
    invite_staff,
    resend_invitation,
    withdraw_invitation,
    look_at_invitation,
    join_as_newcomer,
    accept_as_member,
]
