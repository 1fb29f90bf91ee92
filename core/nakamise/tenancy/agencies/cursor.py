"""Where a list goes on: the last row's key, opaque to whoever holds it."""

from __future__ import annotations

import base64
import binascii
import uuid

import msgspec

from nakamise.errors import BadRequest
from nakamise.ui.i18n import N_


class After(msgspec.Struct, frozen=True, array_like=True):
    """``sort`` names the order that ``key`` belongs to."""

    sort: str
    key: str
    id: uuid.UUID


def pack(after: After) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(after)).rstrip(b"=").decode()


def unpack(text: str | None, sort: str) -> After | None:
    """Raises BadRequest for what ``pack`` never made for this order."""
    if not text:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        after = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=After)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise BadRequest(N_("The request could not be understood.")) from error
    if after.sort != sort:
        raise BadRequest(N_("The request could not be understood."))
    return after


def like(search: str) -> str:
    """A pattern for LIKE that finds ``search`` anywhere, taken literally; "" finds everything."""
    words = search.strip()
    for sign in ("\\", "%", "_"):
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%"
