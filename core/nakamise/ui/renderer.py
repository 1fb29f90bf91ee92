"""Renders templates of the core and of plugins, one Jinja environment per language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from nakamise.ui import charts, formats
from nakamise.ui.assets import AssetStore
from nakamise.ui.bytecode import digest_of, open_cache
from nakamise.ui.fold import LocaleEnvironment, owner_of
from nakamise.ui.i18n import CORE, CORE_LOCALES, register
from nakamise.ui.memo import Memo
from nakamise.ui.settings_form import blank_row
from nakamise.ui.slot_names import SlotNames
from nakamise.ui.theme import compile_theme, theme_color
from nakamise.ui.views import Shell

UI_DIR = Path(__file__).parent


class TemplateSource(msgspec.Struct, frozen=True):
    """One package's contribution to pages; paths are folders, css and js are relative to `static`.

    Templates are named `<owner>/x.html` and lie in `templates/<owner>/x.html`.
    """

    owner: str
    templates: Path | None = None
    locales: Path | None = None
    static: Path | None = None
    css: tuple[str, ...] = ()
    js: tuple[str, ...] = ()
    css_under: Mapping[str, tuple[str, ...]] = {}
    js_under: Mapping[str, tuple[str, ...]] = {}

    def css_at(self, path: str) -> tuple[str, ...]:
        """What the page at `path` loads."""
        return (*self.css, *_under(self.css_under, path))

    def js_at(self, path: str) -> tuple[str, ...]:
        return (*self.js, *_under(self.js_under, path))

    @property
    def declared(self) -> tuple[str, ...]:
        scoped = (*self.css_under.values(), *self.js_under.values())
        return (*self.css, *self.js, *(name for names in scoped for name in names))


def _under(scoped: Mapping[str, tuple[str, ...]], path: str) -> tuple[str, ...]:
    return tuple(name for start, names in scoped.items() if path.startswith(start) for name in names)


CORE_SOURCE = TemplateSource(
    owner=CORE,
    templates=UI_DIR / "templates",
    locales=CORE_LOCALES,
    static=UI_DIR / "static",
    css=("css/app.css",),
    js=("js/app.js",),
)

_shell: ContextVar[Shell] = ContextVar("shell")


class _OwnerLoader(BaseLoader):
    """A template is looked for in its owner's folder only, so that no plugin can shadow another's."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._loaders = {owner: FileSystemLoader(folder) for owner, folder in folders.items()}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        loader = self._loaders.get(owner_of(template))
        if loader is None:
            raise TemplateNotFound(template)
        return loader.get_source(environment, template)

    def list_templates(self) -> list[str]:
        names = ((owner, name) for owner, loader in self._loaders.items() for name in loader.list_templates())
        return sorted(name for owner, name in names if owner_of(name) == owner)


class Renderer:
    """Compiled templates and assets of everything installed. Rendering does no I/O once a template is warm."""

    def __init__(
        self,
        sources: Sequence[TemplateSource],
        *,
        debug: bool = False,
        locales: Sequence[str] = ("ja", "en"),
    ) -> None:
        self.sources = (CORE_SOURCE, *(source for source in sources if source.owner != CORE))
        self.assets = AssetStore(self.sources)
        for source in self.sources:
            if source.locales is not None:
                register(source.owner, source.locales)
        digest = digest_of(source.locales for source in self.sources if source.locales is not None)
        self._environments = {locale: self._environment(locale, digest, debug=debug) for locale in locales}
        self._slot_names = SlotNames(self._environments[locales[0]])

    def slots_in(self, template: str) -> frozenset[str]:
        """Names of the slots that a page made of ``template`` shows."""
        return self._slot_names.of(template)

    def render(self, template: str, shell: Shell, data: Mapping[str, object]) -> str:
        """A whole page. Raises jinja2.UndefinedError when the template asks for what `data` lacks."""
        found = self._environment_of(shell).get_template(template)
        token = _shell.set(shell)
        try:
            return found.render({**data, "shell": shell})
        finally:
            _shell.reset(token)

    def render_block(self, template: str, block: str, shell: Shell, data: Mapping[str, object]) -> str:
        """One named block, for a fragment of the page. Raises KeyError for an unknown block."""
        found = self._environment_of(shell).get_template(template)
        token = _shell.set(shell)
        try:
            context = found.new_context({**data, "shell": shell})
            return "".join(found.blocks[block](context))
        finally:
            _shell.reset(token)

    def compile_all(self) -> int:
        """Compile every template in every language; returns how many. For start-up checks and tests."""
        count = 0
        for environment in self._environments.values():
            for name in environment.list_templates(filter_func=lambda name: name.endswith(".html")):
                environment.get_template(name)
                count += 1
        return count

    def _environment_of(self, shell: Shell) -> Environment:
        return self._environments[shell.locale]

    def _environment(self, locale: str, digest: str, *, debug: bool) -> Environment:
        folders = {source.owner: source.templates for source in self.sources if source.templates is not None}
        environment = LocaleEnvironment(
            locale,
            loader=_OwnerLoader(folders),
            bytecode_cache=open_cache(locale, digest),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            auto_reload=debug,
        )
        environment.filters.update(_filters(locale))
        environment.globals.update(self._globals(locale))
        environment.globals["ui"] = _macro_library(environment)
        return environment

    def _globals(self, locale: str) -> dict[str, Any]:
        return {
            "locale": locale,
            "charts": charts,
            "memo": Memo(),
            "icon": self.assets.icon,
            "url_for_static": self.assets.url,
            "slot": _slot,
            "blank_row": blank_row,
            "theme_css": _theme_css,
            "theme_color": theme_color,
            "import_map": self._import_map,
            "styles": self._styles,
            "scripts": self._scripts,
        }

    def _import_map(self) -> Markup:
        return self.assets.import_map(_shell.get().owners)

    def _styles(self) -> list[str]:
        shell = _shell.get()
        return self.assets.styles(shell.owners, shell.path)

    def _scripts(self) -> list[str]:
        shell = _shell.get()
        return self.assets.scripts(shell.owners, shell.path)


def _macro_library(environment: Environment) -> SimpleNamespace:
    """Every public macro below core/ui/ under one name, so that no template needs an import."""
    names = environment.list_templates(filter_func=lambda name: name.startswith("core/ui/"))
    macros: dict[str, Any] = {}
    for name in names:
        module = vars(environment.get_template(name).module)
        macros |= {key: value for key, value in module.items() if not key.startswith("_")}
    return SimpleNamespace(**macros)


@pass_context
def _slot(context: Context, name: str) -> Markup:
    shell = context.resolve("shell")
    return Markup("").join(shell.slots.get(name, ()))


def _theme_css() -> Markup:
    # Compiled by us from validated values only: colours become #rrggbb, fonts are keys, sizes are integers.
    return Markup(compile_theme(_shell.get().brand))  # noqa: S704


def _filters(locale: str) -> dict[str, Callable[..., Any]]:
    def zone() -> str:
        return _shell.get().zone

    def show_date(value: date | datetime) -> str:
        return formats.short_date(value, locale, zone())

    def show_month_day(value: date | datetime) -> str:
        return formats.month_day(value, locale, zone())

    def show_minute(value: datetime) -> str:
        return formats.minute(value, locale, zone())

    return {
        "yen": formats.yen,
        "number": lambda value: formats.number(value, locale),
        "compact": lambda value: formats.compact(value, locale),
        "date": show_date,
        "monthday": show_month_day,
        "datetime": show_minute,
        "iso": datetime.isoformat,
        "ago": lambda value: formats.ago(value, locale),
        "budoux": formats.phrases,
    }
