"""Children that do not outlive their parent, even when it is killed with no chance to clean up."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Ask the kernel to signal this process when its parent ends (Linux; prctl(2)).

    Call it in the main thread of the child. Elsewhere than on Linux it does nothing.

    Args:
        parent: the process id of the parent, which may have ended already.
        number: the signal to get.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)
