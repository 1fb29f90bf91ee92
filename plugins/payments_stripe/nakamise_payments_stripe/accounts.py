"""Sellers' own accounts at Stripe (Connect): made, filled in at Stripe, and what is still asked for."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec

from nakamise.contracts.payments import ProviderUnreachable
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_payments_stripe.calls import Calls, Json

_ROWS: Final = (
    "SELECT seller_id, account, payouts_enabled, transfers_active, details_submitted, requirements"
    " FROM payments_stripe_account"
)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """``requirements`` are Stripe's names of what it still wants to know."""

    seller_id: uuid.UUID
    account: str
    payouts_enabled: bool
    transfers_active: bool
    details_submitted: bool
    requirements: tuple[str, ...]


async def of_seller(tx: Tx, seller_id: uuid.UUID) -> Account | None:
    return await tx.first(Account, f"{_ROWS} WHERE seller_id = $1", seller_id)


async def must_exist(ctx: TenantCtx, tx: Tx, seller_id: uuid.UUID) -> None:
    """Sellers are the site's shops. Raises NotFound."""
    shops = ctx.optional_service(ShopSellers)
    if shops is None or seller_id not in await shops.sellers(tx, [seller_id]):
        raise NotFound


async def onboarding_url(ctx: TenantCtx, seller_id: uuid.UUID, back: str) -> str:
    """Where the seller fills in who they are; the account is made first, once. Raises ProviderUnreachable, Refused."""
    calls = Calls(ctx)
    async with ctx.read() as tx:
        known = await of_seller(tx, seller_id)
    if known is None:
        made = await calls.insist(
            "/v1/accounts",
            f"account-{seller_id}",
            country="JP",
            controller={
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            capabilities={"transfers": {"requested": True}},
            metadata={"seller_id": str(seller_id)},
        )
        await _keep(ctx, seller_id, made)
        # Somebody else may have made another one meanwhile: the one that we know is the seller's.
        async with ctx.read() as tx:
            known = await of_seller(tx, seller_id)
    if known is None:
        raise ProviderUnreachable("the seller has no account")
    link = await calls.post(
        "/v1/account_links",
        f"link-{uuid.uuid4()}",
        account=known.account,
        type="account_onboarding",
        refresh_url=back,
        return_url=back,
    )
    return str(link["url"])


async def refresh(ctx: TenantCtx, seller_id: uuid.UUID) -> Account | None:
    """As Stripe has it now; None without an account. Raises ProviderUnreachable, Refused."""
    async with ctx.read() as tx:
        known = await of_seller(tx, seller_id)
    if known is None:
        return None
    await _keep(ctx, seller_id, await Calls(ctx).get(f"/v1/accounts/{known.account}"))
    async with ctx.read() as tx:
        return await of_seller(tx, seller_id)


async def heard(ctx: TenantCtx, account: str) -> None:
    """An account changed; one that is not ours changes nothing."""
    async with ctx.read() as tx:
        seller_id = await tx.value(
            "SELECT seller_id FROM payments_stripe_account WHERE account = $1", account
        )
    if seller_id is not None:
        await refresh(ctx, seller_id)


async def _keep(ctx: TenantCtx, seller_id: uuid.UUID, found: Json) -> None:
    capabilities: dict[str, Any] = found.get("capabilities") or {}
    wanted = (found.get("requirements") or {}).get("currently_due") or []
    async with ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO payments_stripe_account (seller_id, account, payouts_enabled, transfers_active,"
            " details_submitted, requirements, checked_at) VALUES ($1, $2, $3, $4, $5, $6, now())"
            " ON CONFLICT (seller_id) DO UPDATE SET payouts_enabled = excluded.payouts_enabled,"
            " transfers_active = excluded.transfers_active, details_submitted = excluded.details_submitted,"
            " requirements = excluded.requirements, checked_at = excluded.checked_at"
            " WHERE payments_stripe_account.account = excluded.account",
            *(seller_id, str(found["id"]), bool(found["payouts_enabled"])),
            *(capabilities.get("transfers") == "active", bool(found["details_submitted"])),
            [str(one) for one in wanted],
        )
