"""What the log's card needs on any page."""

from __future__ import annotations

from typing import Any

from nakamise.plugin import TenantCtx
from nakamise.web import NavLink, page_base
from nakamise.web import page_address as address
from nakamise_webhooks.deliveries.schemas import LogFilter, LogPage
from nakamise_webhooks.words import STATES, reasons, states, words


def log_view(ctx: TenantCtx, path: str, wanted: LogFilter, found: LogPage) -> dict[str, Any]:
    return {
        "log": found,
        "wanted": wanted,
        "path": path,
        "tabs": _tabs(ctx, path, wanted, found),
        "states": states(ctx),
        "reasons": reasons(ctx),
        "paging": page_base(address(path, wanted)),
        "export": address(f"{path}/deliveries.csv", wanted),
    }


def _tabs(ctx: TenantCtx, path: str, wanted: LogFilter, found: LogPage) -> list[NavLink]:
    _ = words(ctx)
    names = [("", _("All")), *((state, _(label)) for state, (label, _kind) in STATES.items())]
    counts = found.counts | {"": sum(found.counts.values())}
    return [
        NavLink(
            label=name,
            href=address(path, wanted, state=state),
            current=wanted.state == state,
            count=counts.get(state, 0),
        )
        for state, name in names
    ]
