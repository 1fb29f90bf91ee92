"""The `nakamise` command."""

import click

from nakamise import __version__
from nakamise.cli.audit import audit
from nakamise.cli.demo import demo
from nakamise.cli.doctor import doctor
from nakamise.cli.jobs import events, worker
from nakamise.cli.keys import keys
from nakamise.cli.migrate import migrate
from nakamise.cli.plugin import plugin
from nakamise.cli.plugin_commands import WithPlugins
from nakamise.cli.run import run
from nakamise.cli.serve import serve
from nakamise.cli.tenant import tenant


@click.group(cls=WithPlugins, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nakamise")
def main() -> None:
    """Run and manage Nakamise."""


main.add_command(run)
main.add_command(serve)
main.add_command(tenant)
main.add_command(plugin)
main.add_command(migrate)
main.add_command(doctor)
main.add_command(demo)
main.add_command(keys)
main.add_command(worker)
main.add_command(events)
main.add_command(audit)
