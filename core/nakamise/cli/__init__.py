"""The `nakamise` command."""

import click

from nakamise import __version__
from nakamise.cli.run import run
from nakamise.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nakamise")
def main() -> None:
    """Run and manage Nakamise."""


main.add_command(run)
main.add_command(serve)
