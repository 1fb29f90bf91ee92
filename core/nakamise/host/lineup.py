"""The hook implementations of one set of plugins, and the only way to call them.

One after another in declared order, under one deadline for all, each attributed, isolated by the hook's
policy and counted by its breaker.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nakamise.errors import NakamiseError
from nakamise.host.attribution import current_plugin
from nakamise.host.breaker import BreakerOpen
from nakamise.host.hook_steps import Step
from nakamise.host.savepoint import GuardedTx
from nakamise.plugin.hooks import POLICIES, CheckoutHooks, OnError, PricingHooks

log: Final = logging.getLogger("nakamise.plugins")
# A plugin whose rule in one of these hooks cannot be asked closes checkout.
RULE_HOOKS: Final = frozenset(
    name for cls in (PricingHooks, CheckoutHooks) for name in vars(cls) if name in POLICIES
)


class WrongResult(NakamiseError):
    """A hook returned something else than its specification says."""


@dataclass(slots=True)
class Outcome:
    """``results`` holds what was not None, ``failed`` who was left out and why; both (plugin id, …)."""

    results: list[tuple[str, Any]] = field(default_factory=list)
    failed: list[tuple[str, Exception]] = field(default_factory=list)

    def by_plugin(self) -> dict[str, Any]:
        return dict(self.results)


class Lineup:
    """Made by ``PluginHost.lineup`` only; shared by all tenants that have the same plugins on."""

    __slots__ = ("_absent", "_chains", "enabled")

    def __init__(
        self, enabled: frozenset[str], chains: Mapping[str, tuple[Step, ...]], absent: frozenset[str]
    ) -> None:
        self.enabled = enabled
        self._chains = chains
        self._absent = absent

    def has(self, hook: str) -> bool:
        """Whether anybody implements it: saves opening a transaction for nobody."""
        return bool(self._chains[hook])

    def implementers(self, hook: str) -> frozenset[str]:
        return frozenset(step.plugin_id for step in self._chains[hook])

    @property
    def unusable(self) -> frozenset[str]:
        """On, but their rules for prices and orders cannot be asked now: checkout must refuse."""
        tripped = {
            step.plugin_id
            for hook in RULE_HOOKS
            for step in self._chains[hook]
            if step.breaker is not None and step.breaker.is_open
        }
        return self._absent | tripped if tripped else self._absent

    async def call(self, hook: str, *, only: frozenset[str] | None = None, **arguments: Any) -> Outcome:
        """Ask everybody, or ``only`` some.

        Raises what an implementation raised (or TimeoutError) when the hook's policy is RAISE.
        """
        outcome = Outcome()
        chain = self._chains[hook]
        if only is not None:
            chain = tuple(step for step in chain if step.plugin_id in only)
        if not chain:
            return outcome
        policy = POLICIES[hook]
        position = 0
        try:
            async with asyncio.timeout(policy.deadline_s):
                for position, step in enumerate(chain):  # noqa: B007 (the position is read after a time-out)
                    await _ask(step, arguments, outcome, policy.on_error)
        except TimeoutError as error:
            if policy.on_error is OnError.RAISE:
                raise
            _count_failure(chain[position], error)
            outcome.failed += [(step.plugin_id, error) for step in chain[position:]]
        return outcome

    def call_sync(self, hook: str, **arguments: Any) -> Outcome:
        """For hooks that are plain functions; the deadline is only watched, for it cannot be enforced."""
        outcome = Outcome()
        chain = self._chains[hook]
        if not chain:
            return outcome
        policy = POLICIES[hook]
        started = time.perf_counter()
        for step in chain:
            _ask_sync(step, arguments, outcome, policy.on_error)
        if time.perf_counter() - started > policy.deadline_s:
            log.warning("hook %s took longer than %s s", hook, policy.deadline_s)
        return outcome


def build(enabled: frozenset[str], steps: Sequence[Mapping[str, Step]], usable: frozenset[str]) -> Lineup:
    """``steps`` of all plugins in declared order."""
    chains = {
        hook: tuple(of[hook] for of in steps if hook in of and of[hook].plugin_id in enabled)
        for hook in POLICIES
    }
    return Lineup(enabled, chains, enabled - usable)


async def _ask(step: Step, arguments: dict[str, Any], outcome: Outcome, on_error: OnError) -> None:
    if not step.is_async:
        _ask_sync(step, arguments, outcome, on_error)
        return
    if step.breaker is not None and not step.breaker.admits():
        outcome.failed.append((step.plugin_id, _refusal(step)))
        return
    if on_error is OnError.RAISE or "tx" not in arguments:
        await _run(step, arguments, outcome, on_error)
        return
    tx = GuardedTx(arguments["tx"])
    try:
        failures = len(outcome.failed)
        await _run(step, {**arguments, "tx": tx}, outcome, on_error)
    except BaseException:
        await tx.undo()
        raise
    await (tx.keep() if len(outcome.failed) == failures else tx.undo())


async def _run(step: Step, arguments: dict[str, Any], outcome: Outcome, on_error: OnError) -> None:
    token = current_plugin.set(step.plugin_id)
    try:
        value = await step.function(*[arguments[name] for name in step.arguments])
        _take(step, value, outcome)
    except Exception as error:  # noqa: BLE001  # isolating any fault of a plugin is this line's purpose
        _fail(step, error, outcome, on_error)
    except BaseException:
        if step.breaker is not None:
            step.breaker.gave_up()
        raise
    finally:
        current_plugin.reset(token)


def _ask_sync(step: Step, arguments: dict[str, Any], outcome: Outcome, on_error: OnError) -> None:
    if step.breaker is not None and not step.breaker.admits():
        outcome.failed.append((step.plugin_id, _refusal(step)))
        return
    token = current_plugin.set(step.plugin_id)
    try:
        value = step.function(*[arguments[name] for name in step.arguments])
        _take(step, value, outcome)
    except Exception as error:  # noqa: BLE001  # isolating any fault of a plugin is this line's purpose
        _fail(step, error, outcome, on_error)
    finally:
        current_plugin.reset(token)


def _take(step: Step, value: object, outcome: Outcome) -> None:
    if not step.fits(value):
        raise WrongResult(f"{step.plugin_id}: {step.hook} returned {type(value).__name__}")
    if step.breaker is not None:
        step.breaker.succeeded()
    if value is not None:
        outcome.results.append((step.plugin_id, value))


def _fail(step: Step, error: Exception, outcome: Outcome, on_error: OnError) -> None:
    if on_error is OnError.RAISE:
        raise error
    _count_failure(step, error)
    outcome.failed.append((step.plugin_id, error))


def _count_failure(step: Step, error: Exception) -> None:
    extra = {"plugin": step.plugin_id, "hook": step.hook}
    log.error("hook %s failed, plugin=%s", step.hook, step.plugin_id, exc_info=error, extra=extra)
    if step.breaker is not None and step.breaker.failed():
        log.error("hook %s is not asked for a while, plugin=%s", step.hook, step.plugin_id, extra=extra)


def _refusal(step: Step) -> BreakerOpen:
    return BreakerOpen(f"{step.plugin_id}: {step.hook}")
