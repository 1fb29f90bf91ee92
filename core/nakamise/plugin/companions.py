"""What a companion of a plugin is opened with; see ``Manifest.companions``."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nakamise.media_settings import MediaSettings
from nakamise.plugin.context import SYSTEM, TenantCtx

if TYPE_CHECKING:
    from nakamise.runtime import Runtime
    from nakamise.settings import Settings


class InstallationConfig:
    """What an operator decided about the installation; commands of plugins get it, see ``Manifest.commands``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def data_dir(self) -> Path:
        """Files of this installation, the same folder for all its processes on a machine."""
        return self._settings.data_dir

    @property
    def media(self) -> MediaSettings:
        return self._settings.media

    def secret(self, purpose: str) -> bytes:
        """32 bytes that all processes of the installation have for ``purpose``, and nobody else."""
        return self._settings.secret(purpose)


class Installation(InstallationConfig):
    """The installation around a companion, which serves all tenants and acts for one of them at a time."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.settings)
        self._runtime = runtime

    def ctx(self, tenant_id: uuid.UUID, plugin_id: str) -> TenantCtx | None:
        """Acts as the system; None when there is no such tenant, or the plugin is off there."""
        tenant = self._runtime.directory.by_id(tenant_id)
        if tenant is None or plugin_id not in tenant.plugins:
            return None
        return TenantCtx(self._runtime, tenant, SYSTEM, self._runtime.host.lineup(tenant.plugins))

    async def alone(self, purpose: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` in one process of all machines at a time, until this is cancelled.

        Whoever does it is followed by another process when it ends or dies. When it loses the database its work is
        cancelled, and begins again where the lock is got next.
        """
        from nakamise.db.alone import alone
        from nakamise.tenancy.owner import app_url

        await alone(app_url(self._settings), purpose, work)
