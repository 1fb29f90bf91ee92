"""What a host types about a broadcast, as the form gives it: wall times of the site's zone, text with its line ends."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.errors import FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_, local_time
from nakamise_livestream.broadcasts.schemas import (
    DESCRIPTION_MAX,
    Broadcast,
    BroadcastChange,
    LabelInput,
    NewBroadcast,
    Title,
)
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.words import DOMAIN

LABELS: Final = {
    "title": N_("Title"),
    "description": N_("Description"),
    "category_id": N_("Category"),
    "scheduled_for": N_("Start"),
    "weekly": N_("Every week at this time"),
    "until": N_("Until"),
    "is_sponsored": N_("This broadcast is advertising (PR)"),
    "sponsor": N_("Whose advertising"),
    "picture": N_("Cover picture"),
    "email": N_("E-mail address"),
}


class PlanForm(msgspec.Struct, frozen=True, kw_only=True):
    """``scheduled_for`` "YYYY-MM-DDThh:mm" and ``until`` "YYYY-MM-DD", or ""."""

    title: Title
    description: str = ""
    category_id: uuid.UUID | None = None
    scheduled_for: Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)?$")] = ""
    weekly: bool = False
    until: Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""
    is_sponsored: bool = False
    sponsor: Annotated[str, Meta(max_length=100)] = ""
    version: int = 0

    def new(self, ctx: TenantCtx) -> NewBroadcast:
        """Raises Invalid."""
        return NewBroadcast(
            title=self.title,
            description=self._text(),
            category_id=self.category_id,
            scheduled_for=_moment(ctx, "scheduled_for", self.scheduled_for),
            weekly=self.weekly,
            until=_moment(ctx, "until", f"{self.until}T23:59" if self.until else ""),
        )

    def change(self, ctx: TenantCtx, before: Broadcast) -> BroadcastChange:
        """Raises Invalid. Once it has started its time is not in the form any more."""
        is_open = before.state is State.SCHEDULED
        at = _moment(ctx, "scheduled_for", self.scheduled_for) if is_open else before.scheduled_for
        if wall(ctx, at) == wall(ctx, before.scheduled_for):
            at = before.scheduled_for
        return BroadcastChange(
            title=self.title,
            description=self._text(),
            category_id=self.category_id,
            scheduled_for=at,
            version=self.version,
        )

    def label(self) -> LabelInput:
        return LabelInput(is_sponsored=self.is_sponsored, sponsor=self.sponsor)

    def _text(self) -> str:
        """Browsers send two characters for a line's end, and count one."""
        text = self.description.replace("\r\n", "\n")
        if len(text) > DESCRIPTION_MAX:
            fault = FieldError(N_("At most %(n)s characters."), domain=DOMAIN, n=DESCRIPTION_MAX)
            raise Invalid({"description": fault})
        return text


def wall(ctx: TenantCtx, at: datetime | None) -> str:
    """As ``<input type="datetime-local">`` has it; "" for None."""
    return f"{local_time(at, ctx.tenant.zone.key):%Y-%m-%dT%H:%M}" if at else ""


def typed(ctx: TenantCtx, found: Broadcast) -> dict[str, object]:
    """The form's values for what is there."""
    fields = msgspec.structs.asdict(found)
    return fields | {"scheduled_for": wall(ctx, found.scheduled_for), "category_id": found.category_id or ""}


def _moment(ctx: TenantCtx, field: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid({field: FieldError(N_("There is no such day."), domain=DOMAIN)}) from error
    return datetime.combine(found.date(), time(found.hour, found.minute), tzinfo=ctx.tenant.zone)
