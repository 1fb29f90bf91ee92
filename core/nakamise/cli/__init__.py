"""The `nakamise` command."""

import click

from nakamise import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nakamise")
def main() -> None:
    """Run and manage Nakamise."""
