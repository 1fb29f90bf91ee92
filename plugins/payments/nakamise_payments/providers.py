"""The providers that other plugins bring, and how they are called."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final, TypeVar

from nakamise.contracts.payments import Offer, PaymentMethod, PaymentProvider, ProviderUnreachable
from nakamise.money import Money
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for
from nakamise_payments.schemas import split_way, way_of

log: Final = logging.getLogger("nakamise.payments")
# A provider that has not answered by then counts as silent.
ANSWER_S: Final = 25.0
# A whole comparison with all providers, whose lists have many pages: less than a job may take (300).
COMPARE_S: Final = 240.0

T = TypeVar("T")


def providers(ctx: TenantCtx) -> dict[str, PaymentProvider]:
    """Those that are on and ready, by the plugin that brings them."""
    return ctx.lineup.call_sync("payment_provider", ctx=ctx).by_plugin()


def methods(ctx: TenantCtx, amount: Money | None = None) -> list[PaymentMethod]:
    """The ways to pay ``amount``, each provider's usual one before its further ones."""
    return [
        _method(ctx, provider_id, found, one)
        for provider_id, found in providers(ctx).items()
        for one in found.offers
        if amount is None or fits(one, amount)
    ]


def _method(ctx: TenantCtx, provider_id: str, found: PaymentProvider, one: Offer) -> PaymentMethod:
    return PaymentMethod(
        way_of(provider_id, one.method),
        gettext_for(ctx.locale, provider_id)(one.label),
        one.form_template,
        found.test_mode,
        method=one.method,
        can_save=one.can_save,
        brands=one.brands,
        origins=one.origins,
        form=one.form,
        min_amount=one.min_amount,
        max_amount=one.max_amount,
    )


def offer(ctx: TenantCtx, way: str) -> Offer | None:
    """None while its provider is off or does not bring it any more."""
    provider_id, method = split_way(way)
    found = providers(ctx).get(provider_id)
    return next((one for one in found.offers if one.method == method), None) if found else None


def fits(one: Offer, amount: Money) -> bool:
    """Whether ``amount`` can be paid this way."""
    return amount.amount >= one.min_amount and (one.max_amount is None or amount.amount <= one.max_amount)


async def forget(ctx: TenantCtx, provider_id: str, reference: str) -> None:
    """A provider that does not answer keeps a card that nobody here can use any more."""
    try:
        await answer(provider(ctx, provider_id).forget(reference))
    except ProviderUnreachable:
        log.warning("%s did not answer when a card was to be forgotten", provider_id)


def provider(ctx: TenantCtx, provider_id: str) -> PaymentProvider:
    """Raises ProviderUnreachable when its plugin is off or not ready."""
    found = providers(ctx).get(provider_id)
    if found is None:
        raise ProviderUnreachable(f"{provider_id} is not ready")
    return found


async def answer(call: Awaitable[T], within: float | None = ANSWER_S) -> T:
    """Raises ProviderUnreachable, whatever went wrong: an error of ours or theirs is no answer. ``within`` seconds;
    None where the caller has a deadline."""
    try:
        async with asyncio.timeout(within):
            return await call
    except ProviderUnreachable:
        raise
    except Exception as error:
        log.exception("the payment provider failed")
        raise ProviderUnreachable(repr(error)) from error
