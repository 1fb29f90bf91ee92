"""Live media between this server and other people's programs, the long runs too.

Arguments go to pytest: `make interop ARGS="tests/interop/long -s"`. The packages of tests/interop/peers are installed
for this alone, and so is Firefox where there is none; without root, set NAKAMISE_FIREFOX to its path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.assets import AssetError, find_npm, npm_ci
from scripts.test import find_browser, install_browser

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "tests/interop/peers"
BUILT = "node_modules/.built/clients.js"
FIREFOXES = ("firefox-esr", "firefox")


def main() -> None:
    try:
        node = build_peers()
    except AssetError as error:
        sys.exit(str(error))
    environment = os.environ | {
        "NAKAMISE_INTEROP": "1",
        "NAKAMISE_CHROMIUM": str(find_browser() or install_browser()),
        "NAKAMISE_FIREFOX": str(find_firefox() or install_firefox()),
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:xdist",
        *(sys.argv[1:] or ["tests/interop", "-rA", "--show-capture=stdout"]),
    ]
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


def build_peers() -> Path:
    """Install the clients and bundle those for browsers; the folder of node.

    Raises :class:`AssetError`.
    """
    npm = find_npm(ROOT)
    print("Fetching other people's clients (npm ci) ...", flush=True)
    npm_ci(PEERS, npm)
    folder = npm.parent
    esbuild = PEERS / "node_modules/.bin/esbuild"
    options = ["--bundle", "--format=esm", "--define:global=globalThis", "--log-level=warning"]
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(esbuild), "clients.js", *options, f"--outfile={BUILT}"]
    if subprocess.run(command, cwd=PEERS, env=environment, check=False).returncode != 0:
        raise AssetError("esbuild failed; its words stand above")
    return folder


def find_firefox() -> Path | None:
    for name in (os.environ.get("NAKAMISE_FIREFOX"), *FIREFOXES):
        found = shutil.which(name) if name else None
        if found is not None:
            return Path(found)
    return None


def install_firefox() -> Path:
    """The system's, with apt and as root."""
    can = os.geteuid() == 0 and shutil.which("apt-get") is not None
    command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", FIREFOXES[0]]
    if can and subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0:
        found = find_firefox()
        if found is not None:
            return found
    sys.exit("The interop tests need Firefox: install it, or set NAKAMISE_FIREFOX to its path.")


if __name__ == "__main__":
    main()
