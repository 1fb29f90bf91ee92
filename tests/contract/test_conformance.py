"""Every plugin that we ship, and one that we do not, keeps the rules that we ask others to keep."""

from __future__ import annotations

from typing import Final

import pytest

from nakamise.testing.author_fixtures import BenchOf
from nakamise.testing.conformance import Check, State, all_checks, outcome_of
from tests.contract.installed import PLUGINS

# Ours are asked with every id of another tenant, by everybody, in tests/isolation, and what they may import is in the
# import rules of `make check`.
TRIED_ELSEWHERE: Final = ("isolation", "imports")
RULES: Final = [
    pytest.param(
        check,
        plugin_id,
        id=f"{check.number:02d}-{check.id}-{plugin_id}",
        marks=[pytest.mark.full] if check.id in TRIED_ELSEWHERE and plugin_id != "hello" else [],
    )
    for check in all_checks()
    for plugin_id in PLUGINS
]


@pytest.mark.parametrize(("check", "plugin_id"), RULES)
async def test_rule(check: Check, plugin_id: str, conformance_bench: BenchOf) -> None:
    bench = conformance_bench(plugin_id)
    assert bench.refused is None
    outcome = await outcome_of(bench, check)
    assert outcome.state is not State.FAIL, "\n".join(outcome.faults)
