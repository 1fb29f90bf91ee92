"""What the buyer saw when confirming, as one opaque text that comes back with the order.

If it is not what would be ordered now, nothing is placed and the differences are shown.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import uuid
from collections.abc import Mapping

import msgspec

from nakamise.contracts.addresses import Address
from nakamise_shop.cart.schemas import Cart


class SeenLine(msgspec.Struct, frozen=True, array_like=True):
    """``unit`` and ``net`` as in the quote; both -1 for a line that cannot be bought."""

    variant_id: uuid.UUID
    qty: int
    unit: int
    net: int


class Confirmed(msgspec.Struct, frozen=True, array_like=True):
    address: str
    lines: list[SeenLine]
    shipping: int
    total: int
    due: int
    inputs: str = ""


class ChangeKind(enum.StrEnum):
    PRICE = "price"
    QUANTITY = "quantity"
    GONE = "gone"
    ADDED = "added"
    SHIPPING = "shipping"
    TOTAL = "total"
    ADDRESS = "address"
    INPUTS = "inputs"


class Change(msgspec.Struct, frozen=True):
    """``before`` and ``now`` are yen or pieces, by ``kind``; ``name`` is a line's."""

    kind: ChangeKind
    name: str = ""
    before: int = 0
    now: int = 0


def confirmed(cart: Cart, address: Address) -> Confirmed:
    quoted = {line.line_id: line for shop in cart.quote.shops for line in shop.lines} if cart.quote else {}
    lines = []
    for line in cart.lines:
        found = quoted.get(str(line.variant_id))
        unit, net = (found.unit_amount, found.net) if found else (-1, -1)
        lines.append(SeenLine(line.variant_id, line.quantity, unit, net))
    return Confirmed(
        _digest(address),
        sorted(lines, key=lambda line: line.variant_id),
        cart.quote.shipping if cart.quote else 0,
        cart.quote.total if cart.quote else 0,
        cart.quote.due if cart.quote else 0,
        _digest(_priced(cart.inputs)),
    )


def encode(seen: Confirmed) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(seen)).decode().rstrip("=")


def decode(text: str) -> Confirmed | None:
    """None for anything that is not ours."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Confirmed)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        return None


def changes(before: Confirmed, now: Confirmed, names: dict[uuid.UUID, str]) -> list[Change]:
    """What differs, in words that a page can show; empty when nothing does."""
    found = _line_changes(before, now, names)
    if before.shipping != now.shipping:
        found.append(Change(ChangeKind.SHIPPING, "", before.shipping, now.shipping))
    if before.due != now.due:
        found.append(Change(ChangeKind.TOTAL, "", before.due, now.due))
    if before.address != now.address:
        found.append(Change(ChangeKind.ADDRESS))
    if before.inputs != now.inputs:
        found.append(Change(ChangeKind.INPUTS))
    return found


def _line_changes(before: Confirmed, now: Confirmed, names: dict[uuid.UUID, str]) -> list[Change]:
    old = {line.variant_id: line for line in before.lines}
    new = {line.variant_id: line for line in now.lines}
    found = []
    for variant_id in sorted(old.keys() | new.keys()):
        was, is_ = old.get(variant_id), new.get(variant_id)
        name = names.get(variant_id, "")
        if was is None and is_ is not None:
            found.append(Change(ChangeKind.ADDED, name, 0, is_.qty))
        elif is_ is None or is_.unit < 0:
            found.append(Change(ChangeKind.GONE, name))
        elif was is not None and was.qty != is_.qty:
            found.append(Change(ChangeKind.QUANTITY, name, was.qty, is_.qty))
        elif was is not None and was.unit != is_.unit:
            found.append(Change(ChangeKind.PRICE, name, was.unit, is_.unit))
    return found


def _priced(inputs: Mapping[str, str]) -> dict[str, str]:
    """Without what buyers only tell the shop, which changes no amount and is kept while they type."""
    return {name: value for name, value in inputs.items() if not name.startswith("shop.")}


def _digest(seen: object) -> str:
    return hashlib.sha256(msgspec.json.encode(seen, order="sorted")).hexdigest()[:16]
