"""May an archive be loaded here? Every reason against it, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nakamise.host.registry import PluginHost
from nakamise.tenancy.history import History, core_history, plugin_history
from nakamise.tenancy.transfer.archive import Manifest, PluginPart
from nakamise.tenancy.transfer.errors import ArchiveRefused


def check(manifest: Manifest, host: PluginHost, without: Collection[str]) -> None:
    """Raises ArchiveRefused with all reasons. An older revision is none: it is migrated after the load."""
    reasons = [
        *(
            f"there is no plugin {plugin} in this export"
            for plugin in without
            if plugin not in manifest.plugins
        ),
        *(["the core cannot be left out"] if "core" in without else []),
    ]
    here = histories(host)
    for plugin, part in manifest.plugins.items():
        if plugin in without:
            continue
        needed = [need for need in part.requires if need in without]
        reasons += [f"{plugin} needs {need}, which was to be left out" for need in needed]
        reasons += _reasons(plugin, part, here)
    if reasons:
        raise ArchiveRefused("This export cannot be imported here: " + "; ".join(reasons) + ".")


def histories(host: PluginHost) -> dict[str, History]:
    return {"core": core_history(), **{m.id: plugin_history(m) for m in host.usable}}


def as_exported(
    manifest: Manifest, host: PluginHost, without: Collection[str]
) -> tuple[list[History], list[History]]:
    """Histories cut where the export stood, and whole ones; requirements first."""
    here = histories(host)
    plugins = [plugin for plugin in manifest.plugins if plugin not in without and plugin != "core"]
    whole = [here[plugin] for plugin in ("core", *host.in_order(plugins))]
    cut = [
        History(
            h.plugin, tuple(m for m in h.migrations if m.revision in manifest.plugins[h.plugin].migrations)
        )
        for h in whole
    ]
    return cut, whole


def _reasons(plugin: str, part: PluginPart, here: dict[str, History]) -> Iterable[str]:
    history = here.get(plugin)
    if history is None:
        yield (
            f"the plugin {plugin} {part.version} is not installed here: install it, or leave its data out"
            f" with --without {plugin}"
        )
        return
    known = {migration.revision: migration.sha256 for migration in history.migrations}
    newer = [revision for revision in part.migrations if revision not in known]
    if newer:
        yield (
            f"{plugin} stands at revision {max(newer):04d}, this installation knows {history.head:04d}:"
            f" install {plugin} {part.version or 'of the source'} or newer"
        )
    changed = [r for r, sha256 in part.migrations.items() if r in known and known[r] != sha256]
    for revision in changed:
        yield f"{plugin} {revision:04d} is another file here than at the source"
