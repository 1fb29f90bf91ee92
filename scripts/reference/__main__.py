"""Write what has changed."""

from __future__ import annotations

from scripts.reference.pages import FOLDER, pages


def main() -> None:
    for name, text in pages().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(f"{file.relative_to(FOLDER.parents[1])} is new")


if __name__ == "__main__":
    main()
