"""Only what is on is asked, in declared order, and a failing plugin stays alone with its failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from nakamise.contracts.pricing import Adjustment, Phase
from nakamise.host.attribution import current_plugin
from nakamise.host.breaker import FAILURES_MAX, OPEN_S, WINDOW_S, Breaker, BreakerOpen
from nakamise.host.lineup import WrongResult
from nakamise.host.registry import PluginHost
from nakamise.plugin import CheckoutHooks, PricingHooks, hookimpl
from tests.core.host.plugins import hooks, plugin

CUT = Adjustment(phase=Phase.UNIT, code="cut", label="cut", amount=-10, line_id="1")


class Facts(msgspec.Struct):
    asked_by: str | None


class Gives(PricingHooks):
    @hookimpl
    async def price_facts(self, ctx: Any, tx: Any, request: Any) -> Facts:
        await asyncio.sleep(0)
        return Facts(current_plugin.get())

    @hookimpl
    def price_adjust(self, ctx: Any, draft: Any, facts: Any) -> list[Adjustment]:
        return [CUT]


class Raises(PricingHooks, CheckoutHooks):
    @hookimpl
    async def price_facts(self, ctx: Any, tx: Any, request: Any) -> None:
        raise RuntimeError("boom")

    @hookimpl
    def price_adjust(self, ctx: Any, draft: Any, facts: Any) -> None:
        raise RuntimeError("boom")

    @hookimpl
    async def checkout_commit(self, ctx: Any, tx: Any, order: Any) -> None:
        raise RuntimeError("boom")


class Sleeps(PricingHooks):
    @hookimpl
    async def price_facts(self, ctx: Any, tx: Any, request: Any) -> None:
        await asyncio.sleep(5)


class Lies(PricingHooks):
    @hookimpl
    def price_adjust(self, ctx: Any, draft: Any, facts: Any) -> Any:
        return [CUT, -10]


def host_of(**classes: type) -> PluginHost:
    host = PluginHost.discover(entry_points=[plugin(id_, hooks=hooks(cls)) for id_, cls in classes.items()])
    assert host.refused == ()
    return host


class NoTx:
    """A transaction that no hook here touches."""

    connection = None
    schema = "t_aaaaaaaaaaaaa"


FACTS: Mapping[str, Any] = {"ctx": None, "tx": NoTx(), "request": None}
ADJUST: Mapping[str, Any] = {"ctx": None, "draft": None, "facts": {}}


def ids(pairs: Sequence[tuple[str, object]]) -> list[str]:
    return [id_ for id_, _ in pairs]


async def test_only_what_is_on_is_asked_in_order_and_attributed() -> None:
    host = host_of(aa=Gives, bb=Gives, cc=Gives)
    outcome = await host.lineup(frozenset({"cc", "aa"})).call("price_facts", **FACTS)
    assert outcome.results == [("aa", Facts("aa")), ("cc", Facts("cc"))]
    assert current_plugin.get() is None
    nobody = host.lineup(frozenset())
    assert not nobody.has("price_facts")
    assert (await nobody.call("price_facts", **FACTS)).results == []


async def test_a_hook_that_was_never_specified_is_loud() -> None:
    with pytest.raises(KeyError):
        await host_of().lineup(frozenset()).call("nope")


async def test_skip_leaves_the_failing_plugin_out() -> None:
    lineup = host_of(aa=Gives, bb=Raises, cc=Gives).lineup(frozenset({"aa", "bb", "cc"}))
    outcome = await lineup.call("price_facts", **FACTS)
    assert (ids(outcome.results), ids(outcome.failed)) == (["aa", "cc"], ["bb"])
    assert ids(lineup.call_sync("price_adjust", **ADJUST).failed) == ["bb"]


async def test_raise_stops_the_flow() -> None:
    lineup = host_of(bb=Raises).lineup(frozenset({"bb"}))
    with pytest.raises(RuntimeError, match="boom"):
        await lineup.call("checkout_commit", ctx=None, tx=None, order=None)


async def test_one_deadline_holds_for_all() -> None:
    lineup = host_of(aa=Gives, bb=Sleeps, cc=Gives).lineup(frozenset({"aa", "bb", "cc"}))
    outcome = await lineup.call("price_facts", **FACTS)
    assert (ids(outcome.results), ids(outcome.failed)) == (["aa"], ["bb", "cc"])


async def test_a_result_of_another_type_is_a_failure_of_that_plugin() -> None:
    lineup = host_of(aa=Gives, bb=Lies).lineup(frozenset({"aa", "bb"}))
    outcome = lineup.call_sync("price_adjust", **ADJUST)
    assert ids(outcome.results) == ["aa"]
    assert isinstance(outcome.failed[0][1], WrongResult)


async def test_after_five_failures_it_is_not_asked_and_checkout_must_refuse() -> None:
    host = host_of(aa=Gives, bb=Raises)
    lineup = host.lineup(frozenset({"aa", "bb"}))
    for _ in range(FAILURES_MAX):
        assert lineup.unusable == frozenset()
        lineup.call_sync("price_adjust", **ADJUST)
    outcome = lineup.call_sync("price_adjust", **ADJUST)
    assert isinstance(outcome.failed[0][1], BreakerOpen)
    assert lineup.unusable == {"bb"}
    # The plugin is broken for everybody, whatever else they have on.
    assert host.lineup(frozenset({"bb"})).unusable == {"bb"}
    assert host.lineup(frozenset({"aa"})).unusable == frozenset()


async def test_on_but_refused_or_gone_is_unusable() -> None:
    assert host_of(aa=Gives).lineup(frozenset({"aa", "gone"})).unusable == {"gone"}


def test_lineups_are_shared_by_equal_sets() -> None:
    host = host_of(aa=Gives)
    assert host.lineup(frozenset({"aa"})) is host.lineup(frozenset(["aa"]))


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened() -> tuple[Breaker, Time]:
    now = Time()
    breaker = Breaker(now)
    for _ in range(FAILURES_MAX - 1):
        assert not breaker.failed()
        assert breaker.admits()
    assert breaker.failed()
    return breaker, now


def test_an_open_breaker_admits_one_try_after_a_while() -> None:
    breaker, now = opened()
    assert not breaker.admits()
    now.now += OPEN_S
    assert breaker.admits()
    assert not breaker.admits(), "one try at a time"
    breaker.succeeded()
    assert breaker.admits()
    assert not breaker.is_open


def test_a_failed_try_opens_it_again() -> None:
    breaker, now = opened()
    now.now += OPEN_S
    assert breaker.admits()
    assert breaker.failed()
    assert not breaker.admits()


def test_a_try_that_was_cut_short_does_not_block_the_next() -> None:
    breaker, now = opened()
    now.now += OPEN_S
    assert breaker.admits()
    breaker.gave_up()
    assert breaker.admits()


def test_failures_far_apart_do_not_open_it() -> None:
    now = Time()
    breaker = Breaker(now)
    for _ in range(FAILURES_MAX * 3):
        now.now += WINDOW_S / (FAILURES_MAX - 2)
        assert not breaker.failed()
