"""The folders beside a manifest's module: what it names there must be there, or pages would break later."""

from __future__ import annotations

from pathlib import Path

from nakamise.host.discovery import Candidate
from nakamise.host.refusal import PluginRefused, Why
from nakamise.plugin.slots import Slot
from nakamise.ui.i18n import read_catalog


def check_files(candidate: Candidate) -> None:
    """Raises PluginRefused for a slot template, css or js that is missing, and for an unreadable catalog."""
    manifest, folder = candidate.manifest, candidate.folder
    for item in manifest.slots:
        _must_exist(folder, "templates", item.template)
        if item.slot is Slot.MAIL_FOOTER:
            _must_exist(folder, "templates", item.template.removesuffix(".html") + ".txt")
        if not item.template.startswith(f"{manifest.id}/"):
            raise PluginRefused(Why.BROKEN_REFERENCE, f"slot template {item.template!r} is another's")
    scoped = (*manifest.css_under.values(), *manifest.js_under.values())
    for name in (*manifest.css, *manifest.js, *(file for files in scoped for file in files)):
        _must_exist(folder, "static", name)
    for path in sorted((folder / "locales").glob("*.po")) if folder else ():
        _check_catalog(path)


def _must_exist(folder: Path | None, kind: str, name: str) -> None:
    if folder is None or not (folder / kind / name).is_file():
        raise PluginRefused(Why.BROKEN_REFERENCE, f"{kind}/{name} does not exist")


def _check_catalog(path: Path) -> None:
    try:
        read_catalog(path)
    # Babel raises errors of its own, of the codecs and of its locale data.
    except Exception as error:
        raise PluginRefused(Why.BROKEN_REFERENCE, f"{path.name}: {type(error).__name__}: {error}") from error
