"""What is wrong with a plan that an operator wrote, by field name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nakamise.contracts.plans import PlanDraft
from nakamise.contracts.shares import WHOLE_BP
from nakamise.errors import FieldError
from nakamise.ui.i18n import N_

_ID: Final = re.compile(r"[a-z][a-z0-9_]{1,29}\Z")
_NAME_MAX: Final = 60
_WRONG_ID: Final = N_("Use 2 to 30 small letters, digits and underscores.")
_NO_METER: Final = N_("There is nothing to count under this name: %(name)s")


def faults_of(draft: PlanDraft) -> dict[str, FieldError]:
    faults = dict(_of_plan(draft))
    for name, fault in (*_of_limits(draft), *_of_options(draft)):
        faults.setdefault(name, fault)
    return faults


def _of_plan(draft: PlanDraft) -> Iterator[tuple[str, FieldError]]:
    if _ID.match(draft.id) is None:
        yield "id", FieldError(_WRONG_ID)
    if _ID.match(draft.series) is None:
        yield "series", FieldError(_WRONG_ID)
    for name in ("name", "name_en"):
        if not 0 < len(getattr(draft, name).strip()) <= _NAME_MAX:
            yield name, FieldError(N_("Please enter 1 to %(n)s characters."), n=_NAME_MAX)
    if draft.monthly_fee is not None and draft.monthly_fee < 0:
        yield "monthly_fee", FieldError(N_("Please enter a number of at least 0."))
    if not 0 <= draft.fee_bp <= WHOLE_BP:
        yield "fee_bp", FieldError(N_("Please enter a rate from 0 to 100 %."))
    # Plugins may be sold before they are installed.
    if wrong := [name for name in draft.features if _ID.match(name) is None]:
        yield "features", FieldError(N_("This is no plugin's name: %(name)s"), name=wrong[0])


def _of_limits(draft: PlanDraft) -> Iterator[tuple[str, FieldError]]:
    for limit in draft.limits:
        if re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", limit.meter) is None:
            yield "limits", FieldError(_NO_METER, name=limit.meter)
        elif limit.base < 0 or (limit.cap is not None and limit.cap < limit.base):
            yield (
                "limits",
                FieldError(
                    N_("A limit is at least 0, and its end is not below it: %(name)s"), name=limit.meter
                ),
            )
    if len({limit.meter for limit in draft.limits}) != len(draft.limits):
        yield "limits", FieldError(N_("Each limit can be there once."))


def _of_options(draft: PlanDraft) -> Iterator[tuple[str, FieldError]]:
    limited = {limit.meter for limit in draft.limits}
    for option in draft.options:
        if _ID.match(option.id) is None:
            yield "options", FieldError(_WRONG_ID)
        elif option.meter not in limited:
            yield "options", FieldError(_NO_METER, name=option.meter)
        elif min(option.adds, option.most) < 1 or option.monthly_fee < 0:
            yield (
                "options",
                FieldError(N_("An option adds at least 1, and costs at least 0: %(name)s"), name=option.id),
            )
        elif not option.name.strip() or not option.name_en.strip():
            yield (
                "options",
                FieldError(N_("An option needs a name in both languages: %(name)s"), name=option.id),
            )
    if len({option.id for option in draft.options}) != len(draft.options):
        yield "options", FieldError(N_("Each option can be there once."))
