"""Plugins as they come: distributions with entry points, made in a folder that is put on the path."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

Install = Callable[..., Path]

HEAD = "from shnor_engine.plugin.v1 import hookimpl\napi_version = 1\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution of one module: `install("name", code)`, its entry point called like it.

    What else is installed where the tests run, plugins of this repository perhaps, is not seen meanwhile.
    """
    place = tmp_path / "site"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    every = metadata.entry_points

    def only_here(**wanted: str) -> metadata.EntryPoints:
        found = every(**wanted)
        if wanted.get("group") != "shnor_engine":
            return found
        here = (one for one in found if one.dist is not None and Path(str(one.dist.locate_file(""))) == place)
        return metadata.EntryPoints(here)

    monkeypatch.setattr(metadata, "entry_points", only_here)
    made: list[str] = []

    def make(name: str, code: str, *, point: str = "", version: str = "1.0", dist: str = "") -> Path:
        module, dist = f"plug_{name}", dist or f"dist-{name}"
        made.append(module)
        path = place / f"{module}.py"
        path.write_text(code, encoding="utf-8")
        info = place / f"{dist.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[shnor_engine]\n{point or name} = {module}\n", encoding="utf-8")
        return path

    yield make
    for module in made:
        sys.modules.pop(module, None)
