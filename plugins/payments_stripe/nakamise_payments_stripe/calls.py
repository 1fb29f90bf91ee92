"""Calls to Stripe: through the SDK, over the installation's checked egress, with its errors sorted out.

Every call is given a key or reads only. What did not reach Stripe, and what Stripe failed at, is *unknown*.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from nakamise.contracts.payments import ProviderUnreachable
from nakamise.plugin import TenantCtx

PAGE: Final = 100
WRONG_KEY: Final = "authentication"

Json = dict[str, Any]


class Refused(Exception):
    """Stripe said no, for good: ``code`` and ``decline`` are its words, "" when it has none."""

    def __init__(self, code: str, decline: str, message: str, intent: Json | None) -> None:
        super().__init__(message)
        self.code = code
        self.decline = decline
        self.intent = intent

    @property
    def is_for_now(self) -> bool:
        """It is our key that Stripe does not take, such as while it is exchanged: what was asked may be right."""
        return self.code == WRONG_KEY

    def raise_for_now(self) -> None:
        """Raises ProviderUnreachable for what is asked again when our key is right."""
        if self.is_for_now:
            raise ProviderUnreachable(str(self)) from self

    @property
    def is_missing(self) -> bool:
        """Stripe knows no such object; every other refusal says nothing about whether there is one."""
        return self.code == "resource_missing"


class KeyTaken(Exception):
    """The idempotency key was used for another request."""


class KeptFailure(ProviderUnreachable):
    """Stripe failed at the first request with this key, and answers all others with it the same for a day.

    Only another key gets through. Whether the first request did anything is to be looked up before.
    """


class Calls:
    """One tenant's way to Stripe."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def get(self, path: str, **params: object) -> Json:
        """Raises Refused, ProviderUnreachable."""
        return await self._call("get", path, params)

    async def post(self, path: str, key: str, **params: object) -> Json:
        """``key`` makes it happen once. Raises Refused, KeyTaken, KeptFailure, ProviderUnreachable."""
        return await self._call("post", path, {**params, "idempotency_key": key})

    async def insist(self, path: str, key: str, **params: object) -> Json:
        """As ``post``, of what does no harm when it happens twice: a failure that is kept is asked past."""
        try:
            return await self.post(path, key, **params)
        except KeptFailure:
            return await self.post(path, f"{key}-{uuid.uuid4()}", **params)

    async def pages(self, path: str, **params: object) -> AsyncIterator[Json]:
        """All objects of a list, the newest first. Raises Refused, ProviderUnreachable."""
        after: dict[str, object] = {}
        while True:
            page = await self.get(path, limit=PAGE, **params, **after)
            for item in page["data"]:
                yield item
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    async def _call(self, method: str, path: str, params: Mapping[str, object]) -> Json:
        # The SDK takes a third of a second to load: only who calls Stripe waits for it.
        from nakamise_payments_stripe import wire

        return await wire.call(self._ctx, method, path, params)
