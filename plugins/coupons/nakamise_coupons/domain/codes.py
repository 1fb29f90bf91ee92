"""Codes: one form for comparing, and an alphabet in which nothing looks like something else."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final

# Without 0 and O, 1, I and L.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SHARED_LENGTH: Final = 8
SINGLE_LENGTH: Final = 10
_HYPHENS: Final = re.compile("[‐‑‒–—―−ー－]")
_CODE: Final = re.compile(r"[A-Z0-9-]{3,32}")


def normal(typed: str) -> str:
    """As codes are compared: full width, small letters, blanks and kinds of hyphens do not matter."""
    plain = unicodedata.normalize("NFKC", _HYPHENS.sub("-", typed))
    return "".join(plain.split()).upper()


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def new_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
