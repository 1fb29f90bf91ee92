"""pluggy collects and checks a plugin's hook implementations; ``Lineup`` calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import msgspec
import pluggy

from nakamise.host import returns
from nakamise.host.breaker import Breaker
from nakamise.host.driving import BLOCKED_S
from nakamise.host.health import StepRecord
from nakamise.host.refusal import PluginRefused, Why
from nakamise.plugin.hooks import HOOK_CLASSES, POLICIES, PROJECT, OnError

Steps = dict[str, "Step"]


def _specifications() -> dict[str, Callable[..., Any]]:
    return {name: vars(cls)[name] for cls in HOOK_CLASSES for name in vars(cls) if name in POLICIES}


SPECIFICATIONS: Final = _specifications()
_CHECKERS: Final = {name: returns.checker(function) for name, function in SPECIFICATIONS.items()}


class Step(msgspec.Struct, frozen=True):
    """One plugin's implementation of one hook. ``breaker`` None: its failure stops the flow anyway.

    Holding the event loop for longer than ``blocked_s`` is a failure.
    """

    plugin_id: str
    hook: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    is_async: bool
    fits: Callable[[object], bool]
    breaker: Breaker | None
    record: StepRecord
    blocked_s: float = BLOCKED_S


def collect(plugin_id: str, implementation: object, blocked_s: float = BLOCKED_S) -> Steps:
    """Raises PluginRefused for what is not in the contract."""
    _refuse_unmarked(implementation)
    manager = pluggy.PluginManager(PROJECT)
    for hooks in HOOK_CLASSES:
        manager.add_hookspecs(hooks)
    try:
        manager.register(implementation, plugin_id)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginRefused(Why.BAD_HOOKS, str(error)) from error
    steps: Steps = {}
    for caller in manager.get_hookcallers(implementation) or ():
        found = caller.get_hookimpls()
        if len(found) != 1:
            raise PluginRefused(Why.BAD_HOOKS, f"{caller.name} is implemented {len(found)} times")
        steps[caller.name] = _step(plugin_id, caller.name, found[0], blocked_s)
    return steps


def _step(plugin_id: str, hook: str, found: pluggy.HookImpl, blocked_s: float) -> Step:
    if found.wrapper or found.hookwrapper:
        raise PluginRefused(Why.BAD_HOOKS, f"{hook}: wrappers could rewrite what other plugins say")
    if found.tryfirst or found.trylast:
        raise PluginRefused(Why.BAD_HOOKS, f"{hook}: order is declared by `after` in the manifest")
    is_async = inspect.iscoroutinefunction(found.function)
    if is_async != inspect.iscoroutinefunction(SPECIFICATIONS[hook]):
        raise PluginRefused(Why.BAD_HOOKS, f"{hook} must {'not ' if is_async else ''}be an async function")
    breaker = Breaker() if POLICIES[hook].on_error is OnError.SKIP else None
    return Step(
        plugin_id,
        hook,
        found.function,
        tuple(found.argnames),
        is_async,
        _CHECKERS[hook],
        breaker,
        StepRecord(),
        blocked_s,
    )


def _refuse_unmarked(implementation: object) -> None:
    """An override without ``@hookimpl`` would never be called, and nobody would notice."""
    marker = f"{PROJECT}_impl"
    for name, specification in SPECIFICATIONS.items():
        function = getattr(type(implementation), name, None)
        if function is not None and function is not specification and not hasattr(function, marker):
            raise PluginRefused(Why.BAD_HOOKS, f"{name} overrides a hook without @hookimpl")
