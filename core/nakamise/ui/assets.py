"""Static files of the core and of plugins under `/assets/<owner>/<hash>/<path>`.

The hash covers all files of an owner and stands in the folder part, so that a module's relative imports
change their address together with it. Everything is read and joined once, at start, and compressed when it is
first asked for.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import brotli
import msgspec
from markupsafe import Markup

from nakamise.ui.i18n import CORE

if TYPE_CHECKING:
    from nakamise.ui.renderer import TemplateSource

PREFIX: Final = "/assets"
LAYERS: Final = "@layer reset,tokens,base,layout,components,pages,plugins,utilities;"
CSS_ORDER: Final = ("reset", "tokens", "base", "layout", "components", "pages", "utilities")
IMMUTABLE: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "no-cache"
IMPORT_MAPS_MAX: Final = 4096
_TEXT_TYPES: Final = (
    "text/",
    "application/json",
    "application/javascript",
    "image/svg+xml",
    "application/wasm",
)
_COMPRESS_UP_TO: Final = 2_000_000
_BROTLI_QUALITY: Final = 9
# The better one first.
_CODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda data: brotli.compress(data, quality=_BROTLI_QUALITY),
    "gzip": lambda data: gzip.compress(data, 9, mtime=0),
}
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webp": "image/webp",
    ".wasm": "application/wasm",
}


class Asset(msgspec.Struct, frozen=True):
    """One file, ready to send; `codings` are the content codings that it has."""

    media_type: str
    body: bytes
    codings: tuple[str, ...] = ()

    def negotiate(self, accept_encoding: str) -> tuple[bytes, str | None]:
        """Body and content coding for a request's Accept-Encoding."""
        offered = {part.split(";")[0].strip() for part in accept_encoding.split(",")}
        for coding in self.codings:
            if coding in offered:
                return self.encoded(coding), coding
        return self.body, None

    def encoded(self, coding: str) -> bytes:
        """The body, compressed. Raises KeyError for an unknown content coding."""
        return _compressed(coding, self.body)


class _Owner(msgspec.Struct, frozen=True):
    digest: str
    files: dict[str, Asset]


class AssetStore:
    """All static files in memory. Raises FileNotFoundError at start when a declared css or js is missing."""

    def __init__(self, sources: Sequence[TemplateSource]) -> None:
        self._sources = {source.owner: source for source in sources}
        self._import_maps: dict[frozenset[str], Markup] = {}
        self._icons: dict[tuple[str, str], Markup] = {}
        self._owners = {source.owner: _load(source) for source in sources if source.static is not None}
        for source in sources:
            for path in source.declared:
                self.url(source.owner, path)

    def url(self, owner: str, path: str) -> str:
        """Address of a file. Raises FileNotFoundError for one that does not exist."""
        found = self._owners.get(owner)
        if found is None or path not in found.files:
            raise FileNotFoundError(f"{owner} has no static file {path!r}")
        return f"{PREFIX}/{owner}/{found.digest}/{path}"

    def find(self, owner: str, digest: str, path: str) -> tuple[Asset, str] | None:
        """The file and its Cache-Control; an outdated hash gets today's file, but not for ever."""
        found = self._owners.get(owner)
        asset = found.files.get(path) if found else None
        if found is None or asset is None:
            return None
        return asset, IMMUTABLE if digest == found.digest else REVALIDATE

    def icon(self, name: str, cls: str = "") -> Markup:
        """An icon of the sprite, hidden from assistive technology: give the control a label."""
        # A page has a hundred of them, and formatting markup is what costs most in a page.
        known = self._icons.get((name, cls))
        if known is None:
            known = self._icons[name, cls] = self._draw_icon(name, cls)
        return known

    def _draw_icon(self, name: str, cls: str) -> Markup:
        classes = f"n-icon {cls}" if cls else "n-icon"
        return Markup(
            '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
        ).format(classes, self.url(CORE, "vendor/icons.svg"), name)

    def styles(self, owners: Iterable[str], page: str = "/") -> list[str]:
        """For the page at the path `page`."""
        return [self.url(source.owner, path) for source in self._on(owners) for path in source.css_at(page)]

    def scripts(self, owners: Iterable[str], page: str = "/") -> list[str]:
        return [self.url(source.owner, path) for source in self._on(owners) for path in source.js_at(page)]

    def import_map(self, owners: frozenset[str]) -> Markup:
        """JSON for `<script type="importmap">`: core's modules as `ui/<name>`, a plugin's as `<id>/<name>`."""
        found = self._import_maps.get(owners)
        if found is None:
            if len(self._import_maps) >= IMPORT_MAPS_MAX:
                self._import_maps.clear()
            found = self._import_maps[owners] = self._import_map(owners)
        return found

    def _import_map(self, owners: frozenset[str]) -> Markup:
        imports = {}
        for source in self._on(owners):
            prefix = "ui" if source.owner == CORE else source.owner
            for path in self._modules(source.owner):
                imports[f"{prefix}/{Path(path).stem}"] = self.url(source.owner, path)
        # "<" cannot appear in a path that _load accepted, so the text cannot end the script element.
        return Markup(json.dumps({"imports": imports}, separators=(",", ":")))  # noqa: S704

    def _modules(self, owner: str) -> list[str]:
        found = self._owners.get(owner)
        if found is None:
            return []
        return [path for path in found.files if path.endswith(".js") and not path.startswith("vendor/")]

    def _on(self, owners: Iterable[str]) -> list[TemplateSource]:
        wanted = {CORE, *owners}
        return [source for source in self._sources.values() if source.owner in wanted]


_SAFE_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def _load(source: TemplateSource) -> _Owner:
    root = source.static
    if root is None:
        return _Owner("", {})
    bodies = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
    bodies = {name: body for name, body in bodies.items() if _SAFE_PATH.fullmatch(name)}
    if source.owner == CORE:
        bodies["css/app.css"] = _bundle(bodies)
    else:
        styles = [path for path in bodies if path.endswith(".css")]
        bodies |= {path: _in_layer(bodies[path]) for path in styles}
    digest = hashlib.sha256()
    for name, body in sorted(bodies.items()):
        digest.update(f"{name}\0{len(body)}\0".encode())
        digest.update(body)
    return _Owner(digest.hexdigest()[:12], {name: _asset(name, body) for name, body in bodies.items()})


def _bundle(bodies: dict[str, bytes]) -> bytes:
    """The design system as one file, in the order of the layers; parts are `css/<layer>[-part].css`."""
    parts = [LAYERS.encode()]
    for layer in CSS_ORDER:
        stems = sorted(name[:-4] for name in bodies if re.fullmatch(rf"css/{layer}(-[a-z]+)?\.css", name))
        text = "".join(minify_css(bodies[f"{stem}.css"].decode()) for stem in stems)
        parts.append(f"@layer {layer}{{{text}}}".encode())
    return b"".join(parts)


def _in_layer(body: bytes) -> bytes:
    """A plugin's rules can never outrank the core's utilities nor another layer."""
    return b"@layer plugins{" + minify_css(body.decode()).encode() + b"}"


def minify_css(text: str) -> str:
    """Drop comments and needless white space. Strings must not hold what it drops: our rules keep to that."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
    text = re.sub(r":\s+", ":", text)
    return text.replace(";}", "}").strip()


def _asset(name: str, body: bytes) -> Asset:
    media_type = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = media_type.startswith(_TEXT_TYPES) and len(body) <= _COMPRESS_UP_TO
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Asset(media_type, body, tuple(_CODERS) if is_text else ())


@functools.cache
def _compressed(coding: str, body: bytes) -> bytes:
    return _CODERS[coding](body)
