"""Compiled templates are kept on disk from one process to the next: compiling is most of a first page's time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

logger = logging.getLogger(__name__)


def digest_of(locales: Iterable[Path]) -> str:
    """Of what goes into compiled templates besides their source: these folders' catalogs, and our own code."""
    files = [
        *Path(__file__).parent.glob("*.py"),
        *(path for folder in locales for path in folder.glob("*.po")),
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def open_cache(locale: str, digest: str) -> FileSystemBytecodeCache | None:
    """In this user's own folder below the system's temporary one; None where there cannot be one."""
    try:
        return _Compiled(locale, digest)
    except (OSError, RuntimeError) as error:
        logger.info("templates are compiled anew in each process: %s", error)
        return None


class _Compiled(FileSystemBytecodeCache):
    """Of one language, for messages are constants in compiled templates."""

    def __init__(self, locale: str, digest: str) -> None:
        super().__init__(pattern=f"nakamise-{locale}-%s.cache")
        self._digest = digest

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(self._digest + source)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """A page does not fail for a disk that is full."""
        try:
            super().dump_bytecode(bucket)
        except OSError as error:
            logger.warning("a compiled template is not kept: %s", error)
