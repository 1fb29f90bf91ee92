"""Resolve the dependencies into hash-locked files that name no host.

`requirements.lock` runs the product, `requirements-dev.lock` adds tests and tools in the same
versions, `requirements-node.lock` is Node.js for machines that have none.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes"
    " --no-emit-index-url --no-annotate --no-header"
).split()
PLAN = {
    "requirements.lock": ("pyproject.toml", "requirements-build.in"),
    "requirements-dev.lock": (
        "pyproject.toml",
        "requirements-build.in",
        "--extra",
        "dev",
        "-c",
        "requirements.lock",
    ),
    "requirements-node.lock": ("requirements-node.in",),
}
ADDRESS = re.compile(r"\b(?:https?|file)://|^--(?:index-url|extra-index-url|find-links)", re.MULTILINE)
NPM_LOCK = "package-lock.json"


def main() -> None:
    for target in PLAN:
        compile_lock(target, "--upgrade")
    npm = ["npm", "install", "--package-lock-only", "--ignore-scripts"]
    subprocess.run(npm, cwd=ROOT, check=True)
    problems = addresses()
    if problems:
        sys.exit("\n".join(problems))


def compile_lock(target: str, *options: str, output: Path | None = None) -> None:
    """Resolve one lock file; without `--upgrade` the versions in `output` are kept where they fit."""
    command = [*COMPILE, *options, *PLAN[target], "-o", str(output or target)]
    subprocess.run(command, cwd=ROOT, check=True)


def addresses() -> list[str]:
    """Lock files that name a host, a sentence each: such a file works on one network only."""
    named = [name for name in PLAN if ADDRESS.search((ROOT / name).read_text())]
    if '"resolved"' in (ROOT / NPM_LOCK).read_text():
        named.append(NPM_LOCK)
    return [f"{name} names a host" for name in named]


if __name__ == "__main__":
    main()
