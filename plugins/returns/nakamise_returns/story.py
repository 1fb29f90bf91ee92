"""A return's history for ``ui.timeline``: what happened, and what comes next."""

from __future__ import annotations

from typing import Any, Final

from nakamise.plugin import TenantCtx
from nakamise_returns.schemas import Return
from nakamise_returns.states import State
from nakamise_returns.words import badges

_NEXT: Final = {
    State.REQUESTED: (State.APPROVED, State.RECEIVED),
    State.APPROVED: (State.RECEIVED,),
}


def story(ctx: TenantCtx, found: Return) -> list[dict[str, Any]]:
    texts = badges(ctx)
    told: list[dict[str, Any]] = [
        {"title": texts[event.kind][0], "state": "done", "at": event.at, "text": event.words}
        for event in found.events
    ]
    if told:
        told[-1]["state"] = "now"
    coming = list(_NEXT.get(found.head.state, ()))
    if found.head.state in (State.REQUESTED, State.APPROVED, State.RECEIVED):
        coming.append(State.REFUNDED if found.head.wish == "refund" else State.EXCHANGED)
    return told + [{"title": texts[state][0], "state": "next"} for state in coming]
