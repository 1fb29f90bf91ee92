"""A stall whose buyers pay by bank transfer, one of them, and somebody who looks at the bank's list."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

import httpx

import nakamise_payments
import nakamise_shop
from nakamise.tenancy import switches
from nakamise_payments_manual.noting import today
from tests.plugins.invariants import queries_of
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_reconciling import admin_session

WAY: Final = "payments_manual:bank_transfer"
HERE: Final = "/admin/payments_manual"
ACCOUNT: Final = {
    "bank": "花見銀行",
    "branch": "銀座支店（123）",
    "kind": "ordinary",
    "number": "0123456",
    "holder": "カ）ハナミ",
    "days": 7,
}
TABLES: Final = ("payments_manual_charge", "payments_manual_note")
# What the books of transfers and ours say of the same charge.
_TOGETHER: Final = """
SELECT c.key, c.state, o.state FROM payments_manual_charge c FULL JOIN (SELECT id, state, amount FROM payments_op
 WHERE kind = 'charge' AND provider_id = 'payments_manual' AND first_sent_at IS NOT NULL) o ON o.id = c.key
WHERE c.key IS NULL OR (c.state = 'succeeded') IS DISTINCT FROM (o.state = 'succeeded') OR c.amount <> o.amount
"""
# What was noted is what came and went.
_NOTED: Final = """
SELECT c.key FROM payments_manual_charge c LEFT JOIN payments_manual_note n ON n.charge_key = c.key AND NOT n.undone
GROUP BY c.key HAVING c.received <> coalesce(sum(n.amount) FILTER (WHERE n.kind = 'in'), 0)
 OR c.returned <> coalesce(sum(n.amount) FILTER (WHERE n.kind = 'out'), 0)
"""


class Bench(Scene):
    """``staff``: headers of an administrator's browser."""

    staff: dict[str, str]

    async def ready(self, **more: Any) -> None:
        ctx = self.stall.ctx
        await switches.configure(ctx.runtime, ctx.tenant.id, "payments_manual", {**ACCOUNT, **more})
        await ctx.runtime.directory.catch_up()
        self.stall.ctx = self.stall.ctx_for(self.stall.tenant)
        self.staff = {"Cookie": f"sid={await admin_session(Desk(ctx))}"}

    async def ordered(self) -> uuid.UUID:
        """An order of ¥3,550 whose buyer has the account by now: its purchase."""
        return uuid.UUID(await self.paid("bank_transfer", WAY))

    async def value(self, query: str, *args: object) -> Any:
        return await self.stall.value(query, *args)

    async def key_of(self, purchase: uuid.UUID) -> uuid.UUID:
        return await self.charge_of(str(purchase))

    async def version(self, key: uuid.UUID) -> int:
        return int(await self.value("SELECT version FROM payments_manual_charge WHERE key = $1", key))

    async def note(self, key: uuid.UUID, amount: int, *, version: int | None = None) -> httpx.Response:
        """Staff note an arrival and are sure."""
        seen = await self.version(key) if version is None else version
        day = today(self.stall.ctx).isoformat()
        form = {"amount": amount, "day": day, "version": seen, "sure": "true"}
        return await self.client.post(f"{HERE}/{key}/arrived", data=form, headers=self.staff)

    async def send_back(self, key: uuid.UUID, amount: int) -> httpx.Response:
        form = {"amount": amount, "words": "11/22 振込", "version": await self.version(key)}
        return await self.client.post(f"{HERE}/{key}/back", data=form, headers=self.staff)

    async def look(self, path: str = HERE) -> str:
        """What staff see, without the places where Japanese lines may break."""
        answer = await self.client.get(path, headers=self.staff)
        assert answer.status_code == 200, answer.text
        return re.sub(r"<wbr>|\u200b", "", answer.text)

    async def buyers_page(self, path: str, *, locale: str = "ja") -> str:
        cookie = f"sid={await self.stall.browser_session(self.buyer)}"
        answer = await self.client.get(path, headers={"Cookie": cookie, "Accept-Language": locale})
        assert answer.status_code == 200, answer.text
        return re.sub(r"<wbr>|\u200b", "", answer.text)

    async def broken(self) -> dict[str, list[tuple[object, ...]]]:
        """The rows that break an invariant; {} is right."""
        queries = {"together": _TOGETHER, "noted": _NOTED}
        queries |= queries_of(nakamise_shop) | queries_of(nakamise_payments)
        found = {}
        async with self.stall.ctx.read() as tx:
            for title, query in queries.items():
                if rows := await tx.connection.fetch(query):
                    found[title] = [tuple(row) for row in rows]
        return found
