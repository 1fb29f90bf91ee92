"""One parcel's slip: its fields by name, and everything that is to be said about it before it is written."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from nakamise_shipping.carriers.layout import Layout
from nakamise_shipping.carriers.text import fitted, width, wrapped
from nakamise_shipping.domain.config import Sender, Temperature

_PHONE: Final = re.compile(r"0\d{9,10}")


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """``place`` is prefecture to house number; ``phone`` and ``postal_code`` in digits."""

    name: str
    phone: str
    postal_code: str
    place: str
    building: str = ""


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """``ref`` is what comes back with the tracking number; ``hours`` a code of the carrier, ``travel_days`` from
    ``ship_day`` to the arrival, ``day`` the one that was wished; ``odd_day`` is what is odd about ``ship_day``,
    ``leaves_on`` the day on which it was to be."""

    ref: str
    to: Party
    sender: Sender
    ship_day: date
    temperature: Temperature = Temperature.NORMAL
    travel_days: int = 0
    day: date | None = None
    hours: str = ""
    odd_day: Literal["", "closed_day", "past_day"] = ""
    leaves_on: date | None = None
    contents: str
    gift: str = ""

    @property
    def arrives(self) -> date:
        """The earliest day."""
        return self.ship_day + timedelta(days=self.travel_days)


class Grave(enum.StrEnum):
    """``fault``: the slip cannot be written. ``change``: it can, otherwise than it was typed. ``warning``: it can, but
    somebody should do something about it."""

    FAULT = "fault"
    CHANGE = "change"
    WARNING = "warning"


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """``column`` is its head in the file. ``kind``: missing, too_long, unknown (characters ``before``), swapped
    (``before`` is written as ``now``), split (over the fields ``now``), late (wished for the day ``before``, arrives
    on ``now`` at the earliest), unknown_hours (the carrier has no code ``before``), closed_day and past_day (nothing
    leaves on ``before``), delayed (was to leave on ``before``)."""

    level: Grave
    kind: str
    column: str
    before: str = ""
    now: str = ""


class Checked(msgspec.Struct, frozen=True):
    """``fields`` by name, ready to be written unless a remark is a fault."""

    slip: Slip
    fields: Mapping[str, str]
    remarks: tuple[Remark, ...]

    @property
    def is_fine(self) -> bool:
        return all(one.level is not Grave.FAULT for one in self.remarks)


def checked(slip: Slip, layout: Layout) -> Checked:
    """Every fault and change at once."""
    work = _Work(layout)
    work.party("to", slip.to, layout.address, layout.names)
    work.party("from", _as_party(slip.sender), layout.from_address, layout.from_names)
    work.text("contents", slip.contents)
    work.text("gift", slip.gift)
    for field, value in _codes(slip, layout).items():
        work.fields[field] = value
    work.check_hours()
    work.check_columns()
    work.check_days(slip)
    return Checked(slip, work.fields, tuple(work.remarks))


def _codes(slip: Slip, layout: Layout) -> dict[str, str]:
    return {
        "ref": slip.ref,
        "ship_day": slip.ship_day.strftime(layout.date_format),
        "day": slip.day.strftime(layout.date_format) if slip.day else "",
        "hours": slip.hours,
        "temperature": layout.temperatures[slip.temperature.value],
        "customer_code": slip.sender.customer_code,
        "freight_code": slip.sender.freight_code,
    }


def _as_party(sender: Sender) -> Party:
    return Party(
        name=sender.name,
        phone=sender.phone,
        postal_code=sender.postal_code,
        place=sender.address,
        building=sender.building,
    )


class _Work:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.fields: dict[str, str] = {}
        self.remarks: list[Remark] = []

    def party(self, who: str, party: Party, address: tuple[str, ...], names: tuple[str, ...]) -> None:
        self.fields[f"{who}_phone"] = phone_of(party.phone)
        self.fields[f"{who}_postal"] = postal_of(party.postal_code)
        self._spread(names, [self._clean(names[0], party.name)])
        parts = [self._clean(address[0], party.place), self._clean(address[0], party.building)]
        self._spread(address, [part for part in parts if part])

    def text(self, field: str, value: str) -> None:
        if self.layout.has(field):
            self.fields[field] = self._clean(field, value)

    def check_columns(self) -> None:
        for column in self.layout.columns:
            value = self.fields.get(column.field, "")
            if column.required and not value:
                self._remark(Grave.FAULT, "missing", column.field)
            if column.width and width(value) > column.width:
                self._remark(Grave.FAULT, "too_long", column.field, before=value)

    def check_hours(self) -> None:
        """Hours of another carrier, or such as this one had once, would be read as others or not at all."""
        code = self.fields["hours"]
        if code and code not in dict(self.layout.hours):
            self._remark(Grave.FAULT, "unknown_hours", "hours", before=code)
            self.fields["hours"] = ""

    def check_days(self, slip: Slip) -> None:
        """A carrier refuses a wished day that it cannot keep, or brings the parcel when it comes; and a label for a
        day on which nobody hands it over is void."""
        if slip.odd_day:
            self._remark(Grave.WARNING, slip.odd_day, "ship_day", before=slip.ship_day.isoformat())
        if slip.leaves_on is not None and slip.leaves_on < slip.ship_day:
            self._remark(Grave.WARNING, "delayed", "ship_day", before=slip.leaves_on.isoformat())
        if slip.day is not None and slip.day < slip.arrives:
            self._remark(
                Grave.WARNING, "late", "day", before=slip.day.isoformat(), now=slip.arrives.isoformat()
            )

    def _clean(self, field: str, value: str) -> str:
        fit = fitted(value.strip(), self.layout.kanji)
        for swap in fit.swaps:
            self._remark(Grave.CHANGE, "swapped", field, before=swap.before, now=swap.now)
        if fit.unknown:
            self._remark(Grave.FAULT, "unknown", field, before=" ".join(fit.unknown))
        return fit.text

    def _spread(self, fields: tuple[str, ...], parts: list[str]) -> None:
        """Each part begins a field of its own where there is room; else one after the other."""
        rooms = [self.layout.width(field) for field in fields]
        lines = _apart(parts, rooms) or wrapped(" ".join(parts), rooms)
        if lines is None:
            self.fields[fields[0]] = " ".join(parts)
            return
        self.fields |= dict(zip(fields, lines, strict=False))
        if len(lines) > len(parts):
            self._remark(Grave.CHANGE, "split", fields[0], before=" ".join(parts), now=" / ".join(lines))

    def _remark(self, level: Grave, kind: str, field: str, before: str = "", now: str = "") -> None:
        column = next((one.name for one in self.layout.columns if one.field == field), field)
        found = Remark(level=level, kind=kind, column=column, before=before, now=now)
        if found not in self.remarks:
            self.remarks.append(found)


def _apart(parts: list[str], rooms: list[int]) -> list[str] | None:
    lines: list[str] = []
    for part in parts:
        found = wrapped(part, rooms[len(lines) :])
        if found is None:
            return None
        lines += found
    return lines


def phone_of(text: str) -> str:
    """As it was typed by staff, else with hyphens by the usual lengths; "" for what is no phone number."""
    digits = re.sub(r"\D", "", text)
    if not _PHONE.fullmatch(digits):
        return ""
    if "-" in text:
        return text
    if len(digits) == 11 or digits.startswith(("0120", "0800", "0570")):
        return f"{digits[:-8]}-{digits[-8:-4]}-{digits[-4:]}" if len(digits) == 11 else _free(digits)
    area = 2 if digits[:2] in ("03", "06") else 3
    return f"{digits[:area]}-{digits[area:-4]}-{digits[-4:]}"


def _free(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"


def postal_of(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else ""
