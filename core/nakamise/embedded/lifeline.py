"""Children that do not outlive their parent, even when it is killed with no chance to clean up."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading

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


def tied_to_us(number: signal.Signals) -> list[str]:
    """Words to put before a command so that the kernel signals it when this process ends.

    Empty where that cannot be done: without util-linux's setpriv, or outside the main thread, since
    the kernel looks at the thread that started the child and threads end earlier.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return []
    usage = subprocess.run([setpriv, "--help"], capture_output=True, text=True, check=False).stdout
    return [setpriv, "--pdeathsig", number.name.removeprefix("SIG")] if "--pdeathsig" in usage else []
