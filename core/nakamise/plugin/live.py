"""News for pages that are open now.

A ``LiveTopic`` in the manifest says who may hear it; ``await ctx.push(tx, "hello.greeted", Greeted(…))`` tells all
open pages of the tenant when ``tx`` commits; a page listens with ``import {live} from "ui/live"`` and
``live.on("hello.greeted", (data) => …)``. A page that is not connected at that moment hears nothing, so this is
for showing at once what the next load would show anyway.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class LiveTopic(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` starts with the plugin's id.

    ``audience``: ``site`` = everybody, guests too; ``user`` = the one user named by ``ctx.push(…, user_id=…)``;
    ``staff`` = whoever holds ``permission``.
    """

    id: str
    audience: Literal["site", "user", "staff"] = "site"
    permission: str | None = None

    def __post_init__(self) -> None:
        if (self.audience == "staff") != (self.permission is not None):
            raise ValueError(f"live topic {self.id!r}: staff and a permission go together")
