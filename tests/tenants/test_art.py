"""The drawn pictures: reproducible, small, self-contained and paintable without fonts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import resvg_py

from tests.tenants.blueprint import ROOT, SLUGS, tenant_folder

KIBIBYTE = 1024
ALLOWED = {
    "svg", "defs", "g", "use", "path", "rect", "circle", "ellipse", "stop", "linearGradient", "radialGradient",
    "filter", "feGaussianBlur", "mask", "clipPath",
}  # fmt: skip


def pictures() -> list[Path]:
    return [path for slug in SLUGS for path in sorted((tenant_folder(slug) / "art").glob("*.svg"))]


@pytest.mark.parametrize("slug", SLUGS)
def test_generator_reproduces_the_committed_pictures(slug: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", f"tenants.{slug}.draw", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    drawn = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in (tenant_folder(slug) / "art").iterdir()}
    assert drawn == committed


@pytest.mark.parametrize("path", pictures(), ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_picture_is_small_and_self_contained(path: Path) -> None:
    limit = 14 if path.stem.startswith("hero") else 8
    assert path.stat().st_size <= limit * KIBIBYTE
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= ALLOWED
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.rpartition("}")[2] == "href":
                assert value.startswith("#")
    identities = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'(?:url\(|href=")#([\w-]+)', text)) <= identities


@pytest.mark.parametrize("path", pictures(), ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_picture_can_be_painted(path: Path) -> None:
    image = bytes(resvg_py.svg_to_bytes(svg_string=path.read_text(encoding="utf-8"), width=120))
    assert image.startswith(b"\x89PNG")
    assert len(image) > KIBIBYTE  # a blank square of this size is smaller
