"""Permissions, by the names that routes use."""

from __future__ import annotations

from typing import Final

READ: Final = "webhooks.read"
MANAGE: Final = "webhooks.manage"
