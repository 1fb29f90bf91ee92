"""Every test: finds or installs a browser, then runs pytest on all processors.

Arguments go to pytest: `make test ARGS="-k cart"`. With ``NAKAMISE_FULL=1`` (`make test-full`) the browser draws every
page in every look: see ``tests.e2e.sample``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The shell draws the same without the windows around it: a new page costs a fifth of the processor time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
BROWSERS = ("chromium-headless-shell", "chromium")  # the first one that the system has
FONTS = ("fonts-noto-cjk", "fonts-noto-color-emoji")
MAX_WORKERS = 4  # each has a PostgreSQL and may have a browser
LIMIT_S = 40 * 60  # what still runs then hangs; its name is worth more than another hour
GRACE_S = 60


def main() -> None:
    environment = os.environ | {"NAKAMISE_CHROMIUM": str(find_browser() or install_browser())}
    # Images of containers like to set it. Then each worker rewrites every test and each of a hundred child processes
    # compiles the whole framework: 2 s of processor time for every start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # One more than processors: a third of the time a worker waits, for a page, a deadline or another process.
    workers = min((os.cpu_count() or 1) + 1, MAX_WORKERS)
    parallel = ["-n", str(workers), "--dist", "loadscope", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *parallel, *sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        # Shared by the tests that check the types of new plugins, and by nobody else.
        sys.exit(run(command, {**environment, "MYPY_CACHE_DIR": folder}))


def run(command: list[str], environment: dict[str, str]) -> int:
    """The exit code; after LIMIT_S it is interrupted, so that the summary is printed all the same."""
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            return process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            print(f"\nNot finished after {LIMIT_S // 60} minutes: interrupted.", flush=True)
            process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
    return 1


def find_browser() -> Path | None:
    """The Chromium named by NAKAMISE_CHROMIUM, else one on the PATH."""
    for name in (os.environ.get("NAKAMISE_CHROMIUM"), *NAMES):
        found = shutil.which(name) if name else None
        if found is not None:
            return Path(found)
    return None


def install_browser() -> Path:
    """Install the system's Chromium with fonts for Japanese; needs root and apt."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit("The browser tests need Chromium: install it, or set NAKAMISE_CHROMIUM to its path.")
    print("Installing Chromium and fonts (about 300 MB) ...", flush=True)
    # A list that cannot be had need not matter: `install` says whether it does.
    _apt("update")
    if not any(_apt("install", "-y", "--no-install-recommends", browser, *FONTS) for browser in BROWSERS):
        sys.exit("apt-get has no Chromium for us; install it by hand or set NAKAMISE_CHROMIUM.")
    found = find_browser()
    if found is None:
        sys.exit("Chromium was installed but cannot be found; set NAKAMISE_CHROMIUM to its path.")
    return found


def _apt(*arguments: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    main()
