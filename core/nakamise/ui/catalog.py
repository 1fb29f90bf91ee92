"""Checks and updates `.po` files against the messages in the code.

python -m nakamise.ui.catalog plugins/shop/nakamise_shop     # add new messages to locales/ja.po, list what is open
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from nakamise.ui.i18n import CORE_LOCALES

KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}
LOCALE = "ja"
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)\}")

Found = tuple[str | None, str | tuple[str, ...]]


def messages_in(package_dir: Path) -> Iterator[Found]:
    """Context and msgid (a pair for plurals) of every message. Raises on a template that does not parse."""
    rows = extract_from_dir(package_dir, METHODS, OPTIONS, KEYWORDS, directory_filter=_wanted)
    for _file, _line, message, _comments, context in rows:
        yield context, tuple(message) if isinstance(message, (list, tuple)) else message


def _wanted(folder: str) -> bool:
    return Path(folder).name not in {"static", "migrations", "__pycache__"}


def locales_of(package_dir: Path) -> Path:
    """The core keeps its catalogs under ui/, a plugin directly in its package."""
    inside = package_dir / "ui" / "locales"
    return inside if inside.is_dir() else package_dir / "locales"


def read_po_file(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LOCALE, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def missing_translations(package_dir: Path) -> list[str]:
    """One line per message that Japanese lacks or whose placeholders differ; empty when all is well.

    A plugin need not repeat what the core's catalog has.
    """
    catalog = read_po_file(locales_of(package_dir) / f"{LOCALE}.po")
    core = read_po_file(CORE_LOCALES / f"{LOCALE}.po")
    problems = []
    for context, message in sorted(set(messages_in(package_dir)), key=repr):
        msgid = message if isinstance(message, str) else message[0]
        texts = _translated(catalog, msgid, context) or _translated(core, msgid, context)
        if not texts:
            problems.append(f"not translated: {message!r}")
        elif any(_placeholders(text) != _placeholders(_longest(message)) for text in texts):
            problems.append(f"placeholders differ: {message!r} / {texts!r}")
    return problems


def _translated(catalog: Catalog, msgid: str, context: str | None) -> list[str]:
    """Every form of a message; empty unless all of them are filled in."""
    entry = catalog.get(msgid, context)
    texts = _texts(entry.string) if entry else []
    return texts if all(texts) else []


def _texts(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string] if isinstance(string, str) else list(string or ())


def _longest(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[-1]


def _placeholders(text: str) -> set[str]:
    return {percent or brace for percent, brace in _PLACEHOLDER.findall(text)}


def update(package_dir: Path) -> list[str]:
    """Add new messages that the core lacks too, drop unused ones; returns what is still open."""
    path = locales_of(package_dir) / f"{LOCALE}.po"
    old = read_po_file(path)
    core = read_po_file(CORE_LOCALES / f"{LOCALE}.po")
    fresh = Catalog(locale=LOCALE, charset="utf-8", fuzzy=False)
    for context, message in sorted(set(messages_in(package_dir)), key=repr):
        msgid = message if isinstance(message, str) else message[0]
        entry = old.get(msgid, context)
        if entry is None and path.parent != CORE_LOCALES and _translated(core, msgid, context):
            continue
        fresh.add(message, entry.string if entry else None, context=context)
    _keep_declared(package_dir, old, fresh)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=0, omit_header=False, sort_output=True)
    _plain_header(path)
    return missing_translations(package_dir)


def _keep_declared(package_dir: Path, old: Catalog, fresh: Catalog) -> None:
    """Titles of settings, labels of permissions and words of enums are msgids too, though no keyword marks them.

    So are acts of the audit log, ``audit.<act>``, some of which the code puts together.
    """
    code = "\n".join(path.read_text(encoding="utf-8") for path in package_dir.rglob("*.py"))
    for entry in old:
        msgid = entry.id if isinstance(entry.id, str) else entry.id[0]
        if (
            msgid
            and fresh.get(msgid, entry.context) is None
            and (msgid in code or msgid.startswith("audit."))
        ):
            fresh.add(entry.id, entry.string, context=entry.context)


def _plain_header(path: Path) -> None:
    """Dates and tool names in the header would change on every run."""
    body = path.read_text(encoding="utf-8").split("\n\n", 1)[1]
    head = [
        'msgid ""',
        'msgstr ""',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        f'"Language: {LOCALE}\\n"',
        '"Plural-Forms: nplurals=1; plural=0;\\n"',
    ]
    path.write_text("\n".join(head) + "\n\n" + body, encoding="utf-8")


def main() -> int:
    problems = [problem for folder in sys.argv[1:] for problem in update(Path(folder))]
    sys.stdout.write("\n".join(problems or ["complete"]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
