"""The pages of the design system as text: policy, names, brand."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from nakamise.ui.renderer import UI_DIR, Renderer
from nakamise.ui.styleguide import sample_data
from nakamise.ui.theme import Brand
from nakamise.ui.views import Flash, LinkGroup, NavLink, UserView

from .conftest import ShellMaker

TEMPLATES = sorted((UI_DIR / "templates").rglob("*.html"))
BUDGET_CSS = 12_000
BUDGET_JS = 25_000


class Tags(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def parse(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.tags


@pytest.fixture
def guide(core_renderer: Renderer, make_shell: ShellMaker) -> str:
    brand = Brand(name="kanon")
    shell = make_shell(
        brand=brand,
        user=UserView("1", "佐藤 美咲"),
        nav=[NavLink("新着", "/", current=True)],
        tabs=[NavLink("ホーム", "/", "house", current=True, count=2)],
        footer=[LinkGroup("法定表示", [NavLink("規約", "/terms")])],
        flashes=[Flash("ok", "<saved>")],
        search_url="/search",
        banner="テスト環境",
    )
    return core_renderer.render("core/styleguide.html", shell, sample_data(brand, core_renderer.assets.url))


def test_the_policy_forbids_inline_styles_and_handlers(guide: str) -> None:
    for tag, attrs in parse(guide):
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
        if tag == "style" or (tag == "script" and "src" not in attrs):
            assert attrs.get("nonce") == "n0nce"


def test_ids_are_unique_and_references_meet_them(guide: str) -> None:
    tags = parse(guide)
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in tags:
        for name in (
            "for",
            "aria-labelledby",
            "aria-describedby",
            "aria-controls",
            "popovertarget",
            "commandfor",
        ):
            for target in (attrs.get(name) or "").split():
                assert target in ids, (tag, name, target)


def test_what_people_typed_is_escaped(guide: str) -> None:
    assert "&lt;saved&gt;" in guide


@pytest.mark.req("DF-02", "DF-22")
def test_no_platform_name_and_no_naked_number(guide: str) -> None:
    assert "nakamise" not in guide.lower()
    assert not re.search(r"¥\d{4,}", guide)
    assert not re.search(r"¥[\d,]+\.\d", guide)
    assert "￥" not in guide


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_trust_no_data(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert "|safe" not in text
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)


def test_icons_that_templates_name_are_in_the_list(core_renderer: Renderer) -> None:
    listed = set((UI_DIR / "icons.txt").read_text().split())
    used: set[str] = set()
    for path in TEMPLATES:
        used |= set(
            re.findall(r'icon(?:_name|_end)?(?:\(|=)"([a-z0-9-]+)"(?! ~)', path.read_text(encoding="utf-8"))
        )
    assert used
    assert used <= listed


def test_first_view_is_inside_its_budget(core_renderer: Renderer) -> None:
    files = core_renderer.assets._owners["core"].files
    css = len(files["css/app.css"].encoded("gzip"))
    scripts = [
        asset for path, asset in files.items() if path.startswith("js/") or path == "vendor/htmx.min.js"
    ]
    assert css <= BUDGET_CSS
    assert sum(len(asset.encoded("gzip")) for asset in scripts) <= BUDGET_JS


def test_every_class_of_the_templates_has_the_prefix() -> None:
    for path in TEMPLATES:
        text = re.sub(r"\{[%{#].*?[%}#]\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for names in re.findall(r'class="([^"]*)"', text):
            for name in names.split():
                assert name.startswith(("n-", "is-")) or len(name) < 3, (path.name, name)


def test_every_class_that_templates_use_is_styled_or_a_hook() -> None:
    rules = "".join(path.read_text(encoding="utf-8") for path in (UI_DIR / "static" / "css").glob("*.css"))
    styled = set(re.findall(r"\.(n-[\w-]+|is-[\w-]+)", rules))
    for path in TEMPLATES:
        text = re.sub(r"\{[%{#].*?[%}#]\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for names in re.findall(r'class="([^"]*)"', text):
            unknown = {name for name in names.split() if len(name) > 3 and not name.endswith("-")} - styled
            assert not unknown, path.name
