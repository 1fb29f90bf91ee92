"""Bridges from older contracts to today's.

A major version is supported for at least a year after the next one appeared, by one function that turns a
manifest of the one into one of the other. The first adapter comes with API 2: nothing is older than 1.0 yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from nakamise.plugin.deprecation import deprecated_in
from nakamise.plugin.manifest import Manifest, SlotItem
from nakamise.plugin.slots import RENAMED, Renamed, Slot

Adapter = Callable[[Any], Manifest]
"""Takes what the old entry point holds; wraps its hooks and handlers where their signatures changed."""


class Bridges(msgspec.Struct, frozen=True):
    """``adapters`` by the major version that they understand: at most the one before ours."""

    adapters: Mapping[int, Adapter] = {}
    renamed: Mapping[Slot, Renamed] = RENAMED


BRIDGES: Final = Bridges()


def with_present_slots(manifest: Manifest, renamed: Mapping[Slot, Renamed]) -> Manifest:
    """Boxes for a slot that was renamed are drawn where it is now, and the author is told."""
    if not any(item.slot in renamed for item in manifest.slots):
        return manifest
    items = tuple(_present(manifest.id, item, renamed) for item in manifest.slots)
    return msgspec.structs.replace(manifest, slots=items)


def _present(plugin_id: str, item: SlotItem, renamed: Mapping[Slot, Renamed]) -> SlotItem:
    now = renamed.get(item.slot)
    if now is None:
        return item
    deprecated_in(plugin_id, f"the slot {item.slot}", instead=f"the slot {now.to}", removed_in=now.removed_in)
    return msgspec.structs.replace(item, slot=now.to)
