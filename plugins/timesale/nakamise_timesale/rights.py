"""Permissions, by the names that routes use."""

from __future__ import annotations

from typing import Final

READ: Final = "timesale.read"
MANAGE: Final = "timesale.manage"
