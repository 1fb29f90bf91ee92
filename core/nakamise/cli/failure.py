"""Faults an operator can mend end a command with one sentence, not with a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import click

P = ParamSpec("P")


def plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn our own errors into click's one-line message and exit status 1."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        from nakamise.embedded import EmbeddedError
        from nakamise.errors import NakamiseError
        from nakamise.settings import SettingsError

        try:
            command(*args, **kwargs)
        except (SettingsError, EmbeddedError, NakamiseError) as error:
            raise click.ClickException(str(error)) from error

    return guarded
