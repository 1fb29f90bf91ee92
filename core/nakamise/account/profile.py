"""What others see of a user: name, picture, a few words."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.auth.register import fault_of_name, raise_faults
from nakamise.auth.users import User
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.images import ImageRefused, Limits, Picture, ingest
from nakamise.media import Media, add_picture, media_of
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_

BIO_MAX: Final = 500
AVATAR_MAX_BYTES: Final = 5_000_000
_AVATAR: Final = Limits(max_bytes=AVATAR_MAX_BYTES, sizes=(512, 256, 128))


class ProfileInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Raises Invalid."""

    display_name: str = ""
    bio: str = ""

    def __post_init__(self) -> None:
        too_long = FieldError(N_("Please enter at most %(n)s characters."), n=BIO_MAX)
        raise_faults(
            {
                "display_name": fault_of_name(self.display_name),
                "bio": too_long if len(self.bio) > BIO_MAX else None,
            }
        )


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The account as its owner sees it."""

    id: uuid.UUID
    display_name: str
    email: str
    email_verified: bool
    bio: str
    avatar_url: str | None
    locale: str
    roles: tuple[str, ...]
    member_since: datetime


async def view_of(tx: Tx, user: User, roles: tuple[str, ...]) -> AccountView:
    avatar = await avatar_of(tx, user)
    return AccountView(
        id=user.id,
        display_name=user.display_name,
        email=user.email,
        email_verified=user.email_verified,
        bio=user.bio,
        avatar_url=avatar.url(256) if avatar else None,
        locale=user.locale,
        roles=roles,
        member_since=user.created_at,
    )


async def avatar_of(tx: Tx, user: User) -> Media | None:
    if user.avatar_id is None:
        return None
    return (await media_of(tx, [user.avatar_id])).get(user.avatar_id)


async def save_profile(tx: Tx, user_id: uuid.UUID, given: ProfileInput) -> None:
    await tx.execute(
        "UPDATE core_user SET display_name = $2, bio = $3 WHERE id = $1",
        user_id,
        given.display_name.strip(),
        given.bio.strip(),
    )


async def save_avatar(ctx: TenantCtx, user_id: uuid.UUID, data: bytes) -> None:
    """Decoded and encoded anew, without metadata. Raises Invalid for ``avatar``, ImagesBusy, StorageFull."""
    try:
        media_id = await add_picture(ctx, data, "avatar", owner_id=user_id, prepare=_prepare_avatar)
    except ImageRefused as refused:
        raise Invalid({"avatar": refused}) from refused
    async with ctx.begin() as tx:
        await tx.execute("UPDATE core_user SET avatar_id = $2 WHERE id = $1", user_id, media_id)


async def _prepare_avatar(data: bytes) -> Picture:
    return await ingest(data, limits=_AVATAR)


async def drop_avatar(tx: Tx, user_id: uuid.UUID) -> None:
    await tx.execute("UPDATE core_user SET avatar_id = NULL WHERE id = $1", user_id)
