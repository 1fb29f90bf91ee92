"""A copy of a tenant beside it, for trying things out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from nakamise.ids import new_token
from nakamise.runtime import Runtime
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.load import Imported, Progress, import_tenant


async def clone_tenant(
    runtime: Runtime,
    slug: str,
    new_slug: str,
    *,
    hosts: Sequence[str] = (),
    progress: Progress | None = None,
) -> Imported:
    """With secrets, but without waiting jobs, which would be done twice, and without sessions.

    Raises NotFound, Conflict.
    """
    folder = runtime.settings.data_dir / "transfers"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    passphrase = new_token()
    target = Target(slug=new_slug, hosts=tuple(hosts), passphrase=passphrase, take_jobs=False, is_copy=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        path = Path(temporary) / "clone.zip"
        await export_tenant(runtime, slug, path, passphrase=passphrase)
        return await import_tenant(runtime, path, target, progress=progress)
