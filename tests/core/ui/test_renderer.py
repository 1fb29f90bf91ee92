"""Templates of packages: languages, blocks, escaping, slots."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from markupsafe import Markup

from nakamise.ui.renderer import Renderer, TemplateSource

from .conftest import ShellMaker

DATA = {"title": "<Mina>", "names": ["a", "<b>"]}


@pytest.mark.req("LC-0.14")
def test_messages_come_in_the_page_language(renderer: Renderer, make_shell: ShellMaker) -> None:
    japanese = renderer.render("demo/page.html", make_shell(), DATA)
    english = renderer.render("demo/page.html", make_shell(locale="en"), DATA)
    assert "買う キャンセル" in japanese
    assert "&lt;Mina&gt;さん、こんにちは" in japanese
    assert "並べる 注文" in japanese
    assert "2個" in japanese
    assert "Buy Cancel Hello &lt;Mina&gt; Order Order" in english
    assert "2 items" in english


def test_one_thing_is_singular(renderer: Renderer, make_shell: ShellMaker) -> None:
    page = renderer.render("demo/page.html", make_shell(locale="en"), {**DATA, "names": ["a"]})
    assert "<p>1 item</p>" in page


def test_a_folded_message_leaves_no_call(renderer: Renderer) -> None:
    environment = renderer._environments["ja"]
    code = environment.compile(environment.parse('{{ _("Buy") }}', name="demo/x.html"), raw=True)
    text = environment._generate(
        environment._parse('{{ _("Buy") }}', "demo/x.html", None), "demo/x.html", None
    )
    assert "買う" in str(text)
    assert "gettext" not in str(code)


def test_a_message_that_is_no_literal_is_refused(package: Path, source: TemplateSource) -> None:
    (package / "templates" / "demo" / "bad.html").write_text("{{ _(title) }}", encoding="utf-8")
    with pytest.raises(SyntaxError, match="literals only"):
        Renderer([source]).compile_all()


def test_data_is_escaped_and_slots_are_not(renderer: Renderer, make_shell: ShellMaker) -> None:
    shell = make_shell(slots={"demo.place": [Markup("<i>one</i>"), Markup("<i>two</i>")]})
    page = renderer.render("demo/page.html", shell, DATA)
    assert "<h1>&lt;Mina&gt;</h1>" in page
    assert "<b>&lt;b&gt;</b>" in page
    assert "<i>one</i><i>two</i>" in page


def test_a_block_alone_has_the_imports_of_its_page(renderer: Renderer, make_shell: ShellMaker) -> None:
    block = renderer.render_block("demo/page.html", "list", make_shell(), DATA)
    assert block == "<ul><li><b>a</b></li><li><b>&lt;b&gt;</b></li></ul>\n<p>2個</p>"


def test_an_unknown_block_and_a_missing_value_are_errors(renderer: Renderer, make_shell: ShellMaker) -> None:
    with pytest.raises(KeyError):
        renderer.render_block("demo/page.html", "nowhere", make_shell(), DATA)
    with pytest.raises(jinja2.UndefinedError):
        renderer.render("demo/strict.html", make_shell(), {})


def test_data_cannot_replace_the_shell(renderer: Renderer, make_shell: ShellMaker) -> None:
    page = renderer.render("demo/page.html", make_shell(), {**DATA, "shell": None})
    assert 'lang="ja"' in page


def test_a_package_cannot_shadow_anothers_template(package: Path, source: TemplateSource) -> None:
    foreign = package / "templates" / "core"
    foreign.mkdir()
    (foreign / "base.html").write_text("taken over", encoding="utf-8")
    environment = Renderer([source])._environments["ja"]
    assert "taken over" not in environment.loader.get_source(environment, "core/base.html")[0]  # type: ignore[union-attr]
    with pytest.raises(jinja2.TemplateNotFound):
        environment.get_template("other/base.html")


def test_every_core_template_compiles(core_renderer: Renderer) -> None:
    assert core_renderer.compile_all() >= 30
