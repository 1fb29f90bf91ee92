"""Live broadcasts that sell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nakamise_livestream._plugin import manifest

__all__ = ["manifest"]


def __getattr__(name: str) -> Any:
    """The manifest only when it is asked for: media workers are in this package too and start without the core."""
    if name != "manifest":
        raise AttributeError(name)
    from nakamise_livestream._plugin import manifest

    return manifest
