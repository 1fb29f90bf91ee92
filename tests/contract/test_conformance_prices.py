"""``price_adjust`` of every installed plugin: the same answer for the same question, and never dearer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nakamise.contracts.pricing import Adjustment, DraftLine, QuoteDraft, QuoteLine, QuoteRequest
from nakamise.host.registry import PluginHost
from nakamise.plugin import TenantCtx
from nakamise.plugin.context import SYSTEM, Tenant
from nakamise.runtime import Runtime
from tests.contract.installed import PLUGINS

SHOP, PRODUCT, VARIANT = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


def line(number: int, qty: int, amount: int) -> DraftLine:
    return DraftLine(
        line_id=str(number),
        shop_id=SHOP,
        product_id=PRODUCT,
        variant_id=VARIANT,
        qty=qty,
        list_amount=amount,
        tax_class="standard",
        tax_rate_bp=1000,
        reduced=False,
    )


def draft(lines: list[tuple[int, int]]) -> QuoteDraft:
    drawn = tuple(line(number, qty, amount) for number, (qty, amount) in enumerate(lines))
    known = {field.name for field in msgspec.structs.fields(QuoteLine)}
    asked = [QuoteLine(**{name: getattr(one, name) for name in known}) for one in drawn]
    at = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    return QuoteDraft(request=QuoteRequest(lines=tuple(asked), at=at, tax_date=at.date()), lines=drawn)


def ctx_of(runtime: Runtime, host: PluginHost, plugin_id: str) -> TenantCtx:
    """Settings as they are by default; no query may be needed."""
    tenant = Tenant(
        id=uuid.uuid4(),
        schema="t_aaaaaaaaaaaaa",
        slug="t",
        name="T",
        state="active",
        canonical_host="t.localhost",
        plugins=frozenset({plugin_id}),
    )
    return TenantCtx(runtime, tenant, SYSTEM, host.lineup(tenant.plugins))


@pytest.mark.parametrize("plugin_id", PLUGINS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.tuples(st.integers(1, 99), st.integers(0, 10**9)), min_size=0, max_size=8))
def test_price_adjust_is_pure_and_never_raises_a_price(
    runtime: Runtime, host: PluginHost, plugin_id: str, lines: list[tuple[int, int]]
) -> None:
    ctx, asked, facts = ctx_of(runtime, host, plugin_id), draft(lines), dict[str, msgspec.Struct]()
    first = adjust(ctx, asked, facts)
    assert adjust(ctx, draft(lines), dict(facts)) == first
    assert asked == draft(lines), "it changed what it was asked"
    assert all(one.amount <= 0 and one.rate_bp >= 0 for _, found in first for one in found)


def adjust(
    ctx: TenantCtx, asked: QuoteDraft, facts: Mapping[str, msgspec.Struct]
) -> list[tuple[str, list[Adjustment]]]:
    outcome = ctx.lineup.call_sync("price_adjust", ctx=ctx, draft=asked, facts=facts)
    assert outcome.failed == []
    return outcome.results
