"""What nobody may say inside a transaction that was begun for him: who he is, where, and when it ends."""

from __future__ import annotations

import functools
import re
from typing import Final

from nakamise.errors import NakamiseError

_COMMENTS: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_FORBIDDEN: Final = re.compile(
    r"(?:^|;)\s*(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE|SET|RESET|DISCARD)\b"
    r"|\bset_config\s*\(",
    re.IGNORECASE,
)
TEXTS_MAX: Final = 4096


class TransactionControl(NakamiseError):
    """A statement would end the transaction, or change its role or search path: they are the core's."""


@functools.lru_cache(maxsize=TEXTS_MAX)
def check_statement(text: str) -> str:
    """``text`` itself. Raises TransactionControl."""
    if _FORBIDDEN.search(_COMMENTS.sub(" ", text)):
        raise TransactionControl(f"not inside a transaction: {text[:80]}")
    return text
