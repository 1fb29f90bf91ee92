"""`nakamise demo`: what one needs to try the demo out."""

from __future__ import annotations

import click

from nakamise.cli.failure import plain_errors
from nakamise.settings import Settings


@click.group()
def demo() -> None:
    """Help with the demo."""


@demo.command()
@plain_errors
def code() -> None:
    """The codes of the second factor that the demo's users need now."""
    from pyotp.totp import TOTP

    from nakamise.tenancy.bootstrap import demo_logins

    for login in demo_logins(Settings.from_env()):
        if login.totp_secret:
            click.echo(f"{login.email:34} {TOTP(login.totp_secret).now()}")
