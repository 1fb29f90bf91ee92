"""Which engine an installation has: our worker on this machine, workers elsewhere, or another media server."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

from nakamise.plugin import InstallationConfig
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.pool import EnginePool
from nakamise_livestream.sfu.worker.config import WorkerConfig

# Of sun_path, unix(7), with its end.
_PATH_MAX: Final = 104
# A web process that crashed is back by then.
_LINGER_S: Final = 10.0


def token_of(config: InstallationConfig) -> str:
    """What workers and web processes of an installation know each other by."""
    return config.secret("livestream/engine").hex()


def local_worker(config: InstallationConfig) -> WorkerConfig:
    """The same in all processes of the machine, without a word between them."""
    return WorkerConfig(
        control=f"unix:{_socket_path(config.data_dir)}",
        token=token_of(config),
        udp_port=config.media.udp_port,
        addresses=config.media.addresses,
        linger=_LINGER_S,
    )


def pool(config: InstallationConfig) -> EnginePool:
    """Of the workers that the operator named; a worker's name is the same wherever and in whatever order."""
    token = token_of(config)
    places = [place_of(text) for text in config.media.workers]
    return EnginePool({_name(place): EmbeddedEngine(place, token) for place in places})


def place_of(text: str) -> str:
    """``host:port`` or ``unix:/path`` as `WorkerConfig.control` has it."""
    return text if text.startswith("unix:") else f"tcp:{text}"


def _name(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:8]


def _socket_path(data_dir: Path) -> Path:
    path = data_dir.absolute() / "media.sock"
    if len(os.fsencode(path)) < _PATH_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"media-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder / "media.sock"
