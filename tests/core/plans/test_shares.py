"""Sharing a sale: pure rules, then agreed rates on PostgreSQL."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise.contracts.shares import (
    FrozenShares,
    Node,
    ShareBook,
    ShareRates,
    SharesError,
    freeze,
    reverse,
    split,
)
from nakamise.errors import Invalid
from nakamise.plans import rates

if TYPE_CHECKING:
    from nakamise.runtime import Runtime
    from nakamise.testing.clock import SteeredClock
    from nakamise.testing.fixtures import CtxFor, MakeTenant

AGENCY, TENANT, BROADCASTER = (uuid.UUID(int=n) for n in (1, 2, 3))
AT = datetime(2026, 11, 21, tzinfo=UTC)


@st.composite
def rate_sets(draw: st.DrawFn) -> ShareRates:
    platform = draw(st.integers(0, 10_000))
    agency = draw(st.integers(0, 10_000 - platform))
    return ShareRates(platform_bp=platform, agency_bp=agency, broadcaster_bp=draw(st.integers(0, 10_000)))


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Node:
    left = 10_000
    children = []
    for _ in range(draw(st.integers(0, 3)) if depth else 0):
        child = draw(trees(depth=depth - 1))
        rate = draw(st.integers(0, left))
        left -= rate
        children.append(msgspec.structs.replace(child, rate_bp=rate))
    return Node("tenant", 10_000, None, tuple(children))


@pytest.mark.req("BX-11")
@given(st.integers(0, 10**12), trees())
def test_the_shares_of_any_tree_add_up_to_the_line(amount: int, tree: Node) -> None:
    shares = split(amount, tree)
    assert sum(share.amount for share in shares) == amount
    assert all(share.amount >= 0 for share in shares)


@pytest.mark.req("BX-11")
@given(st.integers(0, 10**9), rate_sets())
def test_nobody_is_more_than_one_off_per_level(amount: int, agreed: ShareRates) -> None:
    by_kind = {
        share.kind: share.amount
        for share in split(amount, agreed.tree(agency=AGENCY, tenant=TENANT, broadcaster=BROADCASTER))
    }
    assert abs(by_kind["platform"] - amount * agreed.platform_bp / 10_000) < 1
    assert abs(by_kind["agency"] - amount * agreed.agency_bp / 10_000) < 1


@pytest.mark.req("BX-11")
@given(st.integers(0, 10**6), rate_sets(), st.lists(st.integers(1, 10**5), max_size=8))
def test_refunds_in_any_pieces_take_back_the_same_shares(
    amount: int, agreed: ShareRates, pieces: list[int]
) -> None:
    frozen = freeze(amount, "JPY", AT, agreed.tree(agency=AGENCY, tenant=TENANT, broadcaster=BROADCASTER))
    done: list[tuple[object, ...]] = []
    left = amount
    for piece in [*pieces, amount]:
        now = min(piece, left)
        taken = reverse(frozen, now, done)  # type: ignore[arg-type]
        assert sum(share.amount for share in taken) == -now
        assert all(share.amount <= 0 for share in taken)
        done.append(taken)
        left -= now
    back = [sum(parts) for parts in zip(*([s.amount for s in one] for one in done), strict=True)]  # type: ignore[attr-defined]
    assert back == [-share.amount for share in frozen.shares]
    with pytest.raises(SharesError):
        reverse(frozen, 1, done)  # type: ignore[arg-type]


def test_an_example() -> None:
    tree = ShareRates(platform_bp=300, agency_bp=700, broadcaster_bp=2_000).tree(
        agency=AGENCY, tenant=TENANT, broadcaster=BROADCASTER
    )
    shares = {share.kind: share.amount for share in split(10_000, tree)}
    assert shares == {"platform": 300, "agency": 700, "tenant": 7_200, "broadcaster": 1_800}


def test_what_was_frozen_survives_storage() -> None:
    frozen = freeze(999, "JPY", AT, ShareRates(platform_bp=333).tree(agency=AGENCY, tenant=TENANT))
    assert msgspec.json.decode(msgspec.json.encode(frozen), type=FrozenShares) == frozen


@pytest.mark.parametrize(
    "wrong", [ShareRates(platform_bp=6_000, agency_bp=5_000), ShareRates(platform_bp=-1)]
)
def test_rates_that_cannot_be(wrong: ShareRates) -> None:
    with pytest.raises(SharesError):
        wrong.tree(agency=AGENCY, tenant=TENANT)


@pytest.mark.req("BX-11")
async def test_another_rate_affects_new_lines_only(
    make_tenant: MakeTenant, runtime: Runtime, ctx_for: CtxFor, clock: SteeredClock
) -> None:
    tenant = await make_tenant()
    book = ctx_for(tenant).service(ShareBook)
    clock.freeze(AT)
    await rates.set_rate(runtime, tenant.id, "platform", 300, actor="test")
    old = freeze(10_000, "JPY", AT, await book.tree_at(AT))
    clock.freeze(AT + timedelta(days=1))
    await rates.set_rate(runtime, tenant.id, "platform", 500, actor="test")
    new = freeze(10_000, "JPY", AT, await book.tree_at(AT + timedelta(days=1)))
    assert [old.shares[0].amount, new.shares[0].amount] == [300, 500]
    assert await book.tree_at(AT) == old.tree
    assert sum(share.amount for share in reverse(old, 10_000)) == -10_000
    assert reverse(old, 10_000)[0].amount == -300


async def test_a_broadcaster_has_its_own_rate_or_the_common_one(
    make_tenant: MakeTenant, runtime: Runtime, ctx_for: CtxFor, clock: SteeredClock
) -> None:
    tenant, other = await make_tenant(), await make_tenant()
    clock.freeze(AT)
    star = uuid.uuid4()
    await rates.set_rate(runtime, tenant.id, "broadcaster", 1_000, actor="test")
    await rates.set_rate(runtime, tenant.id, "broadcaster", 4_000, actor="test", party=star)
    book = ctx_for(tenant).service(ShareBook)
    found = [split(100, await book.tree_at(AT, broadcaster=who))[-1].amount for who in (star, uuid.uuid4())]
    assert found == [40, 10]
    elsewhere = ctx_for(other).service(ShareBook)
    assert split(100, await elsewhere.tree_at(AT, broadcaster=star))[-1].amount == 0


async def test_rates_of_more_than_everything_and_of_the_past_are_refused(
    make_tenant: MakeTenant, runtime: Runtime, clock: SteeredClock
) -> None:
    tenant = await make_tenant()
    clock.freeze(AT)
    await rates.set_rate(runtime, tenant.id, "platform", 6_000, actor="test")
    with pytest.raises(Invalid) as caught:
        await rates.set_rate(runtime, tenant.id, "agency", 4_001, actor="test")
    assert set(caught.value.fields) == {"rate_bp"}
    with pytest.raises(Invalid) as caught:
        await rates.set_rate(
            runtime, tenant.id, "agency", 1, actor="test", valid_from=AT - timedelta(seconds=1)
        )
    assert set(caught.value.fields) == {"valid_from"}
    assert [rate.rate_bp for rate in await rates.rates_of(runtime, tenant.id)] == [6_000]
