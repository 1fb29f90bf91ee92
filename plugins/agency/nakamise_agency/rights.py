"""Permissions of the console, as routes name them."""

from __future__ import annotations

from typing import Final

READ: Final = "agency.tenants.read"
MANAGE: Final = "agency.tenants.manage"
IMPERSONATE: Final = "agency.tenants.impersonate"
DELETE: Final = "agency.tenants.delete"
LOG: Final = "agency.audit.read"
AGENCIES: Final = "agency.agencies.manage"
