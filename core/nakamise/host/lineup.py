"""The hook implementations of one set of plugins, and the only way to call them.

One after another in declared order, under one deadline for all, each attributed, isolated by the hook's
policy and counted by its breaker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nakamise.host.asking import Outcome, WrongResult, ask_all, ask_all_sync
from nakamise.host.hook_steps import Step
from nakamise.plugin.hooks import POLICIES, CheckoutHooks, PricingHooks

__all__ = ["RULE_HOOKS", "Lineup", "Outcome", "WrongResult", "build"]

# A plugin whose rule in one of these hooks cannot be asked closes checkout.
RULE_HOOKS: Final = frozenset(
    name for cls in (PricingHooks, CheckoutHooks) for name in vars(cls) if name in POLICIES
)


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
    def absent(self) -> frozenset[str]:
        """On, but refused at start: their rules cannot be asked."""
        return self._absent

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
        chain = self._chains[hook]
        if only is not None:
            chain = tuple(step for step in chain if step.plugin_id in only)
        return await ask_all(chain, arguments, POLICIES[hook]) if chain else Outcome()

    def call_sync(self, hook: str, **arguments: Any) -> Outcome:
        """For hooks that are plain functions; the deadline is only watched, for it cannot be enforced."""
        chain = self._chains[hook]
        return ask_all_sync(chain, arguments, POLICIES[hook]) if chain else Outcome()


def build(enabled: frozenset[str], steps: Sequence[Mapping[str, Step]], usable: frozenset[str]) -> Lineup:
    """``steps`` of all plugins in declared order."""
    chains = {
        hook: tuple(of[hook] for of in steps if hook in of and of[hook].plugin_id in enabled)
        for hook in POLICIES
    }
    return Lineup(enabled, chains, enabled - usable)
