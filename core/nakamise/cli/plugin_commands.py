"""Commands that plugins bring: found in their manifests, loaded when they are called."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class WithPlugins(click.Group):
    """Our own commands, then those of plugins; a plugin cannot take one of ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_references()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        reference = None if own else _references().get(cmd_name)
        if reference is None:
            return own
        ctx.obj = _config()
        return load(reference)


def load(reference: str) -> click.Command:
    """Raises ClickException when there is no command behind it."""
    from nakamise.host import references
    from nakamise.host.refusal import PluginRefused

    try:
        found = references.load(reference)
    except PluginRefused as refused:
        raise click.ClickException(refused.detail) from refused
    if not isinstance(found, click.Command):
        raise click.ClickException(f"{reference} is no command")
    return found


@functools.cache
def _references() -> Mapping[str, str]:
    from nakamise.host.discovery import find_candidates, installed_entry_points

    safe_mode = os.environ.get("NAKAMISE_SAFE_MODE") == "1"
    candidates, _ = find_candidates(installed_entry_points(), safe_mode=safe_mode)
    return {name: text for one in candidates for name, text in one.manifest.commands.items()}


def _config() -> object:
    from nakamise.plugin import InstallationConfig
    from nakamise.settings import Settings, SettingsError

    try:
        return InstallationConfig(Settings.from_env())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
