"""The control of rule 5, which a plugin cannot break by itself: a host that forgets who is off."""

from __future__ import annotations

from pathlib import Path

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.testing.conformance import Bench, State, all_checks, outcome_of
from tests.scaffold.packed import edited, installed


class Forgetful(PluginHost):
    def exists(self, path: str, enabled: frozenset[str]) -> bool:
        return True


async def test_a_plugin_that_answers_while_it_is_off_is_found(settings: Settings, tmp_path: Path) -> None:
    [rule] = [one for one in all_checks() if one.id == "off"]
    with installed(edited("present", tmp_path, [])) as entry_point:
        runtime = await build_runtime(settings, host=Forgetful.discover(entry_points=[entry_point]))
        try:
            outcome = await outcome_of(Bench(runtime, create_app(runtime), "present"), rule)
        finally:
            await close_runtime(runtime)
    assert outcome.state is State.FAIL
    assert any(fault.startswith("GET /api/present/notes answers") for fault in outcome.faults)
