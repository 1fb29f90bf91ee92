"""``python -m scripts.changelog``: put the fragments of changelog.d/ under "Unreleased" and remove them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "changelog.d"
CHANGELOG: Final = ROOT / "CHANGELOG.md"
HEADINGS: Final = {"breaking": "### Changed, breaking", "feature": "### Added", "fix": "### Fixed"}
UNRELEASED: Final = "## Unreleased"


def fragments(folder: Path = FOLDER) -> dict[str, list[str]]:
    """Texts by kind, by file name. Raises ValueError for a file of no known kind."""
    found: dict[str, list[str]] = {kind: [] for kind in HEADINGS}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        kind = path.name.split(".")[-2]
        if kind not in found:
            raise ValueError(f"{path.name}: the kind must be one of {', '.join(HEADINGS)}")
        found[kind].append(" ".join(path.read_text(encoding="utf-8").split()))
    return found


def assembled(changelog: str, found: dict[str, list[str]]) -> str:
    """``changelog`` with the texts under their headings of the section "Unreleased"."""
    before, mark, rest = changelog.partition(UNRELEASED)
    if not mark:
        raise ValueError(f"the changelog has no section {UNRELEASED!r}")
    section, next_mark, after = rest.partition("\n## ")
    for kind, texts in found.items():
        if texts:
            section = _with(section, HEADINGS[kind], texts)
    return before + mark + section + next_mark + after


def _with(section: str, heading: str, texts: list[str]) -> str:
    items = "".join(f"- {text}\n" for text in texts)
    if f"{heading}\n" in section:
        return section.replace(f"{heading}\n", f"{heading}\n{items}", 1)
    return f"{section.rstrip()}\n\n{heading}\n{items}"


if __name__ == "__main__":
    CHANGELOG.write_text(assembled(CHANGELOG.read_text(encoding="utf-8"), fragments()), encoding="utf-8")
    for path in FOLDER.glob("*.md"):
        if path.name != "README.md":
            path.unlink()
