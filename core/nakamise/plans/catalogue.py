"""The plans that there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plans.usage import Limit
from nakamise.ui.i18n import N_

_COLUMNS: Final = """
SELECT p.id, p.series, p.name, p.name_en, p.monthly_fee, p.fee_bp, p.features, p.is_offered,
       (SELECT coalesce(jsonb_object_agg(l.meter, jsonb_build_object(
            'base', l.base, 'cap', l.cap, 'is_hard', l.is_hard)), '{}')
        FROM plan_limit l WHERE l.plan = p.id) AS limits,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'name_en', o.name_en,
            'meter', o.meter, 'adds', o.adds, 'monthly_fee', o.monthly_fee, 'most', o.most)
            ORDER BY o.meter, o.adds, o.id), '[]')
        FROM plan_option o WHERE o.plan = p.id) AS options
FROM plan p
"""


class PlanLimit(msgspec.Struct, frozen=True):
    """``base`` None: unlimited. Options raise it up to ``cap``, without end when that is None."""

    base: int | None
    cap: int | None
    is_hard: bool


class PlanOption(msgspec.Struct, frozen=True, kw_only=True):
    """``adds`` to the limit of ``meter``, at most ``most`` times; ``monthly_fee`` in yen without tax, each time."""

    id: str
    name: str
    name_en: str
    meter: str
    adds: int
    monthly_fee: int
    most: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``monthly_fee`` in yen without tax, None by quotation; ``fee_bp`` the rate of payments in 1/100 %;
    ``features`` the plugins that only such plans may switch on; ``limits`` by meter, without entry unlimited."""

    id: str
    series: str
    name: str
    name_en: str
    monthly_fee: int | None
    fee_bp: int
    features: tuple[str, ...]
    is_offered: bool
    limits: Mapping[str, PlanLimit]
    options: tuple[PlanOption, ...]

    @property
    def can_be_chosen(self) -> bool:
        """On a page, without asking anybody."""
        return self.is_offered and self.monthly_fee is not None

    def title(self, locale: str) -> str:
        return self.name if locale == "ja" else self.name_en

    def option(self, option_id: str) -> PlanOption | None:
        return next((option for option in self.options if option.id == option_id), None)

    def limit(self, meter: str, options: Mapping[str, int]) -> Limit:
        """The same rule as ``nakamise.limit_of``; ``options`` maps ids to how many times."""
        found = self.limits.get(meter)
        if found is None or found.base is None:
            return Limit(None, found is None or found.is_hard)
        extra = sum(o.adds * options.get(o.id, 0) for o in self.options if o.meter == meter)
        most = found.base + extra
        return Limit(most if found.cap is None else min(most, found.cap), found.is_hard)


async def all_plans(tx: Tx, *, offered_only: bool = True) -> list[Plan]:
    """In a control transaction; in the order of the price list."""
    return await tx.all(Plan, f"{_COLUMNS} WHERE p.is_offered OR NOT $1 ORDER BY p.position", offered_only)


async def plan_by_id(tx: Tx, plan_id: str) -> Plan:
    """Raises Invalid (field ``plan``)."""
    found = await tx.first(Plan, f"{_COLUMNS} WHERE p.id = $1", plan_id)
    if found is None:
        raise Invalid({"plan": FieldError(N_("There is no such plan."))})
    return found
