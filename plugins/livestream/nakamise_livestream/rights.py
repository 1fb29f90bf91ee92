"""Permissions, by the names that routes use. What a host may do with a broadcast of their own needs none."""

from __future__ import annotations

from typing import Final

DECIDE: Final = "livestream.broadcasters.manage"
MONITOR: Final = "livestream.monitor"
MANAGE: Final = "livestream.broadcasts.manage"
