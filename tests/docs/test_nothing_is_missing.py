"""Whoever adds something public documents it: a hook, a slot, a field, a fixture, a variable, a command."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from nakamise.plugin import Manifest, Slot
from nakamise.plugin import settings as settings_types
from nakamise.plugin.hooks import POLICIES
from nakamise.testing import author_fixtures, fixtures
from scripts.reference import environment
from scripts.reference.pages import FOLDER, pages
from scripts.reference.testing import is_fixture

DOCS = FOLDER.parent
GUIDES = DOCS / "how-to" / "plugins"
COMMAND = "run `python -m scripts.reference`"
FIXTURES = [
    name
    for module in (author_fixtures, fixtures)
    for name, value in vars(module).items()
    if is_fixture(value)
]
TYPES = [name for name in settings_types.__annotations__ if name[0].isupper()]
# What every manifest says, and what the tutorial's pages explain.
PLAIN = {"id", "api", "version", "title", "summary", "requires", "after"}


def guides() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(GUIDES.glob("*.md")))


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_reference_is_fresh(name: str) -> None:
    file = FOLDER / name
    assert file.exists(), COMMAND
    assert file.read_text(encoding="utf-8") == pages()[name], f"{name} is stale: {COMMAND}"


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_every_hook_has_a_how_to_that_says_how_it_fails(name: str) -> None:
    section = re.search(rf"^## {name}\n\n(.*?)(?=^## |^```|\Z)", guides(), re.MULTILINE | re.DOTALL)
    assert section, f"no page in {GUIDES} has a section {name}"
    policy = POLICIES[name]
    assert f"On failure: **{policy.on_error.value}**" in section[1]
    assert f"Deadline: {policy.deadline_s:g} s." in section[1]


@pytest.mark.parametrize("name", sorted(set(Manifest.__struct_fields__) - PLAIN))
def test_every_field_of_the_manifest_is_used_in_a_how_to(name: str) -> None:
    assert re.search(rf"\b{name}=", guides())


def test_the_plain_fields_are_explained() -> None:
    known = {field.name for field in msgspec.structs.fields(Manifest)}
    assert known >= PLAIN
    tutorial = (DOCS / "tutorial" / "2-a-table-and-its-rules.md").read_text(encoding="utf-8")
    assert all(f"{name}=" in tutorial + guides() for name in PLAIN)


@pytest.mark.parametrize("slot", Slot)
def test_every_slot_is_listed(slot: Slot) -> None:
    assert f"| `{slot.value}` |" in (FOLDER / "slots.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_setting_is_shown(name: str) -> None:
    assert re.search(rf"Annotated\[{name}\b", (GUIDES / "settings.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_every_fixture_is_explained(name: str) -> None:
    assert re.search(rf"`[^`\n]*\b{name}\b", (GUIDES / "testing.md").read_text(encoding="utf-8"))


def test_every_variable_is_explained() -> None:
    assert environment.used() == set(environment.MEANINGS)


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(DOCS.parent)}: {link}"
        for page in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_page_is_on_the_map() -> None:
    reachable: set[Path] = set()
    todo = [DOCS / "README.md"]
    while todo:
        page = todo.pop().resolve()
        if page in reachable or not page.is_file():
            continue
        reachable.add(page)
        links = re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        todo += [page.parent / link for link in links]
    assert {page for page in DOCS.rglob("*.md") if page.resolve() not in reachable} == set()
