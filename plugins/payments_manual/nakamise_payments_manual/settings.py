"""The account that buyers transfer to; the form is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

AccountKind = Literal["ordinary", "current", "savings"]
KINDS = {"ordinary": "Ordinary account", "current": "Current account", "savings": "Savings account"}


class ManualSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not offered until the account is complete."""

    bank: Annotated[str, Meta(max_length=40, title="Bank", description="As in “みずほ銀行”.")] = ""
    branch: Annotated[
        str, Meta(max_length=40, title="Branch", description="With its number, as in “銀座支店（123）”.")
    ] = ""
    kind: Annotated[AccountKind, Meta(title="Type of account", extra={"labels": KINDS})] = "ordinary"
    number: Annotated[
        str,
        Meta(pattern=r"^([0-9]{7})?$", title="Account number", description="Seven digits; zeros in front."),
    ] = ""
    holder: Annotated[
        str,
        Meta(
            max_length=60,
            pattern=r"^[ァ-ヶーｦ-ﾟA-Z0-9Ａ-Ｚ０-９（）()「」．.，,／/－ー \u3000-]*$",
            title="Account holder in katakana",
            description="As the bank writes it, as in “カ）ハナミ”.",
        ),
    ] = ""
    days: Annotated[
        int,
        Meta(
            ge=1,
            le=30,
            title="Days to pay",
            description="Ends at 23:59:59 in Japan. The goods are held until then.",
        ),
    ] = 7
    min_amount: Annotated[int, Meta(ge=1, le=99_999_999, title="Smallest amount in yen")] = 1
    max_amount: Annotated[
        int,
        Meta(ge=1, le=99_999_999, title="Largest amount in yen", description="Outside it is not offered."),
    ] = 1_000_000

    @property
    def is_ready(self) -> bool:
        is_complete = all((self.bank.strip(), self.branch.strip(), self.number, self.holder.strip()))
        return is_complete and self.min_amount <= self.max_amount
