"""A renderer over real files: the core and one small package written to disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nakamise.ui.renderer import Renderer, TemplateSource
from nakamise.ui.theme import Brand
from nakamise.ui.views import Shell

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: ja\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Buy"
msgstr "買う"

msgid "Hello %(name)s"
msgstr "%(name)sさん、こんにちは"

msgid "%(num)s item"
msgid_plural "%(num)s items"
msgstr[0] "%(num)s個"

msgctxt "verb"
msgid "Order"
msgstr "並べる"

msgid "Order"
msgstr "注文"
"""

PAGE = """{% extends "core/base.html" %}
{% from "demo/parts.html" import box %}
{% block body %}<h1>{{ title }}</h1>{% block list %}<ul>{% for n in names %}<li>{{ box(n) }}</li>{% endfor %}</ul>
<p>{{ ngettext("%(num)s item", "%(num)s items", names|length) }}</p>{% endblock %}
{{ _("Buy") }} {{ _("Cancel") }} {{ _("Hello %(name)s", name=title) }} {{ pgettext("verb", "Order") }} {{ _("Order") }}
{{ slot("demo.place") }}{% endblock %}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "nakamise_demo"
    templates = root / "templates" / "demo"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text(PAGE, encoding="utf-8")
    (templates / "parts.html").write_text("{% macro box(n) %}<b>{{ n }}</b>{% endmacro %}", encoding="utf-8")
    (templates / "strict.html").write_text("{{ nowhere }}", encoding="utf-8")
    (root / "locales").mkdir()
    (root / "locales" / "ja.po").write_text(PO, encoding="utf-8")
    static = root / "static"
    static.mkdir()
    (static / "demo.css").write_text(".demo-box { color : red; }\n", encoding="utf-8")
    (static / "demo.js").write_text('import "ui/toast";\n', encoding="utf-8")
    return root


@pytest.fixture
def source(package: Path) -> TemplateSource:
    return TemplateSource(
        owner="demo",
        templates=package / "templates",
        locales=package / "locales",
        static=package / "static",
        css=("demo.css",),
        js=("demo.js",),
    )


@pytest.fixture
def renderer(source: TemplateSource) -> Renderer:
    return Renderer([source])


@pytest.fixture(scope="session")
def core_renderer() -> Renderer:
    return Renderer([])


ShellMaker = Callable[..., Shell]


@pytest.fixture
def make_shell() -> ShellMaker:
    def make(**values: object) -> Shell:
        defaults: dict[str, object] = {
            "brand": Brand(name="kanon"),
            "brand_name": "花音",
            "nonce": "n0nce",
        }
        return Shell(**{**defaults, **values})  # type: ignore[arg-type]

    return make
