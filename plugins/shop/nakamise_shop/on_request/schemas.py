"""A request for what a notice keeps: as it is asked, and as staff see it."""

from __future__ import annotations

import enum
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_, Paged

# RFC 5321 §4.5.3.1: 64 octets before the @, 254 in all. Whether it takes mail is the mail server's to say.
_EMAIL: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]{1,189}")


class AskNotice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``email`` is where the answer goes; ``name`` is for the shop's log alone. ``website`` is a trap for programs that
    fill in every field: no person sees it.

    Raises Invalid for what is no address, and for the trap."""

    email: Annotated[str, Meta(max_length=254)]
    name: Annotated[str, Meta(max_length=60)] = ""
    website: Annotated[str, Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        faults: dict[str, FieldError] = {}
        if not _EMAIL.fullmatch(self.email):
            faults["email"] = FieldError(N_("Please enter an e-mail address such as name@example.com."), domain="shop")
        if self.website:
            faults["website"] = FieldError(N_("Please leave this field empty."), domain="shop")
        if faults:
            raise Invalid(faults)


class RequestState(enum.StrEnum):
    """``failed``: the mail did not go out, for good or for longer than ``service.LATE``. ``erased``: the person was
    forgotten before that was known."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    HELPED = "helped"
    ERASED = "erased"


STATES: Final = {
    RequestState.WAITING: (N_("Being sent"), "outline"),
    RequestState.SENT: (N_("Told by mail"), "ok"),
    RequestState.FAILED: (N_("Mail failed"), "danger"),
    RequestState.HELPED: (N_("Told another way"), "ok"),
    RequestState.ERASED: (N_("Erased"), "outline"),
}


class NoticeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``told`` are address and phone as they were told, by item. ``email`` and ``name`` are "" once they are not needed
    any more; ``error`` is what the mail server said last; ``helped_by`` told the person another way."""

    id: uuid.UUID
    shop_id: uuid.UUID
    shop_name: str
    shop_slug: str
    email: str
    name: str
    locale: str
    told: Mapping[str, str]
    state: RequestState
    error: str
    created_at: datetime
    sent_at: datetime | None
    helped_by: str
    helped_at: datetime | None


class NoticeRequestPage(Paged, frozen=True, kw_only=True):
    """Those whose mail did not go out first, then the newest."""

    items: list[NoticeRequest]


class Asked(msgspec.Struct, frozen=True):
    """The answer is on its way to ``email``."""

    email: str
