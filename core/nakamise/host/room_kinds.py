"""Room kinds of plugins, with the function that admits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from nakamise.host import references
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.plugin.rooms import Admission, RoomKind

Admit = Callable[[TenantCtx, str], Awaitable[Admission | None]]


class LoadedRoomKind(msgspec.Struct, frozen=True):
    kind: RoomKind
    admit: Admit


def load(manifest: Manifest) -> tuple[LoadedRoomKind, ...]:
    """Raises PluginRefused."""
    return tuple(LoadedRoomKind(kind, references.load_callable(kind.admit)) for kind in manifest.rooms)
