"""What buyers choose for plugins while they fill their cart: the service ``contracts.cart.CartInputs``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from nakamise.contracts.cart import CartInputs
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.cart import repository, service

# "<plugin>.<name>", for one shop's parcel ":<shop id>" behind it.
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,40}\.[a-z][a-z0-9_]{0,40}(:[0-9a-f-]{36})?")
VALUE_MAX: Final = 500


class ShopCartInputs(CartInputs):
    """Of the cart of whoever acts."""

    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def all(self, tx: Tx, token: str | None = None) -> Mapping[str, str]:
        cart_id = await service.find(tx, service.key_of(self._ctx, token))
        return await repository.inputs_of(tx, cart_id) if cart_id else {}

    async def set(self, tx: Tx, values: Mapping[str, str | None], token: str | None = None) -> None:
        for name, value in values.items():
            _check(name, value or "")
        cart_id = await service.existing(tx, service.key_of(self._ctx, token))
        gone = [name for name, value in values.items() if not value]
        await tx.execute("DELETE FROM shop_cart_input WHERE cart_id = $1 AND name = ANY($2)", cart_id, gone)
        await tx.execute_many(
            "INSERT INTO shop_cart_input (cart_id, name, value) VALUES ($1, $2, $3)"
            " ON CONFLICT (cart_id, name) DO UPDATE SET value = excluded.value",
            [(cart_id, name, value) for name, value in sorted(values.items()) if value],
        )


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"no name of an input: {name!r}")
    if len(value) > VALUE_MAX:
        raise ValueError(f"{name}: longer than {VALUE_MAX} characters")


def cart_inputs(ctx: TenantCtx) -> ShopCartInputs:
    return ShopCartInputs(ctx)
