"""Commands of ``nakamise``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from nakamise.cli import main
from scripts.reference.markdown import code, one_line, table


def page() -> str:
    parts = ["# Commands", "Each has `--help`. Settings come from [environment variables](environment.md)."]
    return "\n\n".join([*parts, *_sections(main, "nakamise")])


def _sections(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if inner := command.get_command(context, name):
                yield from _sections(inner, f"{path} {name}")
        return
    usage = " ".join([path, *command.collect_usage_pieces(click.Context(command))])
    yield f"## {path}\n\n    {usage}\n\n{one_line(command.help)}"
    rows = [_option(one) for one in command.params if isinstance(one, click.Option)]
    if rows:
        yield table(("Option", "What", "Default"), rows)


def _option(option: click.Option) -> tuple[str, str, str]:
    names = ", ".join([*option.opts, *option.secondary_opts])
    value = f" {option.make_metavar(click.Context(click.Command('x')))}" if not option.is_flag else ""
    shown = option.default if isinstance(option.default, str | int) and option.show_default else ""
    return code(f"{names}{value}"), option.help or "", str(shown)
