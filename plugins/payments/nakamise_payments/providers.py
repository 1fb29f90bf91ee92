"""The providers that other plugins bring, and how they are called."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final, TypeVar

from nakamise.contracts.payments import PaymentMethod, PaymentProvider, ProviderUnreachable
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for

log: Final = logging.getLogger("nakamise.payments")
# A provider that has not answered by then counts as silent.
ANSWER_S: Final = 25.0

T = TypeVar("T")


def providers(ctx: TenantCtx) -> dict[str, PaymentProvider]:
    """Those that are on and ready, by the plugin that brings them."""
    return ctx.lineup.call_sync("payment_provider", ctx=ctx).by_plugin()


def methods(ctx: TenantCtx) -> list[PaymentMethod]:
    return [
        PaymentMethod(
            provider_id,
            gettext_for(ctx.locale, provider_id)(found.label),
            found.form_template,
            found.test_mode,
        )
        for provider_id, found in providers(ctx).items()
    ]


def provider(ctx: TenantCtx, provider_id: str) -> PaymentProvider:
    """Raises ProviderUnreachable when its plugin is off or not ready."""
    found = providers(ctx).get(provider_id)
    if found is None:
        raise ProviderUnreachable(f"{provider_id} is not ready")
    return found


async def answer(call: Awaitable[T]) -> T:
    """Raises ProviderUnreachable, whatever went wrong: an error of ours or theirs is no answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await call
    except ProviderUnreachable:
        raise
    except Exception as error:
        log.exception("the payment provider failed")
        raise ProviderUnreachable(repr(error)) from error
