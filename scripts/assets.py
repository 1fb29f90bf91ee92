"""Browser files from npm packages: `build_assets` fetches them and lays out the `static/vendor/` folders.

Used by `scripts.bootstrap` (a checkout) and by `hatch_build.py` (a wheel). Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Say = Callable[[str], None]

VENDOR = Path("core/nakamise/ui/static/vendor")
ICON_LIST = Path("core/nakamise/ui/icons.txt")
COPIED = {"htmx.min.js": "htmx.org/dist/htmx.min.js"}
LICENSES = ("htmx.org/LICENSE", "lucide-static/LICENSE")
LIVE_VENDOR = Path("plugins/livestream/nakamise_livestream/static/vendor")
LIVE_COPIED = {"hls.js": "hls.js/dist/hls.light.min.mjs"}
LIVE_LICENSES = ("hls.js/LICENSE",)
# Invoices as PDF need a Japanese font that every machine has.
_FONT = "@expo-google-fonts/noto-sans-jp"
FONT_VENDOR = Path("plugins/tax_invoice/nakamise_tax_invoice/fonts/vendor")
FONT_COPIED = {
    "NotoSansJP-Regular.ttf": f"{_FONT}/400Regular/NotoSansJP_400Regular.ttf",
    "NotoSansJP-Bold.ttf": f"{_FONT}/700Bold/NotoSansJP_700Bold.ttf",
}
FONT_LICENSES = (f"{_FONT}/LICENSE_FONT",)
INPUTS = (Path("package.json"), Path("package-lock.json"), ICON_LIST, Path("scripts/assets.py"))
MIN_NODE = 18
SVG = re.compile(r"<svg\b[^>]*>(?P<drawing>.*)</svg>", re.DOTALL)
# No drawing attributes here: the style sheet gives them, so that a filled heart is one rule.
SYMBOL = '<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'


class AssetError(Exception):
    """The browser files cannot be built; the message is one sentence for the terminal."""


def build_assets(root: Path, say: Say = print) -> None:
    """Bring the vendor folders up to date with the lock file and the icon list.

    Raises:
        AssetError: npm failed, or the icon list names an icon that does not exist.
    """
    digest = _digest(root)
    folders = (VENDOR, LIVE_VENDOR, FONT_VENDOR)
    if (root / "node_modules").is_dir() and all(_is_fresh(root / folder, digest) for folder in folders):
        return
    say("Fetching browser files (npm ci) ...")
    npm_ci(root, find_npm(root, say))
    _replace(root / VENDOR, digest, lambda fresh: _fill(fresh, root))
    _replace(root / LIVE_VENDOR, digest, lambda fresh: _copy(fresh, root, LIVE_COPIED, LIVE_LICENSES))
    _replace(root / FONT_VENDOR, digest, lambda fresh: _copy(fresh, root, FONT_COPIED, FONT_LICENSES))


def _is_fresh(folder: Path, digest: str) -> bool:
    stamp = folder / ".stamp"
    return stamp.is_file() and stamp.read_text() == digest


def _replace(folder: Path, digest: str, fill: Callable[[Path], None]) -> None:
    """All of it or nothing."""
    fresh = folder.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    fill(fresh)
    (fresh / ".stamp").write_text(digest)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in INPUTS:
        full = root / path
        digest.update(full.read_bytes() if full.exists() else b"")
    return digest.hexdigest()


def _fill(target: Path, root: Path) -> None:
    _copy(target, root, COPIED, LICENSES)
    names = _icon_names(root / ICON_LIST)
    sprite = _sprite(names, root / "node_modules" / "lucide-static/icons")
    (target / "icons.svg").write_text(sprite, encoding="utf-8")


def _copy(target: Path, root: Path, copied: Mapping[str, str], licenses: Sequence[str]) -> None:
    modules = root / "node_modules"
    for name, source in copied.items():
        shutil.copyfile(modules / source, target / name)
    texts = [f"{name}\n\n{(modules / name).read_text(encoding='utf-8')}" for name in licenses]
    (target / "LICENSES.txt").write_text("\n".join(texts), encoding="utf-8")


def _icon_names(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def _sprite(names: list[str], icons: Path) -> str:
    symbols = [_symbol(name, icons / f"{name}.svg") for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(name: str, path: Path) -> str:
    match = SVG.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if match is None:
        raise AssetError(f"{ICON_LIST} names the icon {name!r}, which lucide-static does not have.")
    drawing = " ".join(match["drawing"].split())
    return SYMBOL.format(name=name, drawing=drawing)


def find_npm(root: Path, say: Say = print) -> Path:
    """The system's npm; else that of a Python package, which is installed below ``root``.

    Raises:
        AssetError: there is none.
    """
    return _system_npm() or _packaged_npm(root, say)


def npm_ci(folder: Path, npm: Path) -> None:
    """Install what the lock file of ``folder`` names.

    Raises:
        AssetError: npm failed.
    """
    env = os.environ | {"PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    result = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise AssetError(f"npm ci failed; is the package registry reachable?\n{result.stderr.strip()}")


def _system_npm() -> Path | None:
    node = shutil.which("node")
    npm = shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", answer)
    return Path(npm) if version and int(version[1]) >= MIN_NODE else None


def _packaged_npm(root: Path, say: Say) -> Path:
    """Node from a Python wheel, in an environment of its own so that it never meets ours."""
    home = root / ".venv" / "node"
    npm = home / "bin" / "npm"
    if npm.exists():
        return npm
    say("No Node.js on this machine: installing it from a Python package (58 MB) ...")
    venv.create(home, with_pip=True, clear=True)
    lock = root / "requirements-node.lock"
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=False).returncode != 0:
        raise AssetError("Node.js could not be installed; install Node.js 18 or newer and try again.")
    return npm


if __name__ == "__main__":
    try:
        build_assets(Path(__file__).resolve().parent.parent)
    except AssetError as error:
        sys.exit(str(error))
