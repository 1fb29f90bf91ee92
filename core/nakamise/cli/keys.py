"""`nakamise keys`: the installation's secret and what is sealed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation, open_runtime

if TYPE_CHECKING:
    from nakamise.settings import Settings


@click.group()
def keys() -> None:
    """The secret of this installation, and what is sealed with it."""


@keys.command()
@on_installation
async def reseal(settings: Settings) -> None:
    """Seal everything anew under NAKAMISE_SECRET_KEY that NAKAMISE_OLD_SECRET_KEYS still open.

    Secret settings, second factors, and columns that plugins declare. May be run again at any time; once it
    finds nothing, the old keys can be taken away.
    """
    from nakamise.tenancy.reseal import reseal_all

    async with open_runtime(settings) as runtime:
        done = await reseal_all(runtime)
    click.echo(
        f"sealed anew: {done.settings} settings, {done.columns} columns of plugins,"
        f" {done.second_factors} second factors"
    )
