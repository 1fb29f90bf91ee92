"""What buyers choose for a plugin while they fill their cart: a coupon's code, a delivery date, a wrapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from nakamise.db import Tx

TOKEN_HEADER: Final = "X-Cart-Token"  # noqa: S105 (a header's name)
"""By which a guest of the API names their cart; the shop gives it with the first addition."""


class CartInputs(Protocol):
    """Of the actor's own cart; a guest's too. They reach ``QuoteRequest.inputs`` and ``OrderDraft.inputs``.

    A name is ``<plugin id>.<name>``, or ``<plugin id>.<name>:<shop id>`` for one shop's parcel. ``token``: what an
    API route got in the header `TOKEN_HEADER`; pages leave it out, they have a cookie.
    """

    async def all(self, tx: Tx, token: str | None = None) -> Mapping[str, str]: ...

    async def set(self, tx: Tx, values: Mapping[str, str | None], token: str | None = None) -> None:
        """None or "" takes one away. Raises NotFound without a cart, ValueError for a name that is none or a
        value longer than 500 characters."""
        ...
