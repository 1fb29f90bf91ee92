"""What a companion of a plugin is opened with; see ``Manifest.companions``."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from nakamise.plugin.context import SYSTEM, TenantCtx

if TYPE_CHECKING:
    from nakamise.runtime import Runtime


class Installation:
    """The installation around a companion, which serves all tenants and acts for one of them at a time."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @property
    def data_dir(self) -> Path:
        """Files of this installation, the same folder for all its processes on a machine."""
        return self._runtime.settings.data_dir

    def secret(self, purpose: str) -> bytes:
        """32 bytes that all processes of the installation have for ``purpose``, and nobody else."""
        return hmac.new(
            self._runtime.settings.secret_key, f"nakamise/{purpose}".encode(), hashlib.sha256
        ).digest()

    def ctx(self, tenant_id: uuid.UUID, plugin_id: str) -> TenantCtx | None:
        """Acts as the system; None when there is no such tenant, or the plugin is off there."""
        tenant = self._runtime.directory.by_id(tenant_id)
        if tenant is None or plugin_id not in tenant.plugins:
            return None
        return TenantCtx(self._runtime, tenant, SYSTEM, self._runtime.host.lineup(tenant.plugins))
