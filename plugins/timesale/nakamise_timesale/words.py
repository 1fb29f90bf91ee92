"""What people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from nakamise.contracts.catalog import Doubt
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, local_time
from nakamise_timesale.domain.rules import State

DOMAIN: Final = "timesale"
STATES: Final[Mapping[State, tuple[str, str]]] = {
    State.DRAFT: (N_("Draft"), "outline"),
    State.SCHEDULED: (N_("Scheduled"), "info"),
    State.RUNNING: (N_("Running"), "live"),
    State.ENDED: (N_("Ended"), ""),
    State.ARCHIVED: (N_("Archived"), "outline"),
}
DOUBTS: Final[Mapping[Doubt, str]] = {
    "": N_("The regular price is struck through beside the sale price."),
    "never": N_("Only the sale price is shown: the regular price was not charged in the eight weeks before."),
    "too_short": N_(
        "Only the sale price is shown: the regular price was charged for less than two weeks in all."
    ),
    "too_rarely": N_(
        "Only the sale price is shown: the regular price was charged for half of the time on sale or less."
    ),
    "too_long_ago": N_(
        "Only the sale price is shown: the regular price was charged more than two weeks before for the last time."
    ),
}


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, DOMAIN)


def labels(ctx: TenantCtx, named: Mapping[str, str]) -> dict[str, str]:
    return {name: words(ctx)(label) for name, label in named.items()}


def state_labels(ctx: TenantCtx) -> list[tuple[State, str]]:
    return [(state, words(ctx)(label)) for state, (label, _kind) in STATES.items()]


def moment(ctx: TenantCtx, at: datetime | None) -> str:
    """To the second, which is part of the time; "" for none."""
    return f"{local_time(at, ctx.tenant.timezone):%Y/%m/%d %H:%M:%S}" if at else ""
