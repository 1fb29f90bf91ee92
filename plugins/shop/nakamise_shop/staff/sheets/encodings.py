"""Files of Japanese spreadsheets: UTF-8, or Windows' Shift_JIS (CP932), there and back without loss."""

from __future__ import annotations

import re
from typing import Final

# The same sign has another code in Windows than in Unicode's own table (Unicode Technical Report 22, CP932).
_WINDOWS: Final = str.maketrans({"〜": "～", "−": "－", "—": "―", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢"})
_REFERENCE: Final = re.compile(r"&#([0-9]{2,7});")


def to_cp932(text: str) -> bytes:
    """What it has no code for becomes ``&#128149;``, which ``of_cp932`` reads again."""
    return text.translate(_WINDOWS).encode("cp932", errors="xmlcharrefreplace")


def of_cp932(data: bytes) -> str:
    """Raises UnicodeDecodeError."""
    return _REFERENCE.sub(_sign, data.decode("cp932"))


def as_in_windows(text: str) -> str:
    """What comes back of ``text`` from a file in CP932."""
    return text.translate(_WINDOWS)


def _sign(match: re.Match[str]) -> str:
    number = int(match[1])
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


def decoded(data: bytes) -> tuple[str, bool]:
    """(text, whether it was CP932). Raises UnicodeDecodeError for neither."""
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return of_cp932(data), True
