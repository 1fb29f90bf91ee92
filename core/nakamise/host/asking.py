"""One step of a plugin's code: attributed, timed, isolated by policy, counted by its breaker."""

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
from nakamise.host.driving import LoopBlocked, PluginCrashed, drive
from nakamise.host.health import tell
from nakamise.host.hook_steps import Step
from nakamise.host.savepoint import GuardedTx
from nakamise.plugin.hooks import OnError, Policy

log: Final = logging.getLogger("nakamise.plugins")
# NAKAMISE_TRACE_HOOKS=1 turns it on: a line for each step, with its milliseconds.
trace: Final = logging.getLogger("nakamise.hooks")


def trace_hooks(environ: Mapping[str, str]) -> None:
    """To be called once at start; the lines go to standard error."""
    if environ.get("NAKAMISE_TRACE_HOOKS") == "1":
        trace.setLevel(logging.DEBUG)
        trace.addHandler(logging.StreamHandler())


class WrongResult(NakamiseError):
    """A hook returned something else than its specification says."""


@dataclass(slots=True)
class Outcome:
    """``results`` holds what was not None, ``failed`` who was left out and why; both (plugin id, …)."""

    results: list[tuple[str, Any]] = field(default_factory=list)
    failed: list[tuple[str, Exception]] = field(default_factory=list)

    def by_plugin(self) -> dict[str, Any]:
        return dict(self.results)


async def ask_all(chain: Sequence[Step], arguments: Mapping[str, Any], policy: Policy) -> Outcome:
    """One after another under one deadline. Raises as ``Lineup.call`` does."""
    outcome = Outcome()
    position = 0
    try:
        async with asyncio.timeout(policy.deadline_s):
            for position, step in enumerate(chain):  # noqa: B007 (the position is read after a time-out)
                await _ask(step, arguments, outcome, policy.on_error)
    except TimeoutError as error:
        if policy.on_error is OnError.RAISE:
            raise
        _count_failure(chain[position], error, arguments)
        outcome.failed += [(step.plugin_id, error) for step in chain[position:]]
    return outcome


def ask_all_sync(chain: Sequence[Step], arguments: Mapping[str, Any], policy: Policy) -> Outcome:
    """For plain functions; the deadline is only watched, for it cannot be enforced."""
    outcome = Outcome()
    started = time.perf_counter()
    for step in chain:
        _ask_sync(step, arguments, outcome, policy.on_error)
    if time.perf_counter() - started > policy.deadline_s:
        log.warning("hook %s took longer than %s s", chain[0].hook, policy.deadline_s)
    return outcome


async def _ask(step: Step, arguments: Mapping[str, Any], outcome: Outcome, on_error: OnError) -> None:
    if not step.is_async:
        _ask_sync(step, arguments, outcome, on_error)
        return
    if not _admitted(step, outcome):
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


def _admitted(step: Step, outcome: Outcome) -> bool:
    if step.breaker is None or step.breaker.admits():
        return True
    outcome.failed.append((step.plugin_id, BreakerOpen(f"{step.plugin_id}: {step.hook}")))
    return False


async def _run(step: Step, arguments: Mapping[str, Any], outcome: Outcome, on_error: OnError) -> None:
    token = current_plugin.set(step.plugin_id)
    started = time.perf_counter()
    try:
        value, held_s = await drive(step.function(*[arguments[name] for name in step.arguments]))
        if on_error is OnError.RAISE:
            _check_connection(arguments)
        _take(step, value, held_s, outcome, arguments)
    except Exception as error:  # noqa: BLE001  # isolating any fault of a plugin is this line's purpose
        _fail(step, error, outcome, on_error, arguments)
    except BaseException:
        if step.breaker is not None:
            step.breaker.gave_up()
        raise
    finally:
        current_plugin.reset(token)
        if trace.isEnabledFor(logging.DEBUG):
            _trace(step, started)


def _check_connection(arguments: Mapping[str, Any]) -> None:
    """Under SKIP a hook gets a transaction that it cannot close."""
    if "tx" in arguments and arguments["tx"].connection.is_closed():
        raise PluginCrashed("it closed the connection")


def _ask_sync(step: Step, arguments: Mapping[str, Any], outcome: Outcome, on_error: OnError) -> None:
    if not _admitted(step, outcome):
        return
    token = current_plugin.set(step.plugin_id)
    started = time.perf_counter()
    try:
        value = step.function(*[arguments[name] for name in step.arguments])
        _take(step, value, time.perf_counter() - started, outcome, arguments)
    except Exception as error:  # noqa: BLE001  # isolating any fault of a plugin is this line's purpose
        _fail(step, error, outcome, on_error, arguments)
    except BaseException as error:  # noqa: BLE001  # a function awaits nothing, so this is its own doing
        crash = PluginCrashed(f"it raised {type(error).__name__}: {error}")
        _fail(step, crash, outcome, on_error, arguments)
    finally:
        current_plugin.reset(token)
        if trace.isEnabledFor(logging.DEBUG):
            _trace(step, started)


def _take(step: Step, value: object, held_s: float, outcome: Outcome, arguments: Mapping[str, Any]) -> None:
    if held_s > step.blocked_s:
        _blocked(step, LoopBlocked(f"it held the event loop for {held_s:.1f} s"), arguments)
    if not step.fits(value):
        raise WrongResult(f"{step.plugin_id}: {step.hook} returned {type(value).__name__}")
    if step.breaker is not None:
        step.breaker.succeeded()
    if value is not None:
        outcome.results.append((step.plugin_id, value))


def _blocked(step: Step, error: LoopBlocked, arguments: Mapping[str, Any]) -> None:
    """Without a breaker the answer stands, for the harm is done; with one nobody asks again for a while."""
    if step.breaker is not None:
        step.breaker.trip()
        raise error
    log.error("hook %s: %s, plugin=%s", step.hook, error, step.plugin_id, extra=_extra(step))
    step.record.note(arguments.get("ctx"), error)


def _fail(
    step: Step, error: Exception, outcome: Outcome, on_error: OnError, arguments: Mapping[str, Any]
) -> None:
    if on_error is OnError.RAISE:
        step.record.note(arguments.get("ctx"), error)
        raise error
    _count_failure(step, error, arguments)
    outcome.failed.append((step.plugin_id, error))


def _count_failure(step: Step, error: Exception, arguments: Mapping[str, Any]) -> None:
    log.error("hook %s failed, plugin=%s", step.hook, step.plugin_id, exc_info=error, extra=_extra(step))
    step.record.note(arguments.get("ctx"), error)
    if step.breaker is not None and step.breaker.failed():
        log.error(
            "hook %s is not asked for a while, plugin=%s", step.hook, step.plugin_id, extra=_extra(step)
        )
        tell(arguments.get("ctx"), step.plugin_id, step.hook, error)


def _extra(step: Step) -> dict[str, str]:
    return {"plugin": step.plugin_id, "hook": step.hook}


def _trace(step: Step, started: float) -> None:
    milliseconds = (time.perf_counter() - started) * 1000
    trace.debug("%s %s %.2f ms", step.hook, step.plugin_id, milliseconds, extra=_extra(step))
