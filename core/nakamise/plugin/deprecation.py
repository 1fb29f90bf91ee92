"""How a part of the contract says that it will go: at least two minor versions and six months before it does."""

from __future__ import annotations

import logging
import sys
from types import FrameType
from typing import Final

log: Final = logging.getLogger("nakamise.deprecated")
_told: Final[set[tuple[str, str]]] = set()


def deprecated(what: str, *, instead: str, removed_in: str) -> None:
    """To be called first in what is deprecated: logs once in a process for each place that uses it.

    The line names the module and ``file:line`` of the caller's caller, ``instead`` and the version of the
    contract that will not have ``what`` any more.
    """
    frame: FrameType | None = sys._getframe(1).f_back
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
    if (what, place) in _told:
        return
    _told.add((what, place))
    module = str(frame.f_globals.get("__name__", "?")) if frame else "?"
    log.warning(
        "%s uses %s, which API %s does not have any more; use %s (%s)",
        module.partition(".")[0],
        what,
        removed_in,
        instead,
        place,
    )


def deprecated_in(plugin_id: str, what: str, *, instead: str, removed_in: str) -> None:
    """The same for what a manifest names: it has no line of code."""
    if (what, plugin_id) not in _told:
        _told.add((what, plugin_id))
        log.warning(
            "plugin %s uses %s, which API %s does not have any more; use %s",
            plugin_id,
            what,
            removed_in,
            instead,
        )
