"""A plugin host in which a test may stand in for services that no installed plugin provides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from nakamise.host.loading import Loaded
from nakamise.host.refusal import Refused
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import TenantCtx

S = TypeVar("S")


class FakingHost(PluginHost):
    """What is in ``stand_ins`` answers before any plugin does, for every tenant."""

    def __init__(self, plugins: Sequence[Loaded], refused: Sequence[Refused]) -> None:
        super().__init__(plugins, refused)
        self.stand_ins: dict[type[Any], Any] = {}

    def optional_service(self, ctx: TenantCtx, type_: type[S]) -> S | None:
        if type_ in self.stand_ins:
            found: S = self.stand_ins[type_]
            return found
        return super().optional_service(ctx, type_)
