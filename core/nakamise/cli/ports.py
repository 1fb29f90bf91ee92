"""Is the port we are to serve on free?"""

from __future__ import annotations

import errno
import socket

import click


def require_free_port(host: str, port: int) -> None:
    """Bind and let go.

    The web server sets SO_REUSEPORT, so without this two of them would share a port in silence.

    Raises:
        click.ClickException: it is taken, or needs rights that we lack.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(_sentence(host, port, error)) from error


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program. Choose another one, for instance PORT={port + 1}."
    return f"Cannot serve on {host}:{port}: {error.strerror}. Choose another port with PORT."
