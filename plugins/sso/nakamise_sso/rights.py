"""The plugin's permission, as routes name it."""

from __future__ import annotations

from typing import Final

MANAGE: Final = "sso.manage"
