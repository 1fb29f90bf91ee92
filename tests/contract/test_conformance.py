"""Every plugin that we ship, and one that we do not, keeps the rules that we ask others to keep."""

from __future__ import annotations

import pytest

from nakamise.testing.author_fixtures import BenchOf
from nakamise.testing.conformance import Check, State, all_checks, outcome_of
from tests.contract.installed import PLUGINS


@pytest.mark.parametrize("plugin_id", PLUGINS)
@pytest.mark.parametrize("check", all_checks(), ids=lambda check: f"{check.number:02d}-{check.id}")
async def test_rule(check: Check, plugin_id: str, conformance_bench: BenchOf) -> None:
    bench = conformance_bench(plugin_id)
    assert bench.refused is None
    outcome = await outcome_of(bench, check)
    assert outcome.state is not State.FAIL, "\n".join(outcome.faults)
