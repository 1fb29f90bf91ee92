"""Checks of the plugin's code as it was installed: imports, names, signatures, its package."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import typing
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from nakamise.host.discovery import OWN_DISTRIBUTION, installed_entry_points
from nakamise.host.hook_steps import SPECIFICATIONS
from nakamise.testing.conformance.bench import Bench
from nakamise.testing.conformance.check import Tier, check
from nakamise.testing.conformance.importing import imported

IMPORT_MS_MAX: Final = 100
# What docs/reference/plugin-contract.md names, and the tools for pages.
PUBLIC: Final = (
    "plugin",
    "contracts",
    "web",
    "testing",
    "db",
    "errors",
    "ids",
    "egress",
    "japan",
    "media",
    "money",
)
_TOPIC: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+\.\d+\Z")


@check(
    1,
    "imports",
    title="The manifest is light, and the code stays on the public side of the core",
    why="Every process imports every installed manifest, and what is private changes without notice.",
    mend="Name code by dotted strings in the manifest; import nakamise.plugin, .contracts, .web and the modules"
    " that the contract lists; reach other plugins by their `.contract` only, and list them in `requires`.",
)
async def imports(bench: Bench) -> Iterable[str]:
    folder = bench.plugin.folder
    return [*_foreign_imports(bench), *(_heaviness(folder.name) if folder else ())]


def _heaviness(package: str) -> Iterator[str]:
    run = imported(package)
    spent = run.ms
    if spent > IMPORT_MS_MAX:
        # Once more: the first time its files may have had to be compiled.
        spent = min(spent, imported(package).ms)
    if spent > IMPORT_MS_MAX:
        yield f"importing {package} takes {spent:.0f} ms; {IMPORT_MS_MAX} ms are allowed"
    known = {package, "nakamise", *sys.stdlib_module_names}
    for name in sorted({name.partition(".")[0] for name in run.modules} - known):
        yield f"the manifest imports {name}"


def _foreign_imports(bench: Bench) -> Iterator[str]:
    packages = {
        found.module.partition(".")[0]: found.name
        for found in installed_entry_points()
        if found.name != bench.plugin_id
    }
    for path in sources(bench.plugin.folder):
        for name in sorted(_names_imported(path)):
            if name.startswith("nakamise.") and not _is_public(name):
                yield f"{path.name} imports {name}, which is private"
            owner = packages.get(name.partition(".")[0])
            if owner is None:
                continue
            if owner not in bench.manifest.requires:
                yield f"{path.name} imports {name} without requiring {owner}"
            elif not name.startswith(f"{name.partition('.')[0]}.contract"):
                yield f"{path.name} imports {name}; only its .contract is for others"


def _is_public(name: str) -> bool:
    inner = name.removeprefix("nakamise.")
    return any(inner == one or inner.startswith(f"{one}.") for one in PUBLIC)


def sources(folder: Path | None) -> list[Path]:
    return sorted(folder.rglob("*.py")) if folder else []


def _names_imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole = node.module in ("nakamise", "nakamise.ui", "nakamise.routing", "nakamise.account")
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if whole else {node.module}
    return found


@check(
    2,
    "names",
    title="Everything carries the plugin's id",
    why="Plugins that know nothing of each other must not collide.",
    mend="Start permissions, topics, jobs and tasks with `<id>.`, and put templates into"
    " `templates/<id>/`. A topic ends with its version: `<id>.note_added.1`.",
)
async def names(bench: Bench) -> Iterable[str]:
    return [*_bad_topics(bench), *_bad_files(bench)]


def _bad_topics(bench: Bench) -> Iterator[str]:
    for topic in bench.manifest.publishes:
        if _TOPIC.match(topic) is None:
            yield f"the topic {topic!r} does not end with a version"


def _bad_files(bench: Bench) -> Iterator[str]:
    folder = bench.plugin.folder
    for path in sorted((folder / "templates").glob("*")) if folder else ():
        if path.name != bench.plugin_id:
            yield f"templates/{path.name} lies outside templates/{bench.plugin_id}"


@check(
    8,
    "hooks",
    title="Hooks have the signature of the contract",
    why="The host calls them by these names and trusts these types.",
    mend="Copy the signature, annotations and all, from the hook class that you override.",
)
async def hooks(bench: Bench) -> Iterable[str]:
    faults = []
    for name, step in bench.plugin.steps.items():
        wanted = [one for one in inspect.signature(SPECIFICATIONS[name]).parameters if one != "self"]
        if list(inspect.signature(step.function).parameters) != wanted:
            faults.append(f"{name} takes other parameters than {', '.join(wanted)}")
            continue
        specified, own = typing.get_type_hints(SPECIFICATIONS[name]), typing.get_type_hints(step.function)
        faults += [
            f"{name}: {key} is annotated {own.get(key)}, not {specified[key]}"
            for key in wanted
            if own.get(key) != specified[key]
        ]
    return faults


@check(
    16,
    "package",
    title="The package says what it is, under which licence, and whom to ask",
    why="Whoever installs it must be able to read, to judge and to ask.",
    mend="In pyproject.toml: `readme`, `license`, an author with an e-mail address, and `[project.urls]` with"
    " `Changelog`.",
    tier=Tier.SILVER,
)
async def package(bench: Bench) -> Iterable[str]:
    if bench.distribution is None:
        return [f"the distribution {bench.plugin.dist!r} is not installed"]
    return list(_missing(bench.distribution.metadata, is_own=bench.plugin.dist == OWN_DISTRIBUTION))


def _missing(said: metadata.PackageMetadata, *, is_own: bool) -> Iterator[str]:
    known = {key.lower() for key in said}
    if not said.json.get("description"):
        yield "no README"
    if not known & {"license", "license-expression", "license-file"}:
        yield "no licence"
    if is_own:
        return  # the framework's own changelog and contact stand in its repository
    urls = " ".join(said.get_all("Project-URL") or ()).lower()
    if "change" not in urls:
        yield "no changelog"
    if not known & {"author-email", "maintainer-email"} and not re.search("issue|support|contact", urls):
        yield "no contact"
