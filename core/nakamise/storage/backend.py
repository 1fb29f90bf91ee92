"""Which object store an installation has."""

from __future__ import annotations

from nakamise.settings import Settings
from nakamise.storage.local import LocalStore
from nakamise.storage.s3 import S3Address, S3Store
from nakamise.storage.store import ObjectStore


def open_store(settings: Settings) -> ObjectStore:
    """The bucket of NAKAMISE_S3_URL, else the data folder. Raises SettingsError for a URL that is none."""
    if settings.s3_url is None:
        return LocalStore(settings.media_dir, settings.secret_key)
    return S3Store(S3Address.parse(settings.s3_url), settings.secret_key)
