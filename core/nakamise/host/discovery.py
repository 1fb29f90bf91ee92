"""Find manifests by entry point, judge them, and put them in order. Nothing here imports a plugin's features."""

from __future__ import annotations

import graphlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import msgspec

from nakamise.host.adapters import BRIDGES, Adapter, Bridges, with_present_slots
from nakamise.host.importing import import_watch
from nakamise.host.refusal import PluginRefused, Refused, Why
from nakamise.plugin import api_version
from nakamise.plugin.manifest import Manifest

GROUP: Final = "nakamise.plugins"
OWN_DISTRIBUTION: Final = "nakamise"


class Candidate(msgspec.Struct, frozen=True):
    """A manifest that may be loaded; ``folder`` is the package that holds its templates and files."""

    manifest: Manifest
    dist: str
    folder: Path | None


def installed_entry_points() -> list[metadata.EntryPoint]:
    return list(metadata.entry_points(group=GROUP))


def distribution_of(entry_point: metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else ""


def find_candidates(
    entry_points: Iterable[metadata.EntryPoint],
    *,
    safe_mode: bool = False,
    bridges: Bridges = BRIDGES,
) -> tuple[list[Candidate], list[Refused]]:
    """Candidates in the order in which they must be loaded, and who was refused so far.

    ``safe_mode`` looks at the plugins of our own distribution only.
    """
    candidates: dict[str, Candidate] = {}
    refused: list[Refused] = []
    for name, same_name in sorted(_by_name(entry_points, safe_mode=safe_mode).items()):
        if len(same_name) > 1:
            dists = sorted(distribution_of(entry_point) for entry_point in same_name)
            refused += [Refused(name, dist, Why.DUPLICATE_ID, ", ".join(dists)) for dist in dists]
            continue
        try:
            candidates[name] = _load(same_name[0], bridges)
        except PluginRefused as refusal:
            refused.append(Refused(name, distribution_of(same_name[0]), refusal.why, refusal.detail))
    refused += _drop_unmet(candidates)
    return [candidates[id_] for id_ in _order(candidates)], refused


def _by_name(
    entry_points: Iterable[metadata.EntryPoint], *, safe_mode: bool
) -> dict[str, list[metadata.EntryPoint]]:
    found: dict[str, list[metadata.EntryPoint]] = defaultdict(list)
    for entry_point in entry_points:
        if not safe_mode or distribution_of(entry_point) == OWN_DISTRIBUTION:
            found[entry_point.name].append(entry_point)
    return found


def _load(entry_point: metadata.EntryPoint, bridges: Bridges) -> Candidate:
    try:
        with import_watch(entry_point.name):
            manifest = entry_point.load()
    except KeyboardInterrupt:
        raise
    # Not only Exception: a plugin whose import calls sys.exit() must not end the host either.
    except BaseException as error:
        raise PluginRefused(Why.IMPORT_FAILED, f"{type(error).__name__}: {error}") from error
    manifest = _adapted(manifest, bridges.adapters)
    if not isinstance(manifest, Manifest):
        raise PluginRefused(Why.NOT_A_MANIFEST, f"{entry_point.value} is a {type(manifest).__name__}")
    if manifest.id != entry_point.name:
        raise PluginRefused(Why.WRONG_ID, f"{manifest.id!r} behind the entry point {entry_point.name!r}")
    manifest = with_present_slots(manifest, bridges.renamed)
    return Candidate(manifest, distribution_of(entry_point), _folder(entry_point))


def _adapted(manifest: Any, adapters: Mapping[int, Adapter]) -> Any:
    """A manifest of today; what says nothing of an API is not judged by it."""
    text = getattr(manifest, "api", None)
    if text is None:
        return manifest
    try:
        major, minor = api_version.parse(str(text))
    except ValueError:
        raise PluginRefused(Why.BAD_API, f"{text!r} is not <major>.<minor>") from None
    host_major, host_minor = api_version.API_VERSION
    offers = f"this host offers {host_major}.{host_minor}"
    if (major, minor) > (host_major, host_minor):
        advice = "upgrade nakamise, or install an older version of the plugin"
        raise PluginRefused(Why.API_TOO_NEW, f"{text}; {offers}: {advice}")
    if major == host_major:
        return manifest
    if major not in adapters:
        raise PluginRefused(Why.API_TOO_OLD, f"{text}; {offers}: install a newer version of the plugin")
    return _translated(manifest, adapters[major])


def _translated(manifest: Any, adapter: Adapter) -> Manifest:
    try:
        return adapter(manifest)
    except Exception as error:
        raise PluginRefused(Why.API_TOO_OLD, f"{type(error).__name__}: {error}") from error


def _folder(entry_point: metadata.EntryPoint) -> Path | None:
    """None for a module that was not read from a file."""
    file = getattr(sys.modules[entry_point.module], "__file__", None)
    return Path(file).parent if file else None


def _drop_unmet(candidates: dict[str, Candidate]) -> Iterator[Refused]:
    """Remove what requires something missing, or itself. Each pass removes at least one, so it ends."""
    while True:
        if unmet := _unmet(candidates):
            for id_, missing in unmet.items():
                dist = candidates.pop(id_).dist
                yield Refused(id_, dist, Why.MISSING_REQUIREMENT, ", ".join(missing))
            continue
        circle = _circle(candidates)
        if not circle:
            return
        for id_ in circle:
            yield Refused(id_, candidates.pop(id_).dist, Why.CYCLE, ", ".join(circle))


def _unmet(candidates: dict[str, Candidate]) -> dict[str, list[str]]:
    missing = {
        id_: [need for need in candidate.manifest.requires if need not in candidates]
        for id_, candidate in candidates.items()
    }
    return {id_: needs for id_, needs in missing.items() if needs}


def _circle(candidates: dict[str, Candidate]) -> list[str]:
    try:
        graphlib.TopologicalSorter(_before(candidates)).prepare()
    except graphlib.CycleError as error:
        return sorted(set(error.args[1]))
    return []


def _before(candidates: dict[str, Candidate]) -> dict[str, set[str]]:
    return {
        id_: {*candidate.manifest.requires, *(set(candidate.manifest.after) & candidates.keys())}
        for id_, candidate in candidates.items()
    }


def _order(candidates: dict[str, Candidate]) -> list[str]:
    """Requirements and ``after`` first; ties by id, so that installing in another order changes nothing."""
    sorter = graphlib.TopologicalSorter(_before(candidates))
    sorter.prepare()
    order: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        order.append(ready.pop(0))
        sorter.done(order[-1])
    return order
