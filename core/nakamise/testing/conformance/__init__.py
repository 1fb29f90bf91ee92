"""Sixteen rules that every plugin keeps. In a plugin's own tests:

    class TestConformance(PluginConformance):
        plugin_id = "hello"

On the command line: ``nakamise plugin check hello``. A rule that a plugin cannot keep is named in
``quality.toml`` beside its manifest's module: ``[exempt]``, then ``<check id> = "why"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from nakamise.testing.conformance import behaviour, code, data, routes
from nakamise.testing.conformance.bench import Bench
from nakamise.testing.conformance.check import Check, Tier, all_checks
from nakamise.testing.conformance.report import Outcome, Report, State, examine, outcome_of

if TYPE_CHECKING:
    from nakamise.testing.author_fixtures import BenchOf

__all__ = [
    "Bench",
    "Check",
    "Outcome",
    "PluginConformance",
    "Report",
    "State",
    "Tier",
    "all_checks",
    "behaviour",
    "code",
    "data",
    "examine",
    "outcome_of",
    "routes",
]


class PluginConformance:
    """One test for each rule."""

    plugin_id: ClassVar[str]

    @pytest.mark.parametrize("check", all_checks(), ids=lambda check: f"{check.number:02d}-{check.id}")
    async def test_rule(self, check: Check, conformance_bench: BenchOf) -> None:
        bench = conformance_bench(self.plugin_id)
        refused = bench.refused
        assert refused is None, f"the host refuses {self.plugin_id}: {refused}"
        outcome = await outcome_of(bench, check)
        assert outcome.state is not State.FAIL, "\n".join(
            [check.title, *outcome.faults, f"Why: {check.why}", f"Mend: {check.mend}"]
        )
