"""How to pay somewhere else: at a till, or by a transfer from one's bank."""

from __future__ import annotations

from datetime import datetime

import msgspec


class StoreCode(msgspec.Struct, frozen=True):
    """What a buyer types or shows at the till of one chain; ``store`` is its id, such as ``lawson``."""

    store: str
    payment_code: str
    confirmation_number: str = ""


class BankAccount(msgspec.Struct, frozen=True):
    """Where to transfer to, as a bank's form asks for it: ``kind`` is ordinary, current or savings (普通, 当座, 貯蓄),
    ``number`` seven digits, ``holder`` in kana."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str


class Instructions(msgspec.Struct, frozen=True):
    """How to pay somewhere else, until ``due_at``. ``kind`` is ``konbini`` or ``bank_transfer``; ``url`` shows the
    voucher. Of a transfer ``account`` is where to, ``reference`` what the payer puts before the name."""

    kind: str
    due_at: datetime
    codes: tuple[StoreCode, ...] = ()
    url: str | None = None
    account: BankAccount | None = None
    reference: str = ""
