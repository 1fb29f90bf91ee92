"""The typed hooks. One class is both pluggy's specification and the base that an author overrides.

Each hook states what the host does when an implementation fails (``on_error``) and how long all
implementations together may take (``deadline_s``). ``SKIP`` leaves the plugin out and names it in the
outcome; ``RAISE`` stops the flow, because the caller is inside a transaction or the rule may not be lost.
Implementations run one after another in the declared order of plugins. Hook wrappers are refused.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import pluggy

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.chat import ChatLine, Verdict
from nakamise.contracts.checkout import OrderDraft, OrderRef, RefundDraft, Refusal, RevertReason
from nakamise.contracts.login import LoginMethod, PasswordAccount
from nakamise.contracts.payments import PaymentProvider
from nakamise.contracts.pricing import Adjustment, QuoteDraft, QuoteRequest
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.slots import Slot

PROJECT: Final = "nakamise"
hookimpl: Final = pluggy.HookimplMarker(PROJECT)
_mark: Final = pluggy.HookspecMarker(PROJECT)

F = TypeVar("F", bound=Callable[..., Any])


class OnError(enum.Enum):
    SKIP = "skip"
    RAISE = "raise"


class Policy(NamedTuple):
    on_error: OnError
    deadline_s: float


POLICIES: Final[dict[str, Policy]] = {}
# For hooks that read while a page or a checkout waits. A good one takes a few ms; a miss closes checkout or
# hides a box, so it must not happen because the machine was busy for a moment.
READ_S: Final = 0.5


def _hook(on_error: OnError, deadline_s: float) -> Callable[[F], F]:
    def mark(function: F) -> F:
        POLICIES[function.__name__] = Policy(on_error, deadline_s)
        return _mark(function)

    return mark


class LifecycleHooks:
    """A tenant's switch. Deadlines are generous: these run in an operator's act, not in a page."""

    @_hook(OnError.RAISE, 10.0)
    async def tenant_enabled(self, ctx: TenantCtx, tx: Tx) -> None:
        """Switched on, tables are there, in the same transaction. Must be idempotent."""

    @_hook(OnError.SKIP, 10.0)
    async def tenant_disabled(self, ctx: TenantCtx, tx: Tx) -> None:
        """Switched off. Deletes nothing."""

    @_hook(OnError.RAISE, 900.0)
    async def tenant_seed(self, ctx: TenantCtx, blueprint: Blueprint) -> None:
        """Fill the tenant from ``blueprint.data(<plugin id>)``. Must be idempotent; opens its own transactions."""


class PricingHooks:
    """A failure closes checkout (503) while the page shows the price without the plugin and says so."""

    @_hook(OnError.SKIP, READ_S)
    async def price_facts(self, ctx: TenantCtx, tx: Tx, request: QuoteRequest) -> msgspec.Struct | None:
        """Read what ``price_adjust`` needs. ``tx`` is read-only."""
        return None

    @_hook(OnError.SKIP, READ_S)
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        """Propose reductions. Pure: no I/O, no clock, same answer for the same input.

        ``facts`` holds what ``price_facts`` of this plugin returned, under its own plugin id.
        """
        return None


class CheckoutHooks:
    """Inside the transaction that places the order: a raise means nothing happened and nothing is charged."""

    @_hook(OnError.RAISE, 2.0)
    async def checkout_check(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> Sequence[Refusal] | None:
        """Reasons why this order may not be placed; none = fine."""
        return None

    @_hook(OnError.RAISE, 2.0)
    async def checkout_commit(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
        """Take what this plugin owns (a coupon's use, points): conditional updates only."""

    @_hook(OnError.RAISE, 2.0)
    async def checkout_revert(self, ctx: TenantCtx, tx: Tx, order: OrderRef, why: RevertReason) -> None:
        """The order expired or was cancelled: give back what ``checkout_commit`` took. Idempotent."""

    @_hook(OnError.RAISE, 2.0)
    async def refund_commit(self, ctx: TenantCtx, tx: Tx, refund: RefundDraft) -> None:
        """Part of a paid order goes back, in the transaction that says so: give back your part of it, once for
        each ``refund_id``."""


class PaymentHooks:
    """Ways to pay."""

    @_hook(OnError.SKIP, 0.05)
    def payment_provider(self, ctx: TenantCtx) -> PaymentProvider | None:
        """This plugin's provider, when it is ready to take money for this tenant."""
        return None


class LoginHooks:
    """Other ways to sign in; see ``contracts.login``."""

    @_hook(OnError.SKIP, READ_S)
    async def login_methods(self, ctx: TenantCtx, tx: Tx) -> Sequence[LoginMethod] | None:
        """Buttons for the login page and for accepting an invitation. ``tx`` is read-only."""
        return None

    @_hook(OnError.SKIP, READ_S)
    async def password_login_allowed(self, ctx: TenantCtx, tx: Tx, account: PasswordAccount) -> bool | None:
        """Whether ``account``, whose password was right, may sign in with it; None = no opinion.

        One False refuses. A failure refuses staff and lets others in.
        """
        return None


class ChatHooks:
    """A line of a chat, before anybody else sees it. A failure refuses the line: no rule is dropped in silence."""

    @_hook(OnError.RAISE, READ_S)
    async def chat_judge(self, ctx: TenantCtx, tx: Tx, line: ChatLine) -> Verdict | None:
        """Whether ``line`` may be said; None = yes. Everybody judges what was written, masks add up.

        ``tx`` is the one in which the line is going to be kept: whatever is written in it goes with the line.
        """
        return None


class UiHooks:
    """Boxes on pages."""

    @_hook(OnError.SKIP, 2.0)
    async def slot_context(
        self, ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None
    ) -> Mapping[str, object] | None:
        """What the plugin's templates for ``slot`` need; None = no box now. ``tx`` is read-only."""
        return None


HOOK_CLASSES: Final = (
    LifecycleHooks,
    PricingHooks,
    CheckoutHooks,
    PaymentHooks,
    LoginHooks,
    ChatHooks,
    UiHooks,
)
