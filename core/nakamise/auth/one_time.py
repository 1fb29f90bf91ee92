"""Tokens that work once: links in mails, and the step between password and second factor."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from nakamise.auth.keys import token_hash
from nakamise.db import Tx
from nakamise.ids import new_token

Purpose = Literal["verify_email", "change_email", "reset_password", "second_factor"]

LIFETIME: Final[dict[Purpose, timedelta]] = {
    "verify_email": timedelta(hours=24),
    "change_email": timedelta(hours=24),
    "reset_password": timedelta(minutes=60),
    "second_factor": timedelta(minutes=10),
}


class OneTime(msgspec.Struct, frozen=True):
    """What a token stands for; ``email`` is where it was sent, ``next_path`` where to go afterwards."""

    purpose: Purpose
    user_id: uuid.UUID
    email: str
    next_path: str


async def issue(
    tx: Tx, purpose: Purpose, user_id: uuid.UUID, now: datetime, *, email: str = "", next_path: str = ""
) -> str:
    token = new_token()
    await tx.execute(
        "INSERT INTO core_one_time_token (token_hash, purpose, user_id, email, next_path, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        token_hash(token),
        purpose,
        user_id,
        email,
        next_path,
        now,
        now + LIFETIME[purpose],
    )
    return token


async def peek(tx: Tx, purposes: tuple[Purpose, ...], token: str, now: datetime) -> OneTime | None:
    """Without using it up."""
    return await tx.first(
        OneTime,
        "SELECT purpose, user_id, email, next_path FROM core_one_time_token"
        " WHERE token_hash = $1 AND purpose = ANY($2) AND expires_at > $3",
        token_hash(token),
        list(purposes),
        now,
    )


async def use(tx: Tx, purposes: tuple[Purpose, ...], token: str, now: datetime) -> OneTime | None:
    """One conditional DELETE: of two at once, one gets it."""
    return await tx.first(
        OneTime,
        "DELETE FROM core_one_time_token WHERE token_hash = $1 AND purpose = ANY($2) AND expires_at > $3"
        " RETURNING purpose, user_id, email, next_path",
        token_hash(token),
        list(purposes),
        now,
    )


async def withdraw(tx: Tx, user_id: uuid.UUID, *purposes: Purpose) -> None:
    """Links that were sent before work no more."""
    await tx.execute(
        "DELETE FROM core_one_time_token WHERE user_id = $1 AND purpose = ANY($2)", user_id, list(purposes)
    )
