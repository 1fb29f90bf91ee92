"""Codes of the demo's second factors: none is taken twice, so visits of one person share a count."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from pyotp.totp import TOTP

from tests.e2e.visitor import Visitor

STEP_S: Final = 30
_last_steps: dict[str, int] = {}


async def enter_code(visitor: Visitor, secret: str) -> None:
    """On the page that asks for it. A server takes the code of the next time step too, but no older one again."""
    step = max(int(time.time()) // STEP_S, _last_steps.get(secret, 0) + 1)
    _last_steps[secret] = step
    await asyncio.sleep(max(0.0, (step - 1) * STEP_S - time.time()))
    async with visitor.page.expect_navigation():
        await visitor.page.locator("#f-code").press_sequentially(TOTP(secret).at(step * STEP_S))
