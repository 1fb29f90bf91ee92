"""Messages in templates: constants at run time, and everything that is not markup escaped."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, StrictUndefined
from markupsafe import Markup

from nakamise.ui.fold import LocaleEnvironment


def render(source: str, locale: str = "en", **data: object) -> str:
    loader = DictLoader({"core/x.html": source})
    environment = LocaleEnvironment(locale, loader=loader, undefined=StrictUndefined, autoescape=True)
    return environment.get_template("core/x.html").render(**data)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ _('a <b>') }}", "a &lt;b&gt;"),
        ("{{ _('<%(x)s>', x=bad) }}", "&lt;&lt;i&gt;&amp;&#34;&#39;&gt;"),
        ("{{ _('<%(x)s>', x=good) }}", "&lt;<i>ok</i>&gt;"),
        ("{{ _('%(x)s and %(x)s', x=1) }}", "1 and 1"),
        ("{{ _('%(x)s%% off', x=10) }}", "10% off"),
        ("{{ _('%(x)s', x=bad)|length }}", "6"),
        ("{% set s = _('<%(x)s', x=good) %}{{ s }}", "&lt;<i>ok</i>"),
        ("{{ ngettext('%(num)s <x>', '%(num)s <xs>', 1) }}", "1 &lt;x&gt;"),
        (
            "{{ ngettext('%(num)s <x>', '%(num)s <xs> %(y)s', 2, y=bad) }}",
            "2 &lt;xs&gt; &lt;i&gt;&amp;&#34;&#39;",
        ),
    ],
)
def test_messages_are_filled_and_escaped(source: str, text: str) -> None:
    assert render(source, bad="<i>&\"'", good=Markup("<i>ok</i>")) == text


@pytest.mark.parametrize("source", ["{{ _('%(x)s', y=1) }}", "{{ _('%d', x=1) }}", "{{ _(text) }}"])
def test_a_message_that_cannot_be_filled_is_no_template(source: str) -> None:
    with pytest.raises(SyntaxError):
        render(source)


class Shown:
    def __html__(self) -> str:
        return "<u>own</u>"


class Loud(str):
    """A string of another type."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("<&>'\"", "&lt;&amp;&gt;&#39;&#34;"),
        (Loud("<"), "&lt;"),
        (Markup("<b>"), "<b>"),
        (Shown(), "<u>own</u>"),
        (-5, "-5"),
        (1.5, "1.5"),
        (True, "True"),
        (None, "None"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_every_value_is_escaped_as_jinja_does_it(value: object, text: str) -> None:
    assert render("{{ value }}|{% macro m() %}{{ value }}{% endmacro %}", value=value) == f"{text}|"
    assert render("{% macro m(v) %}{{ v }}{% endmacro %}{{ m(value) }}", value=value) == text


def test_a_condition_without_an_else_is_empty() -> None:
    assert render("[{{ 'a' if x }}{{ '<' if not x }}]", x=False) == "[&lt;]"
    assert render("[{{ 'a' if x }}]", x=False) == "[]"
