"""The contract changes only on purpose: it is written down, and every change is told to authors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import api_snapshot, changelog

pytestmark = pytest.mark.req("BX-19")
COMMAND = "run `python -m scripts.api_snapshot`, and add a fragment to changelog.d/ that names it"


def test_the_contract_is_what_is_written_down() -> None:
    written = api_snapshot.FILE.read_text(encoding="utf-8")
    changed = api_snapshot.changes(written, api_snapshot.snapshot())
    assert changed == {}, f"the contract changed: {', '.join(changed)}; {COMMAND}"


def test_every_change_since_the_last_release_is_told() -> None:
    released = api_snapshot.RELEASED.read_text(encoding="utf-8")
    told = {kind: set(re.findall(r"\w+", " ".join(texts))) for kind, texts in changelog.fragments().items()}
    for name, is_breaking in api_snapshot.changes(released, api_snapshot.snapshot()).items():
        kinds = ("breaking",) if is_breaking else ("feature", "breaking")
        assert any(name.rpartition(".")[2] in told[kind] for kind in kinds), (
            f"{name}: no fragment changelog.d/*.{kinds[0]}.md names it"
        )


def test_everything_public_says_what_it_is() -> None:
    assert api_snapshot.undocumented() == []


BEFORE = "# a\nclass Order(Struct)\n  id: int\ndef pay(order)\n"


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        (BEFORE, {}),
        (BEFORE + "def refund(order)\n", {"a.refund": False}),
        (BEFORE.replace("id: int\n", "id: int\n  note: str = ''\n"), {"a.Order": False}),
        (BEFORE.replace("id: int", "id: str"), {"a.Order": True}),
        (BEFORE.replace("def pay(order)\n", ""), {"a.pay": True}),
        (BEFORE.replace("pay(order)", "pay(order, how)"), {"a.pay": True}),
        (BEFORE.replace("pay(order)", "pay(order, *, how: str)"), {"a.pay": True}),
    ],
)
def test_additions_and_breaks_are_told_apart(now: str, changed: dict[str, bool]) -> None:
    assert api_snapshot.changes(BEFORE, now) == changed


@pytest.mark.parametrize(
    ("after", "is_breaking"),
    [
        ("def pay(a: int, *, b: int = 1, c: str = x) -> int", False),
        ("def pay(a: int, *, b: int = 1, c: str = ) -> int", False),
        ("def pay(a: int, *, b: int = 1, c: str) -> int", True),
        ("def pay(a: int, *, b: int = 1, **more: object) -> int", True),
        ("def pay(a: int, *, b: int = 2) -> int", True),
        ("def pay(a: int, *, b: int = 1, c: str = x) -> str", True),
    ],
)
def test_more_keywords_with_defaults_break_nobody(after: str, is_breaking: bool) -> None:
    before = "# a\ndef pay(a: int, *, b: int = 1) -> int\n"
    assert api_snapshot.changes(before, f"# a\n{after}\n") == {"a.pay": is_breaking}


def test_a_keyword_more_before_the_others_breaks_nobody() -> None:
    before = "# a\ndef mail(a: int, *, b: int = 1, **data: object) -> int\n"
    now = before.replace(", **data", ", c: str = , **data")
    assert api_snapshot.changes(before, now) == {"a.mail": False}
    assert api_snapshot.changes(now, before) == {"a.mail": True}


def test_fragments_are_assembled_under_their_headings(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("not one")
    (tmp_path / "live.feature.md").write_text("Live\nmessages.\n")
    (tmp_path / "slots.breaking.md").write_text("A slot went.")
    text = "# Changelog\n\n## Unreleased\n\n### Added\n- Old.\n\n## 0.1\n\n- First.\n"
    assert changelog.assembled(text, changelog.fragments(tmp_path)) == (
        "# Changelog\n\n## Unreleased\n\n### Added\n- Live messages.\n- Old.\n\n"
        "### Changed, breaking\n- A slot went.\n\n## 0.1\n\n- First.\n"
    )


def test_a_fragment_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.novelty.md").write_text("x")
    with pytest.raises(ValueError, match="kind"):
        changelog.fragments(tmp_path)
