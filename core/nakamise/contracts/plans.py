"""Plans, options and revenue shares as the control plane speaks of them; amounts in yen without tax."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

ShareKind = Literal["platform", "agency", "broadcaster"]


class OptionLine(msgspec.Struct, frozen=True, kw_only=True):
    """An option of the tenant's plan: ``times`` it has it, ``most`` it may; yen a month for each, without and
    with tax."""

    id: str
    title: str
    net: int
    gross: int
    times: int
    most: int


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a share of the tenant's sales; ``rate_bp`` in 1/100 %. ``is_now``: it is in force."""

    kind: ShareKind
    rate_bp: int
    valid_from: datetime
    is_now: bool


class PlanPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether tenants change their plan themselves; else they are shown ``contact``: an address or a sentence."""

    lets_tenants_choose_plans: bool
    contact: str = ""


class LimitDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``base`` of ``meter``; options raise it up to ``cap``, None: without end. Not ``is_hard``: it only warns."""

    meter: str
    base: int
    cap: int | None = None
    is_hard: bool = True


class OptionDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``adds`` to the limit of ``meter``, at most ``most`` times, for ``monthly_fee`` yen without tax each."""

    id: str
    name: str
    name_en: str
    meter: str
    adds: int
    monthly_fee: int
    most: int = 1


class PlanDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan as operators write it. ``monthly_fee`` in yen without tax, None by quotation; ``fee_bp`` the rate
    of payments in 1/100 %; ``features`` are plugins that only such plans have; what has no limit is unlimited."""

    id: str
    series: str
    name: str
    name_en: str
    monthly_fee: int | None = None
    fee_bp: int = 0
    features: tuple[str, ...] = ()
    is_offered: bool = True
    limits: tuple[LimitDraft, ...] = ()
    options: tuple[OptionDraft, ...] = ()


class CataloguePlan(msgspec.Struct, frozen=True, kw_only=True):
    """``tenants`` are on it: then only its names, prices and whether it is offered can be changed."""

    plan: PlanDraft
    tenants: int


class ClosedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a tenant that is gone: its short name, and what it was charged in yen without tax."""

    tenant: str
    month: date
    net: int
    lines: int


class ChargeLine(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` in yen without tax, negative for a credit; both days included."""

    name: str
    times: int
    first_day: date
    last_day: date
    amount: int


class MonthCharge(msgspec.Struct, frozen=True, kw_only=True):
    """Yen without and with tax."""

    month: date
    lines: tuple[ChargeLine, ...]
    net: int
    gross: int
