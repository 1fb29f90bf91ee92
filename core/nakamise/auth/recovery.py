"""Recovery codes: the way in when the phone is lost. Ten of 80 random bits, each works once."""

from __future__ import annotations

import base64
import os
import uuid
from typing import Final

from nakamise.auth.keys import token_hash
from nakamise.db import Tx

COUNT: Final = 10
_BYTES: Final = 10
_GROUP: Final = 4


async def replace_codes(tx: Tx, user_id: uuid.UUID) -> list[str]:
    """New codes, to be shown once; the old ones work no more."""
    codes = [_new_code() for _ in range(COUNT)]
    await drop_codes(tx, user_id)
    await tx.execute_many(
        "INSERT INTO core_recovery_code (user_id, code_hash) VALUES ($1, $2)",
        [(user_id, _hash(code)) for code in codes],
    )
    return codes


async def use_code(tx: Tx, user_id: uuid.UUID, code: str) -> bool:
    """Whether ``code`` was good; of two uses at once one wins."""
    used = await tx.value(
        "DELETE FROM core_recovery_code WHERE user_id = $1 AND code_hash = $2 RETURNING true",
        user_id,
        _hash(code),
    )
    return used is True


async def codes_left(tx: Tx, user_id: uuid.UUID) -> int:
    left = await tx.value("SELECT count(*) FROM core_recovery_code WHERE user_id = $1", user_id)
    return int(left)


async def drop_codes(tx: Tx, user_id: uuid.UUID) -> None:
    await tx.execute("DELETE FROM core_recovery_code WHERE user_id = $1", user_id)


def _new_code() -> str:
    text = base64.b32encode(os.urandom(_BYTES)).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _hash(code: str) -> bytes:
    return token_hash("".join(character for character in code.lower() if character.isalnum()))
