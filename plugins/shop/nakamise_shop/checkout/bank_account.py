"""Where a buyer transfers to, ready to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nakamise.contracts.payments import BankAccount
from nakamise.web import N_, gettext_for

KINDS: Final[Mapping[str, str]] = {
    "ordinary": N_("Ordinary account"),
    "current": N_("Current account"),
    "savings": N_("Savings account"),
}


def lines(account: BankAccount | None, locale: str) -> list[tuple[str, str]]:
    """(label, text) in the order of a bank's form; none without an account."""
    if account is None:
        return []
    _ = gettext_for(locale, "shop")
    kind = KINDS.get(account.kind)
    return [
        (_(N_("Bank")), account.bank),
        (_(N_("Branch")), account.branch),
        (_(N_("Type of account")), _(kind) if kind else account.kind),
        (_(N_("Account number")), account.number),
        (_(N_("Account holder")), account.holder),
    ]
