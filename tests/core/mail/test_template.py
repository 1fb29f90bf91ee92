"""The twins of a mail, and where its links lead."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import jinja2
import pytest

from nakamise.mail import MailBrand, MailTemplates

BRAND = MailBrand(
    name="花音コスメ & Co",
    base_url="https://kanon.example",
    accent="#b0345f",
    on_accent="#ffffff",
    footer=("花音コスメ株式会社",),
)
NOTICE: dict[str, Any] = {
    "subject": "ご注文を承りました",
    "paragraphs": ["佐藤 様", "<script>alert(1)</script> & 「引用」"],
    "facts": [("注文番号", "A-1024"), ("合計", "¥3,300")],
    "action": {"label": "注文を見る", "path": "/orders/1?a=1&b=2"},
}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src") and value]


def test_both_twins_say_the_same() -> None:
    mail = MailTemplates().render("mail/notice", BRAND, NOTICE)
    assert mail.subject == "ご注文を承りました"
    for said in (
        "ご注文を承りました",
        "佐藤 様",
        "注文番号",
        "A-1024",
        "¥3,300",
        "注文を見る",
        "花音コスメ株式会社",
    ):
        assert said in mail.text
        assert said in mail.html
    assert "https://kanon.example/orders/1?a=1&b=2" in mail.text


def test_text_is_not_escaped_and_markup_is() -> None:
    mail = MailTemplates().render("mail/notice", BRAND, NOTICE)
    assert "<script>alert(1)</script> & 「引用」" in mail.text
    assert "花音コスメ & Co" in mail.text
    page = Page(mail.html)
    assert not {"script", "img", "table", "link", "iframe"} & set(page.tags)


def test_every_link_leads_to_the_tenants_own_host() -> None:
    page = Page(MailTemplates().render("mail/notice", BRAND, NOTICE).html)
    assert len(page.links) == 4
    assert all(link.startswith("https://kanon.example/") for link in page.links)


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "orders", "/\\evil.example", "/a\nb", "", "javascript:x"],
)
def test_a_link_that_leaves_the_host_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path of this host"):
        BRAND.link(path)


@pytest.mark.parametrize("colour", ["red", "#fff", "#ffffff;}", "#ffffff\n"])
def test_a_colour_that_could_end_the_style_sheet_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="rrggbb"):
        MailBrand(name="x", base_url="https://a.example", accent=colour, on_accent="#ffffff")


@pytest.mark.parametrize(
    "url", ["kanon.example", "https://a.example/", "https://a.example/x", "javascript://a", "https://"]
)
def test_the_base_url_is_an_origin(url: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        MailBrand(name="x", base_url=url, accent="#000000", on_accent="#ffffff")


def test_a_plugin_brings_its_own_pair() -> None:
    loader = jinja2.DictLoader(
        {
            "shop/mail/shipped.txt": '{% extends "mail/layout.txt" %}{% block content %}'
            "{% block subject %}No. {{ number }}\n sent{% endblock %}{% endblock %}",
            "shop/mail/shipped.html": '{% extends "mail/layout.html" %}{% block content %}<h1>{{ subject }}</h1>{% endblock %}',
        }
    )
    mail = MailTemplates(loader).render("shop/mail/shipped", BRAND, {"number": "<7>"})
    assert mail.subject == "No. <7> sent"
    assert "<h1>No. &lt;7&gt; sent</h1>" in mail.html


def test_a_forgotten_value_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        MailTemplates().render("mail/notice", BRAND, {"subject": "x"})
