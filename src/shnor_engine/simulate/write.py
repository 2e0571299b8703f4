"""The files of a run, and a folder that holds all of them or is not there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation


def files(simulation: Simulation) -> dict[str, bytes]:
    """Manifest, summary, tables as CSV, figures as Vega-Lite, the report part as Markdown, as one HTML page, as Word.

    Word only where the extra `report` is there (`can_word`); every other file is the same with and without it.
    """
    from shnor_engine.simulate.report import html, markdown

    found = {
        "manifest.json": _json(simulation.manifest),
        "summary.json": _json(simulation.summary()),
        "report.md": markdown(simulation).encode(),
        "report.html": html(simulation).encode(),
    }
    if can_word():
        from shnor_engine.simulate.document import word

        found["report.docx"] = word(simulation)
    for name, frame in simulation.frames.all.items():
        found[f"{name}.csv"] = frame.write_csv().encode()
    for name, spec in simulation.figures.items():
        found[f"figures/{name}.vl.json"] = _json(spec)
    return dict(sorted(found.items()))


def can_word() -> bool:
    """Whether the extra `report` is there, which writes Word and draws its pictures."""
    return all(find_spec(needed) is not None for needed in ("docxtpl", "jinja2", "vl_convert"))


def write(simulation: Simulation, folder: str | Path, *, png: bool = False) -> Path:
    """Write the files beside their place and move them there at once: what is interrupted leaves nothing behind.

    A folder of an earlier run is replaced; one that holds anything else is refused (`FileExistsError`). `png` adds
    pictures (extra `report`).
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()) and not (target / "manifest.json").exists():
        raise FileExistsError(17, "holds files that are no run; choose an empty folder", str(target))
    content = files(simulation)
    if png:
        content |= pictures(simulation)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, data in content.items():
            place = beside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        _into_place(beside, target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return target


def _into_place(beside: Path, target: Path) -> None:
    beside.chmod(0o755)
    old = beside.with_name(beside.name + "-old")
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(beside, target)
    except BaseException:
        if old.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def pictures(simulation: Simulation) -> dict[str, bytes]:
    """The figures as PNG by their file names; raises `MissingExtra` without vl-convert."""
    from shnor_engine.report.pictures.draw import png

    return {f"figures/{name}.png": png(spec) for name, spec in simulation.figures.items()}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
