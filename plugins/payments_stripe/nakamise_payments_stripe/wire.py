"""The SDK over the installation's checked egress, with its errors sorted out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import stripe

from nakamise.contracts.payments import ProviderUnreachable
from nakamise.egress import Egress, EgressFailed, EgressRefused
from nakamise.plugin import TenantCtx
from nakamise_payments_stripe.calls import WRONG_KEY, Json, KeptFailure, KeyTaken, Refused
from nakamise_payments_stripe.settings import StripeSettings

# Stripe's own objects are small; a page of a hundred with what they expand to is not.
ANSWER_MAX: Final = 4 * 1024 * 1024


class _Client(stripe.HTTPClient):
    """The SDK's way out: nothing but addresses that the installation may call."""

    name = "nakamise"

    def __init__(self, egress: Egress, total_s: float) -> None:
        super().__init__()
        self._egress = egress
        self._total_s = total_s

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        named = dict(headers)
        if body:
            named["Content-Length"] = str(len(body))
        try:
            found = await self._egress.send(
                method.upper(), url, headers=named, content=body, total_s=self._total_s, body_max=ANSWER_MAX
            )
        except (EgressFailed, EgressRefused) as error:
            raise stripe.APIConnectionError(str(error)) from error  # type: ignore[no-untyped-call]
        return found.body, found.status, dict(found.headers)

    def sleep_async(self, secs: float) -> Any:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Nothing is kept open."""


async def call(ctx: TenantCtx, method: str, path: str, params: Mapping[str, Any]) -> Json:
    """Raises Refused, KeyTaken, KeptFailure, ProviderUnreachable."""
    settings = ctx.settings(StripeSettings)
    client = stripe.StripeClient(
        settings.secret_key,
        base_addresses={"api": settings.api_url.rstrip("/")},
        http_client=_Client(ctx.egress, settings.answer_within),
        max_network_retries=0,
    )
    try:
        answer = await client.raw_request_async(method, path, **params)
    except stripe.IdempotencyError as error:
        raise KeyTaken(str(error)) from error
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise _refused(error) from error
    except stripe.AuthenticationError as error:
        raise Refused(WRONG_KEY, "", str(error), None) from error
    except stripe.PermissionError as error:
        raise Refused("permission", "", str(error), None) from error
    except stripe.StripeError as error:
        is_kept = (error.headers or {}).get("idempotent-replayed") == "true"
        raise (KeptFailure if is_kept else ProviderUnreachable)(str(error)) from error
    found = answer.data
    if not isinstance(found, dict):
        raise ProviderUnreachable(f"{path}: no object")
    return found


def _refused(error: stripe.StripeError) -> Refused:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    told = body.get("error") or {}
    intent = told.get("payment_intent")
    return Refused(
        str(told.get("code") or ""),
        str(told.get("decline_code") or ""),
        str(told.get("message") or error),
        dict(intent) if intent else None,
    )
