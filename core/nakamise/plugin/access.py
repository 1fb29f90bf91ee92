"""Who may call a route. Every route says one of these in its ``opt``; one that says none fails the start.

@get("/orders", opt=requires("shop.orders.read"))
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

OPT_KEY: Final = "access"
OPT_SENSITIVE: Final = "sensitive"
OPT_ESSENTIAL: Final = "in_maintenance"


class Access(msgspec.Struct, frozen=True):
    """``permission`` None and not ``public``: any signed-in user."""

    public: bool = False
    permission: str | None = None


def anyone() -> dict[str, Any]:
    """Guests too."""
    return {OPT_KEY: Access(public=True)}


def signed_in() -> dict[str, Any]:
    """Any user of the tenant."""
    return {OPT_KEY: Access()}


def requires(permission: str) -> dict[str, Any]:
    """Users one of whose roles carries ``permission``."""
    return {OPT_KEY: Access(permission=permission)}


def sensitive(access: dict[str, Any]) -> dict[str, Any]:
    """``opt=sensitive(signed_in())``: refused to an agency that acts as the user. For passwords, second
    factors, e-mail addresses, bank accounts, payouts."""
    return {**access, OPT_SENSITIVE: True}


def in_maintenance(access: dict[str, Any]) -> dict[str, Any]:
    """``opt=in_maintenance(anyone())``: goes on working while the site is closed, and for users who have not
    agreed to new terms yet. For payments' webhooks, logging in, legal texts."""
    return {**access, OPT_ESSENTIAL: True}
