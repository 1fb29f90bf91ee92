"""A plugin host in which a test may stand in for services that no installed plugin provides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from nakamise.auth.permissions import CORE_PERMISSIONS
from nakamise.host.loading import Loaded
from nakamise.host.refusal import PluginRefused, Refused
from nakamise.host.registry import PluginHost
from nakamise.host.routes import check_routes
from nakamise.plugin.context import TenantCtx

S = TypeVar("S")


class FakingHost(PluginHost):
    """What is in ``stand_ins`` answers before any plugin does, for every tenant."""

    def __init__(self, plugins: Sequence[Loaded], refused: Sequence[Refused]) -> None:
        super().__init__(plugins, refused)
        self.stand_ins: dict[type[Any], Any] = {}

    def routes_fit(self, plugin_ids: Collection[str]) -> bool:
        """Whether those of ``plugin_ids`` that are usable would be so too if their routes were tried alone."""
        permissions = {permission.id for permission in CORE_PERMISSIONS}
        for manifest in self.usable:
            permissions |= {permission.id for permission in manifest.permissions}
            if manifest.id in plugin_ids:
                try:
                    check_routes(manifest, self.plugin(manifest.id).routers, frozenset(permissions))
                except PluginRefused:
                    return False
        return True

    def optional_service(self, ctx: TenantCtx, type_: type[S]) -> S | None:
        if type_ in self.stand_ins:
            found: S = self.stand_ins[type_]
            return found
        return super().optional_service(ctx, type_)
