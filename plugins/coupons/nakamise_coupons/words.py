"""What people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from nakamise.contracts.pricing import Bearer
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, local_time, yen
from nakamise_coupons.domain.rules import State, Terms, Why

DOMAIN: Final = "coupons"
Name = TypeVar("Name", bound=str)
WHY: Final[Mapping[Why, str]] = {
    Why.UNKNOWN: N_("This code is not known. Please check how it is written."),
    Why.STOPPED: N_("This code was stopped."),
    Why.OFF: N_("This coupon cannot be used at the moment."),
    Why.NOT_YET: N_("This coupon can be used from %(start)s."),
    Why.OVER: N_("This coupon ended at %(end)s."),
    Why.USED_UP: N_("This coupon has been used up."),
    Why.USED_BY_YOU: N_("You have used this coupon as often as it allows."),
    Why.CODE_USED: N_("This code was used already."),
    Why.NOT_FIRST: N_("This coupon is for first orders only."),
    Why.NOT_LIVE: N_(
        "This coupon counts only while its broadcast runs, for what you put into the cart there."
    ),
    Why.NOT_THESE: N_("This coupon is for other products than those in your cart."),
    Why.BELOW_MIN: N_("This coupon counts from goods worth %(min)s."),
    Why.NO_GAIN: N_("This coupon takes nothing off this cart."),
}
STATES: Final[Mapping[State, tuple[str, str]]] = {
    State.RUNNING: (N_("Running"), "ok"),
    State.SCHEDULED: (N_("Scheduled"), "info"),
    State.ENDED: (N_("Ended"), ""),
    State.USED_UP: (N_("Used up"), "warn"),
    State.OFF: (N_("Off"), "outline"),
    State.ARCHIVED: (N_("Archived"), "outline"),
}
KINDS: Final[Mapping[str, str]] = {
    "percent": N_("Percent off"),
    "fixed": N_("Amount off"),
    "free_shipping": N_("Free shipping"),
}
BEARERS: Final[Mapping[Bearer, str]] = {
    "shop": N_("The shop"),
    "tenant": N_("The site"),
    "platform": N_("The platform"),
}


def words(ctx: TenantCtx) -> Callable[..., str]:
    return gettext_for(ctx.locale, DOMAIN)


def labels(ctx: TenantCtx, named: Mapping[Name, str]) -> dict[Name, str]:
    return {name: words(ctx)(label) for name, label in named.items()}


def state_labels(ctx: TenantCtx) -> list[tuple[State, str]]:
    return [(state, words(ctx)(label)) for state, (label, _kind) in STATES.items()]


def moment(ctx: TenantCtx, at: datetime | None) -> str:
    """To the second, which is part of the time; "" for none."""
    return f"{local_time(at, ctx.tenant.timezone):%Y/%m/%d %H:%M:%S}" if at else ""


def params(ctx: TenantCtx, terms: Terms | None) -> dict[str, object]:
    """What messages of ``WHY`` need."""
    if terms is None:
        return {}
    return {
        "start": moment(ctx, terms.starts_at),
        "end": moment(ctx, terms.ends_at),
        "min": yen(terms.min_goods),
    }


def reason(ctx: TenantCtx, why: Why, terms: Terms | None) -> str:
    return words(ctx)(WHY[why], **params(ctx, terms))


def gain(ctx: TenantCtx, terms: Terms) -> str:
    """What it gives, in a few words."""
    _ = words(ctx)
    if terms.kind == "percent":
        text = _("%(n)s%% off", n=terms.percent)
    elif terms.kind == "fixed":
        text = _("%(amount)s off", amount=yen(terms.amount or 0))
    else:
        text = _("Free shipping")
    most = _("at most %(amount)s", amount=yen(terms.cap)) if terms.cap else ""
    return f"{text} ({most})" if most else text


def conditions(ctx: TenantCtx, terms: Terms) -> list[str]:
    """Everything that a buyer must know before using it."""
    _ = words(ctx)
    found = (
        [_("From goods worth %(amount)s (tax incl.)", amount=yen(terms.min_goods))] if terms.min_goods else []
    )
    if terms.user_limit:
        found.append(_("%(n)s per person", n=terms.user_limit))
    if terms.first_order_only:
        found.append(_("First order only"))
    if terms.broadcast_id:
        found.append(_("During its broadcast only"))
    if terms.starts_at or terms.ends_at:
        until = _("~")
        found.append(f"{moment(ctx, terms.starts_at)} {until} {moment(ctx, terms.ends_at)}".strip())
    return found
