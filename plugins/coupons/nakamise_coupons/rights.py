"""Permissions, by the names that routes use."""

from __future__ import annotations

from typing import Final

READ: Final = "coupons.read"
MANAGE: Final = "coupons.manage"
