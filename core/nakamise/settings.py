"""What an operator sets, read from environment variables once at start."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from nakamise.media_settings import MediaSettings, SettingsError, number

__all__ = ["Environment", "MediaSettings", "Settings", "SettingsError"]

Environment = Literal["demo", "production"]


_PLACE: Final = re.compile(r"(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}")
_STARTERS: Final = Path(__file__).parent / "starters"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``database_url`` is the owner's URL (it migrates and creates roles); None means the embedded server."""

    secret_key: bytes
    # Secrets of earlier days: what plugins sealed under them still opens.
    old_secret_keys: tuple[bytes, ...] = ()
    port: int = 8000
    host: str = "127.0.0.1"
    data_dir: Path = Path(".nakamise")
    database_url: str | None = None
    pool_size: int = 10
    smtp_url: str | None = None
    # Objects in a bucket instead of the data folder: https://KEY:SECRET@host/bucket?region=NAME
    s3_url: str | None = None
    # Rooms shared by several processes: redis://[:PASSWORD@]host[:port][/number]; None = this process's memory.
    redis_url: str | None = None
    base_domain: str = "localhost"
    environment: Environment = "demo"
    # Addresses of reverse proxies whose X-Forwarded-For and -Proto are believed.
    trusted_proxies: tuple[str, ...] = ()
    # Who is asked for the proofs of tenants' own domains: "address[:port]"; None = the system's resolver.
    dns: str | None = None
    # Places that are not public, "address:port", and may be called at a tenant's wish all the same.
    egress_allow: tuple[str, ...] = ()
    # What new tenants can start from: a folder of our blueprints, or the operator's own.
    blueprints_dir: Path = _STARTERS
    # How long a deleted tenant can be brought back.
    purge_days: int = 30
    # Background jobs at a time in a web process; 0 leaves them to `nakamise worker`.
    jobs: int = 4
    # Who carries live video.
    media: MediaSettings = MediaSettings()
    # "built-ins only": an operator's way back when a third party's plugin breaks the start.
    safe_mode: bool = False

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    def secret(self, purpose: str) -> bytes:
        """32 bytes that all processes of the installation have for ``purpose``, and nobody else."""
        return hmac.new(self.secret_key, f"nakamise/{purpose}".encode(), hashlib.sha256).digest()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Raises SettingsError when a value cannot be used."""
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("NAKAMISE_DATA") or ".nakamise").absolute()
        environment = env.get("NAKAMISE_ENV", "demo")
        if environment not in ("demo", "production"):
            raise SettingsError(f"NAKAMISE_ENV is {environment!r}: use 'demo' or 'production'.")
        return cls(
            secret_key=_secret_key(env, data_dir),
            old_secret_keys=tuple(
                key.encode() for key in env.get("NAKAMISE_OLD_SECRET_KEYS", "").split(",") if key
            ),
            port=number(env, "PORT", 8000, range(1, 65536)),
            host=env.get("HOST", "127.0.0.1"),
            data_dir=data_dir,
            database_url=env.get("NAKAMISE_DATABASE_URL") or None,
            pool_size=number(env, "NAKAMISE_POOL_SIZE", 10, range(1, 1001)),
            smtp_url=env.get("NAKAMISE_SMTP_URL") or None,
            s3_url=env.get("NAKAMISE_S3_URL") or None,
            redis_url=_redis_url(env),
            base_domain=env.get("NAKAMISE_BASE_DOMAIN", "localhost"),
            environment=environment,  # type: ignore[arg-type]
            trusted_proxies=tuple(filter(None, env.get("NAKAMISE_TRUSTED_PROXIES", "").split(","))),
            dns=env.get("NAKAMISE_DNS") or None,
            egress_allow=_places(env.get("NAKAMISE_EGRESS_ALLOW", "")),
            blueprints_dir=Path(env.get("NAKAMISE_BLUEPRINTS") or _STARTERS).absolute(),
            purge_days=number(env, "NAKAMISE_PURGE_DAYS", 30, range(1, 3651)),
            jobs=number(env, "NAKAMISE_JOBS", 4, range(65)),
            media=MediaSettings.from_env(env),
            safe_mode=env.get("NAKAMISE_SAFE_MODE") == "1",
        )


def _redis_url(env: Mapping[str, str]) -> str | None:
    url = env.get("NAKAMISE_REDIS_URL") or None
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        # Not the value: it may hold a password.
        raise SettingsError("NAKAMISE_REDIS_URL begins with redis://, rediss:// (TLS) or unix://.")
    return url


def _places(text: str) -> tuple[str, ...]:
    places = tuple(filter(None, text.split(",")))
    if not all(_PLACE.fullmatch(place) for place in places):
        raise SettingsError(f"NAKAMISE_EGRESS_ALLOW is {text!r}: use address:port, separated by commas.")
    return places


def _secret_key(env: Mapping[str, str], data_dir: Path) -> bytes:
    """From NAKAMISE_SECRET_KEY, else kept in the data folder: sessions outlive a restart."""
    if given := env.get("NAKAMISE_SECRET_KEY"):
        if len(given) < 32:
            raise SettingsError("NAKAMISE_SECRET_KEY is shorter than 32 characters.")
        return given.encode()
    path = data_dir / "secret_key"
    try:
        return _kept_key(path)
    except OSError as error:
        raise SettingsError(
            f"The data folder {data_dir} cannot be used: {error.strerror}. Choose another with NAKAMISE_DATA."
        ) from error


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_bytes().strip()
