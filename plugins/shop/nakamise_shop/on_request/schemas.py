"""A request for what a notice keeps: as it is asked, and as staff see it."""

from __future__ import annotations

import enum
import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_, Paged

# As core takes them for accounts: what browsers accept (HTML Living Standard §4.10.5.1.5), with a dot in the domain. A
# mailbox has one spelling then but for its case, and that is what the limit of an address counts.
_EMAIL: Final = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)
_EMAIL_MAX: Final = 254


class AskNotice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``email`` is where the answer goes, full-width letters made narrow; ``name`` is for the shop's log alone.
    ``website`` is a trap for programs that fill in every field: no person sees it.

    Raises Invalid for what is no address, and for the trap."""

    email: Annotated[str, Meta(max_length=_EMAIL_MAX)]
    name: Annotated[str, Meta(max_length=60)] = ""
    website: Annotated[str, Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        faults: dict[str, FieldError] = {}
        email = unicodedata.normalize("NFKC", self.email).strip()
        msgspec.structs.force_setattr(self, "email", email)
        if len(email) > _EMAIL_MAX or not _EMAIL.fullmatch(email):
            faults["email"] = FieldError(
                N_("Please enter an e-mail address such as name@example.com."), domain="shop"
            )
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in self.name):
            faults["name"] = FieldError(N_("Please leave out characters that cannot be seen."), domain="shop")
        if self.website:
            faults["website"] = FieldError(N_("Please leave this field empty."), domain="shop")
        if faults:
            raise Invalid(faults)


class RequestState(enum.StrEnum):
    """``failed``: the mail did not go out, for good or for longer than ``log.LATE``. ``erased``: the person was
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
