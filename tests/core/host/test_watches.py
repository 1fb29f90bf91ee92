"""Watches of the operator: who holds the event loop, whose import takes long, what each hook's step takes."""

from __future__ import annotations

import asyncio
import io
import logging
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from nakamise.host.asking import trace, trace_hooks
from nakamise.host.importing import import_watch
from nakamise.host.registry import PluginHost
from nakamise.host.watchdog import LoopWatch
from nakamise.plugin import hookimpl
from nakamise.plugin.hooks import PaymentHooks
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.core.host.plugins import hooks, plugin

pytestmark = pytest.mark.req("BX-19")

BLOCKED_S = 0.2
SLEEPER = "import time\ndef nap(seconds):\n    time.sleep(seconds)\n"


@pytest.fixture
def sleeper(tmp_path: Path) -> tuple[PluginHost, object]:
    """A host with a plugin whose code lies in a file, and its function that blocks."""
    file = tmp_path / "sleeper.py"
    file.write_text(SLEEPER)
    code: dict[str, object] = {}
    exec(compile(SLEEPER, str(file), "exec"), code)
    return PluginHost.discover(entry_points=[plugin("sleeper", folder=tmp_path)]), code["nap"]


async def test_whoever_holds_the_loop_is_named_once_for_each_time(
    sleeper: tuple[PluginHost, object], caplog: pytest.LogCaptureFixture
) -> None:
    host, nap = sleeper
    watch = LoopWatch(host, blocked_s=BLOCKED_S)
    watch.start()
    try:
        await asyncio.sleep(BLOCKED_S)
        nap(BLOCKED_S * 6)  # type: ignore[operator]
        await asyncio.sleep(BLOCKED_S * 2)
    finally:
        watch.stop()
    [told] = [record for record in caplog.records if "event loop is held" in record.getMessage()]
    assert "plugin=sleeper, at sleeper.py:3 in nap" in told.getMessage()
    [incident] = host.plugin("sleeper").record.of_tenant(uuid.uuid4())
    assert "sleeper.py:3 in nap" in incident.text


async def test_a_loop_that_turns_is_nobodys_fault(
    sleeper: tuple[PluginHost, object], caplog: pytest.LogCaptureFixture
) -> None:
    watch = LoopWatch(sleeper[0], blocked_s=BLOCKED_S)
    watch.start()
    await asyncio.sleep(BLOCKED_S * 4)
    watch.stop()
    assert not [record for record in caplog.records if "event loop is held" in record.getMessage()]


async def test_the_core_is_not_blamed_on_a_plugin(
    sleeper: tuple[PluginHost, object], caplog: pytest.LogCaptureFixture
) -> None:
    watch = LoopWatch(sleeper[0], blocked_s=BLOCKED_S)
    watch.start()
    time.sleep(BLOCKED_S * 4)
    await asyncio.sleep(BLOCKED_S * 2)
    watch.stop()
    assert "plugin=None, at test_watches.py" in caplog.text


def test_a_slow_import_is_told_and_one_that_hangs_while_it_hangs(caplog: pytest.LogCaptureFixture) -> None:
    with import_watch("slow", slow_s=0.05, hangs_s=0.1):
        time.sleep(0.3)
        assert "the start waits for the import of plugin=slow" in caplog.text
    assert "importing plugin=slow took 0.3 s" in caplog.text


def test_a_quick_import_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with import_watch("quick", slow_s=5, hangs_s=5):
        pass
    assert caplog.records == []


class Pays(PaymentHooks):
    @hookimpl
    def payment_provider(self, ctx: object) -> None:
        return None


@pytest.fixture
def traced() -> Iterator[io.StringIO]:
    """The trace's level and handlers are put back."""
    level, handlers, said = trace.level, list(trace.handlers), io.StringIO()
    yield said
    trace.setLevel(level)
    trace.handlers[:] = handlers


@pytest.mark.parametrize(("value", "is_told"), [("1", True), ("0", False)])
async def test_each_step_is_traced_when_asked_for(
    traced: io.StringIO, make_tenant: MakeTenant, ctx_for: CtxFor, value: str, is_told: bool
) -> None:
    trace_hooks({"NAKAMISE_TRACE_HOOKS": value})
    for handler in trace.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(traced)
    host = PluginHost.discover(entry_points=[plugin("payer", hooks=hooks(Pays))])
    host.lineup(frozenset({"payer"})).call_sync("payment_provider", ctx=ctx_for(await make_tenant()))
    assert ("payment_provider payer " in traced.getvalue()) == is_told
