"""`nakamise plugin new`: what it writes is a whole plugin, built and installed like anybody's."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner

from nakamise.cli import main
from tests.full import FULL
from tests.running import run_command
from tests.scaffold.packed import wheel_of

NAME = "wishlist"
LONGEST = "a_name_of_thirty_characters_xx"
CALLER = """\
from nakamise.contracts.payments import Payments
from nakamise.plugin import TenantCtx


def payments(ctx: TenantCtx) -> Payments:
    return ctx.service(Payments)
"""
ENVIRONMENT = {
    key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "PYTEST"))
}


def run(*command: str | Path, cwd: Path) -> str:
    status, said = run_command(command, cwd=cwd, env=ENVIRONMENT)
    assert status == 0, f"{command}\n{said}"
    return said


def new(name: str, parent: Path) -> Path:
    done = CliRunner().invoke(main, ["plugin", "new", name, "--dir", str(parent)])
    assert done.exit_code == 0, done.output
    return parent / f"nakamise-{name.replace('_', '-')}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new(NAME, tmp_path_factory.mktemp("plugin"))


@pytest.fixture(scope="module")
def environment(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the plugin's wheel; what the wheel depends on is lent from ours, for speed."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=project)
    python = folder / "bin" / "python"
    [site] = (folder / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n" + "\n".join(_editable()))
    pip = ("--python", python, "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", *pip, wheel_of(project), cwd=project)
    return python


def _editable() -> list[str]:
    """Where our own packages lie: a .pth file counts in the first site-packages only."""
    lines = [path.read_text() for path in Path(sysconfig.get_paths()["purelib"]).glob("*nakamise*.pth")]
    return "\n".join(lines).splitlines()


@pytest.mark.parametrize("name", ["ab", NAME, LONGEST])
def test_it_passes_ruff(name: str, tmp_path: Path) -> None:
    made = new(name, tmp_path)
    assert "All checks passed!" in run(sys.executable, "-m", "ruff", "check", "--no-cache", ".", cwd=made)
    formatted = run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".", cwd=made)
    seen = re.search(r"(\d+) files already formatted", formatted)
    assert seen is not None
    assert int(seen[1]) >= len(list(made.rglob("*.py"))), "modules, and perhaps code in texts"


def test_it_passes_mypy_also_when_it_asks_for_a_service(tmp_path: Path) -> None:
    """A contract is a Protocol, and a plugin names it where mypy wants a class that can be made."""
    made = new(NAME, tmp_path)
    (made / f"nakamise_{NAME}" / "caller.py").write_text(CALLER)
    said = run(sys.executable, "-m", "mypy", ".", cwd=made)
    assert f"no issues found in {len(list(made.rglob('*.py')))} source files" in said


def test_no_mark_of_a_template_is_left(tmp_path: Path) -> None:
    files = [path for path in new(NAME, tmp_path).rglob("*") if path.is_file()]
    assert len(files) > 20
    marks = ("@id@", "@Class@", "@title@", "@dist@", ".tmpl")
    assert [path for path in files if any(mark in f"{path} {path.read_text()}" for mark in marks)] == []


@pytest.mark.req("LC-0.2")
def test_its_own_tests_pass_in_a_clean_environment(project: Path, environment: Path) -> None:
    """Those of its own; the rules that it inherits are asked of the scaffold in test_rules_are_broken."""
    ours = () if FULL else ("-k", "not test_rule")
    said = run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ours, cwd=project)
    assert ("22 passed" if FULL else "6 passed") in said


# The tutorial checks a plugin that was made from it, on its last page.
@pytest.mark.full
@pytest.mark.req("LC-0.2")
def test_it_is_checked_in_a_clean_environment(project: Path, environment: Path) -> None:
    said = run(
        environment, "-c", "from nakamise.cli import main; main()", "plugin", "check", NAME, cwd=project
    )
    assert f"{NAME}: silver" in said


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Wishlist", "a letter first"),
        ("1st", "a letter first"),
        ("w", "2 to 30"),
        ("x" * 31, "2 to 30"),
        ("admin", "reserved"),
        ("class", "reserved"),
        ("../up", "a-z"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["plugin", "new", name, "--dir", str(tmp_path)])
    assert done.exit_code == 1
    assert reason in done.output
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(project: Path) -> None:
    done = CliRunner().invoke(main, ["plugin", "new", NAME, "--dir", str(project.parent)])
    assert done.exit_code == 1
    assert "exists already" in done.output


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(main, ["plugin", "new", NAME, "--dir", str(tmp_path / "file")])
    assert done.exit_code == 1
    assert "cannot be written" in done.output
