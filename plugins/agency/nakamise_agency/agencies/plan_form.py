"""A plan as a form: limits and options are lines of text, one each."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.contracts.plans import LimitDraft, OptionDraft, PlanDraft
from nakamise.errors import FieldError, Invalid
from nakamise.web import N_

_WARNS = "warn"
_OPTION_PARTS = 7
_LIMIT_PARTS = (2, 3, 4)


class PlanForm(msgspec.Struct, kw_only=True):
    """``rate`` in percent; no ``monthly_fee``: by quotation. A limit is ``meter, base, cap, warn``; an option
    ``id, meter, adds, fee, most, name, English name``."""

    id: str = ""
    series: str = ""
    name: str = ""
    name_en: str = ""
    monthly_fee: int | None = None
    rate: Annotated[str, Meta(pattern=r"^\d{1,3}(\.\d{1,2})?$")] = "0"
    features: str = ""
    is_offered: bool = False
    limits: str = ""
    options: str = ""

    def draft(self) -> PlanDraft:
        """Raises Invalid naming the line that cannot be read."""
        whole, _, rest = self.rate.partition(".")
        return PlanDraft(
            id=self.id.strip(),
            series=self.series.strip(),
            name=self.name.strip(),
            name_en=self.name_en.strip(),
            monthly_fee=self.monthly_fee,
            fee_bp=int(whole) * 100 + int(rest.ljust(2, "0")),
            features=tuple(self.features.replace(",", " ").split()),
            is_offered=self.is_offered,
            limits=tuple(_limit(line) for line in _lines(self.limits)),
            options=tuple(_option(line) for line in _lines(self.options)),
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _limit(line: str) -> LimitDraft:
    parts = [part.strip() for part in line.split(",")]
    if len(parts) not in _LIMIT_PARTS:
        raise _unreadable("limits", line)
    try:
        padded = [*parts, "", ""]
        cap = int(padded[2]) if padded[2] else None
        return LimitDraft(meter=parts[0], base=int(parts[1]), cap=cap, is_hard=padded[3] != _WARNS)
    except ValueError as error:
        raise _unreadable("limits", line) from error


def _option(line: str) -> OptionDraft:
    parts = [part.strip() for part in line.split(",")]
    if len(parts) != _OPTION_PARTS:
        raise _unreadable("options", line)
    try:
        id_, meter, adds, fee, most, name, name_en = parts
        return OptionDraft(
            id=id_,
            meter=meter,
            adds=int(adds),
            monthly_fee=int(fee),
            most=int(most),
            name=name,
            name_en=name_en,
        )
    except ValueError as error:
        raise _unreadable("options", line) from error


def _unreadable(field: str, line: str) -> Invalid:
    said = FieldError(N_("This line cannot be read: %(line)s"), domain="agency", line=line[:80])
    return Invalid({field: said})


def shown(plan: PlanDraft) -> dict[str, object]:
    """The form's values of a plan."""
    rate = f"{plan.fee_bp // 100}.{plan.fee_bp % 100:02d}".rstrip("0").rstrip(".")
    return {
        "id": plan.id,
        "series": plan.series,
        "name": plan.name,
        "name_en": plan.name_en,
        "monthly_fee": "" if plan.monthly_fee is None else plan.monthly_fee,
        "rate": rate,
        "features": ", ".join(plan.features),
        "is_offered": plan.is_offered,
        "limits": "\n".join(_limit_line(limit) for limit in plan.limits),
        "options": "\n".join(
            f"{o.id}, {o.meter}, {o.adds}, {o.monthly_fee}, {o.most}, {o.name}, {o.name_en}"
            for o in plan.options
        ),
    }


def _limit_line(limit: LimitDraft) -> str:
    cap = "" if limit.cap is None else str(limit.cap)
    parts = [limit.meter, str(limit.base), cap, "" if limit.is_hard else _WARNS]
    while not parts[-1]:
        parts.pop()
    return ", ".join(parts)
