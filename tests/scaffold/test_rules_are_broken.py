"""The negative controls of the conformance suite: a plugin that breaks one rule is found by that rule, and by no other.

Each is the scaffold's plugin with one thing changed for the worse.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import pytest

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.testing.conformance import Bench, Outcome, State, all_checks, examine, outcome_of
from tests.scaffold.packed import Edit, edited, installed


@dataclass(frozen=True)
class Broken:
    rule: str
    edits: tuple[Edit, ...]
    fault: str


PRICING = """

class Hooks(UiHooks, PricingHooks):
    asked = 0

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        self.asked += 1
        return [Adjustment(phase=Phase.CART, code="x", label="x", amount=-self.asked)]
"""
SEEN = """
_seen: list[Note] = []


async def newest(tx: Tx, limit: int = 50) -> list[Note]:
    _seen.extend(await _newest(tx, limit))
    return _seen


async def _newest(tx: Tx, limit: int = 50) -> list[Note]:
"""
FORGETS = """

class Hooks(UiHooks, LifecycleHooks):
    @hookimpl
    async def tenant_disabled(self, ctx: TenantCtx, tx: Tx) -> None:
        await tx.execute("DELETE FROM {id}_note")
"""
BROKEN = (
    Broken(
        "imports",
        (Edit("privacy.py", "import msgspec\n", "import msgspec\nimport nakamise.tenancy.states\n"),),
        "private",
    ),
    Broken(
        "names",
        (
            Edit("_plugin.py", "note_added.1", "note_added"),
            Edit("service.py", "note_added.1", "note_added"),
        ),
        "version",
    ),
    Broken(
        "tables",
        (Edit("migrations/0001_note.sql", "id uuid PRIMARY KEY", "id uuid NOT NULL"),),
        "no primary key",
    ),
    Broken("migrations", (Edit("models.py", '"told", Integer', '"told", Text'),), "told text"),
    Broken(
        "isolation",
        (Edit("service.py", "async def newest(tx: Tx, limit: int = 50) -> list[Note]:\n", SEEN.lstrip()),),
        "another tenant's rows",
    ),
    Broken("access", (Edit("api.py", '@get("/notes", opt=anyone())', '@get("/notes")'),), "who may call"),
    Broken("hooks", (Edit("hooks.py", "slot: Slot", "slot: str"),), "annotated"),
    Broken(
        "prices",
        (
            Edit("hooks.py", "\n\nclass Hooks(UiHooks):\n", PRICING),
            Edit("hooks.py", "import Mapping\n", "import Mapping, Sequence\n"),
            Edit("hooks.py", "import Slot,", "import PricingHooks, Slot,"),
            Edit(
                "hooks.py",
                "import msgspec\n",
                "import msgspec\nfrom nakamise.contracts.pricing import Adjustment, Phase, QuoteDraft\n",
            ),
        ),
        "two answers",
    ),
    Broken(
        "events", (Edit("events.py", "if await delivery.first_time(tx):", "if delivery.attempt:"),), "again"
    ),
    Broken(
        "switching",
        (
            Edit("hooks.py", "\n\nclass Hooks(UiHooks):\n", FORGETS),
            Edit("hooks.py", "import Slot,", "import LifecycleHooks, Slot,"),
        ),
        "switching off changed",
    ),
    Broken(
        "erasing",
        (
            Edit("privacy.py", "return await tx.execute(", "return len("),
            Edit("privacy.py", ' = $1", user_id)', ' = $1")'),
        ),
        "still names",
    ),
    Broken("settings", (Edit("settings.py", "] = 3", "] = 30"),), "refused"),
    Broken(
        "templates", (Edit("templates/{id}/notes.html", "{{ note.text }}", "{{ note.text | safe }}"),), "safe"
    ),
    Broken(
        "blocking",
        (
            Edit("api.py", "import uuid\n", "import time\nimport uuid\n"),
            Edit("api.py", '    """The newest first."""\n', "    time.sleep(0.3)\n"),
        ),
        "async function",
    ),
    Broken(
        "package",
        (
            Edit("pyproject.toml", "authors =", "# authors ="),
            Edit("pyproject.toml", "/issues", ""),
            Edit("pyproject.toml", "Issues =", "Home ="),
        ),
        "no contact",
    ),
)


@pytest.fixture(scope="module")
async def bench_of(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Callable[[str], Bench]]:
    """All of them in one installation: each has tenants of its own, and is off for all others."""
    parent = tmp_path_factory.mktemp("projects")
    plugins = {"sound": (), **{f"bad_{broken.rule}": broken.edits for broken in BROKEN}}
    with ExitStack() as stack:
        entry_points = [
            stack.enter_context(installed(edited(name, parent, [_named(edit, name) for edit in edits])))
            for name, edits in plugins.items()
        ]
        runtime = await build_runtime(settings, host=PluginHost.discover(entry_points=entry_points))
        yield partial(Bench, runtime, create_app(runtime))
        await close_runtime(runtime)


def _named(edit: Edit, name: str) -> Edit:
    return Edit(edit.file.replace("{id}", name), edit.old, edit.new.replace("{id}", name))


@pytest.mark.req("LC-0.2")
async def test_the_scaffold_keeps_every_rule(bench_of: Callable[[str], Bench]) -> None:
    report = await examine(bench_of("sound"))
    assert [one for one in report.outcomes if one.state is not State.OK] == []
    assert report.tier == "silver"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.rule)
async def test_a_broken_rule_is_found(bench_of: Callable[[str], Bench], broken: Broken) -> None:
    outcome = await _outcome(bench_of(f"bad_{broken.rule}"), broken.rule)
    assert outcome.state is State.FAIL
    assert broken.fault in " ".join(outcome.faults)


async def _outcome(bench: Bench, rule: str) -> Outcome:
    if bench.refused is None:
        [check] = [one for one in all_checks() if one.id == rule]
        return await outcome_of(bench, check)
    [failed] = [one for one in (await examine(bench)).outcomes if one.state is State.FAIL]
    assert failed.id == rule, "the host would not even load it, and says why"
    return failed


@pytest.mark.full
@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.rule)
async def test_it_is_found_by_that_rule_alone(bench_of: Callable[[str], Bench], broken: Broken) -> None:
    report = await examine(bench_of(f"bad_{broken.rule}"))
    assert {one.id for one in report.outcomes if one.state is State.FAIL} == {broken.rule}
