"""Addresses of a user: as many as twenty, one of them the default."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from nakamise.auth.users import lock_user
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.japan import (
    InvalidText,
    Prefecture,
    format_postal_code,
    parse_kana_name,
    parse_phone,
    parse_postal_code,
)
from nakamise.ui.i18n import N_

MOST: Final = 20
_COLUMNS: Final = (
    "id, label, family_name, given_name, family_kana, given_kana, postal_code, prefecture, city, line1, line2,"
    " phone, is_default"
)
_LONGEST: Final = 100
MESSAGES: Final = {
    "postal_code": N_("Please enter the 7 digits of the postal code."),
    "phone": N_("Please enter a phone number of 10 or 11 digits."),
    "kana": N_("Please enter the reading in katakana or hiragana."),
}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """``postal_code`` and ``phone`` are digits only; kana are full-width katakana; ``line2`` is the building."""

    id: uuid.UUID
    label: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    postal_code: str
    prefecture: str
    city: str
    line1: str
    line2: str
    phone: str
    is_default: bool

    @property
    def name(self) -> str:
        return f"{self.family_name} {self.given_name}"

    @property
    def kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}"

    @property
    def shown_postal_code(self) -> str:
        return format_postal_code(self.postal_code)

    @property
    def place(self) -> str:
        """Prefecture to building, on one line."""
        return f"{self.prefecture}{self.city}{self.line1} {self.line2}".strip()


class AddressInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is typed, in any width and with any dashes; normalised when made. Raises Invalid."""

    label: str = ""
    family_name: str = ""
    given_name: str = ""
    family_kana: str = ""
    given_kana: str = ""
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    line1: str = ""
    line2: str = ""
    phone: str = ""
    is_default: bool = False

    def __post_init__(self) -> None:
        faults: dict[str, FieldError] = {}
        for name in ("family_name", "given_name", "prefecture", "city", "line1"):
            setattr(self, name, getattr(self, name).strip())
            if not getattr(self, name):
                faults[name] = FieldError(N_("Please fill this in."))
        for name in (
            "label",
            "family_name",
            "given_name",
            "family_kana",
            "given_kana",
            "city",
            "line1",
            "line2",
        ):
            if len(getattr(self, name)) > _LONGEST:
                faults[name] = FieldError(N_("Please enter at most %(n)s characters."), n=_LONGEST)
        self._parse("family_kana", parse_kana_name, faults)
        self._parse("given_kana", parse_kana_name, faults)
        self._parse("postal_code", parse_postal_code, faults)
        self._parse("phone", parse_phone, faults)
        if self.prefecture and self.prefecture not in {one.ja for one in Prefecture}:
            faults["prefecture"] = FieldError(N_("Please choose a prefecture."))
        if faults:
            raise Invalid(faults)

    def _parse(self, name: str, parse: Callable[[str], str], faults: dict[str, FieldError]) -> None:
        try:
            setattr(self, name, parse(getattr(self, name)))
        except InvalidText as error:
            faults[name] = FieldError(MESSAGES[error.code])

    def values(self) -> tuple[str, ...]:
        return (
            self.label,
            self.family_name,
            self.given_name,
            self.family_kana,
            self.given_kana,
            self.postal_code,
            self.prefecture,
            self.city,
            self.line1,
            self.line2,
            self.phone,
        )


async def addresses_of(tx: Tx, user_id: uuid.UUID) -> list[Address]:
    """The default first, then the newest."""
    return await tx.all(
        Address,
        f"SELECT {_COLUMNS} FROM core_address WHERE user_id = $1"  # noqa: S608 - a constant
        " ORDER BY is_default DESC, created_at DESC, id DESC",
        user_id,
    )


async def address_of(tx: Tx, user_id: uuid.UUID, address_id: uuid.UUID) -> Address:
    """Raises NotFound, also for somebody else's."""
    found = await tx.first(
        Address,
        f"SELECT {_COLUMNS} FROM core_address WHERE id = $1 AND user_id = $2",  # noqa: S608 - a constant
        address_id,
        user_id,
    )
    if found is None:
        raise NotFound
    return found


async def add_address(tx: Tx, user_id: uuid.UUID, given: AddressInput, now: datetime) -> Address:
    """The first becomes the default. Raises Conflict when there are too many."""
    await lock_user(tx, user_id)
    count = await tx.value("SELECT count(*) FROM core_address WHERE user_id = $1", user_id)
    if count >= MOST:
        raise Conflict(N_("You can keep at most %(n)s addresses."), params={"n": MOST})
    address_id = uuid7()
    await tx.execute(
        "INSERT INTO core_address (id, user_id, label, family_name, given_name, family_kana, given_kana,"
        " postal_code, prefecture, city, line1, line2, phone, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        address_id,
        user_id,
        *given.values(),
        now,
    )
    if given.is_default or count == 0:
        await _make_default(tx, user_id, address_id)
    return await address_of(tx, user_id, address_id)


async def change_address(
    tx: Tx, user_id: uuid.UUID, address_id: uuid.UUID, given: AddressInput, now: datetime
) -> Address:
    """A default stays the default; orders keep what they were placed with. Raises NotFound."""
    await lock_user(tx, user_id)
    await tx.must_touch_one(
        NotFound(),
        "UPDATE core_address SET label = $3, family_name = $4, given_name = $5, family_kana = $6,"
        " given_kana = $7, postal_code = $8, prefecture = $9, city = $10, line1 = $11, line2 = $12,"
        " phone = $13, updated_at = $14 WHERE id = $1 AND user_id = $2",
        address_id,
        user_id,
        *given.values(),
        now,
    )
    if given.is_default:
        await _make_default(tx, user_id, address_id)
    return await address_of(tx, user_id, address_id)


async def choose_default(tx: Tx, user_id: uuid.UUID, address_id: uuid.UUID) -> None:
    """Raises NotFound."""
    await lock_user(tx, user_id)
    await address_of(tx, user_id, address_id)
    await _make_default(tx, user_id, address_id)


async def remove_address(tx: Tx, user_id: uuid.UUID, address_id: uuid.UUID) -> None:
    """The newest of the rest follows a default. Raises NotFound."""
    await lock_user(tx, user_id)
    await tx.must_touch_one(
        NotFound(), "DELETE FROM core_address WHERE id = $1 AND user_id = $2", address_id, user_id
    )
    rest = await addresses_of(tx, user_id)
    if rest and not rest[0].is_default:
        await _make_default(tx, user_id, rest[0].id)


async def _make_default(tx: Tx, user_id: uuid.UUID, address_id: uuid.UUID) -> None:
    # Two statements: a unique index is checked row by row, and the old default must go first.
    await tx.execute("UPDATE core_address SET is_default = false WHERE user_id = $1 AND is_default", user_id)
    await tx.execute(
        "UPDATE core_address SET is_default = true WHERE id = $1 AND user_id = $2", address_id, user_id
    )
