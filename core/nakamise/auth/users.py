"""Rows of users."""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import FieldError, NotFound
from nakamise.ui.i18n import N_

EMAIL_MAX: Final = 254
# What browsers accept for <input type=email> (HTML Living Standard §4.10.5.1.5), with a dot in the domain.
_EMAIL: Final = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
_COLUMNS: Final = (
    "id, email, email_verified_at, password_hash, display_name, bio, avatar_id, locale, state,"
    " terms_version, terms_accepted_at, created_at"
)


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    email: str
    email_verified_at: datetime | None
    password_hash: str
    display_name: str
    bio: str
    avatar_id: uuid.UUID | None
    locale: str
    state: str
    terms_version: str
    terms_accepted_at: datetime | None
    created_at: datetime

    @property
    def is_active(self) -> bool:
        return self.state == "active"

    @property
    def email_verified(self) -> bool:
        return self.email_verified_at is not None


def email_key(email: str) -> str:
    """How addresses are compared: full-width letters and case make no difference."""
    return clean_email(email).casefold()


def clean_email(email: str) -> str:
    # Cut, so that a text of megabytes costs nothing; what is cut is too long to be an address anyway.
    return unicodedata.normalize("NFKC", email[: 2 * EMAIL_MAX]).strip()


def fault_of_email(email: str) -> FieldError | None:
    if len(email) > EMAIL_MAX or _EMAIL.fullmatch(email) is None:
        return FieldError(N_("Please enter a valid e-mail address."))
    return None


async def user_by_email(tx: Tx, email: str) -> User | None:
    return await tx.first(User, f"SELECT {_COLUMNS} FROM core_user WHERE email_key = $1", email_key(email))  # noqa: S608


async def user_by_id(tx: Tx, user_id: uuid.UUID) -> User:
    """Raises NotFound."""
    found = await tx.first(User, f"SELECT {_COLUMNS} FROM core_user WHERE id = $1", user_id)  # noqa: S608
    if found is None:
        raise NotFound
    return found


async def lock_user(tx: Tx, user_id: uuid.UUID) -> User:
    """The user, held until the end of the transaction. Raises NotFound."""
    found = await tx.first(User, f"SELECT {_COLUMNS} FROM core_user WHERE id = $1 FOR UPDATE", user_id)  # noqa: S608
    if found is None:
        raise NotFound
    return found


async def set_password(tx: Tx, user_id: uuid.UUID, password_hash: str, now: datetime) -> None:
    await tx.execute(
        "UPDATE core_user SET password_hash = $2, password_changed_at = $3 WHERE id = $1",
        user_id,
        password_hash,
        now,
    )


async def terms_version(tx: Tx) -> str:
    """The newest version of the tenant's terms; "" while it has none."""
    found = await tx.value("SELECT max(version) FROM core_page WHERE slug = 'terms'")
    return "" if found is None else str(found)
