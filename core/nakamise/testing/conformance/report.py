"""Runs the suite over one plugin, and says how good it is."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.host.refusal import Why
from nakamise.testing.conformance.bench import Bench
from nakamise.testing.conformance.check import Check, Tier, all_checks

# Which rule a plugin breaks that the host would not even load.
_BROKEN: Final = {
    Why.BROKEN_REFERENCE: 2,
    Why.DUPLICATE_ID: 2,
    Why.WRONG_ID: 2,
    Why.NOT_A_MANIFEST: 2,
    Why.BAD_MIGRATIONS: 4,
    Why.BAD_ROUTES: 7,
    Why.NO_ACCESS: 7,
    Why.UNKNOWN_PERMISSION: 7,
    Why.BAD_HOOKS: 8,
    Why.BAD_SETTINGS: 13,
}


class State(enum.StrEnum):
    OK = "ok"
    FAIL = "FAIL"
    EXEMPT = "exempt"
    NOT_RUN = "not run"


class Outcome(msgspec.Struct, frozen=True):
    """``faults`` of a failed check; ``note`` is why it is exempt or was not run."""

    number: int
    id: str
    title: str
    state: State
    faults: Sequence[str] = ()
    note: str = ""
    why: str = ""
    mend: str = ""


class Report(msgspec.Struct, frozen=True):
    plugin: str
    outcomes: Sequence[Outcome]
    tier: Tier | None

    @property
    def is_good(self) -> bool:
        return all(one.state in (State.OK, State.EXEMPT) for one in self.outcomes)


async def examine(bench: Bench) -> Report:
    """Every check; one that itself fails is a fault of the plugin's, and is said so."""
    refused = bench.refused
    if refused is not None:
        return _refused(bench.plugin_id, refused.why, refused.detail)
    outcomes = [await outcome_of(bench, one) for one in all_checks()]
    return Report(bench.plugin_id, outcomes, _tier(outcomes))


async def outcome_of(bench: Bench, one: Check) -> Outcome:
    exempt = bench.exempt.get(one.id)
    if exempt:
        return _outcome(one, State.EXEMPT, note=exempt)
    try:
        faults = tuple(await one.run(bench))
    # A plugin may fail in any way while it is examined; the next check is run all the same.
    except Exception as error:  # noqa: BLE001
        faults = (f"{type(error).__name__}: {error}",)
    return _outcome(one, State.FAIL if faults else State.OK, faults)


def _outcome(one: Check, state: State, faults: Sequence[str] = (), note: str = "") -> Outcome:
    why, mend = (one.why, one.mend) if state is State.FAIL else ("", "")
    return Outcome(one.number, one.id, one.title, state, faults, note, why, mend)


def _refused(plugin_id: str, why: Why, detail: str) -> Report:
    # The manifest judges its own names while it is imported.
    broken = 2 if "ManifestError" in detail else _BROKEN.get(why, 1)
    outcomes = [
        _outcome(one, State.FAIL, (f"{why.value} {detail}".rstrip(),))
        if one.number == broken
        else _outcome(one, State.NOT_RUN)
        for one in all_checks()
    ]
    return Report(plugin_id, outcomes, None)


def _tier(outcomes: Sequence[Outcome]) -> Tier | None:
    """An exemption is honest, but it does not lift a tier."""
    bad = {one.id for one in outcomes if one.state is not State.OK}
    tiers = {one.id: one.tier for one in all_checks()}
    if any(tiers[id_] is Tier.BRONZE for id_ in bad):
        return None
    return Tier.BRONZE if bad else Tier.SILVER
