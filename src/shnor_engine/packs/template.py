"""A plugin to begin with: a package with a methodology, its examples and its tests, from the texts in `skeleton`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from shnor_engine.errors import PackError

SKELETON = "skeleton"
ENDING = ".txt"  # of a text in the skeleton, so that no tool takes it for a module of ours
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def render(name: str, *, language: str = "ru", title: str = "") -> dict[str, str]:
    """The files of a new plugin by their paths; `name` is that of the region: `oryol`, `north-coast`.

    `title` is how the region is called in texts that people read (by default its Latin name in capitals).

    Raises `PackError` for a name that cannot be one of a package, and for a title that cannot stand in a text.
    """
    if not NAME.fullmatch(name):
        raise PackError(f"«{name}» cannot be the name of a package; write small Latin letters: oryol, north-coast")
    if not all(sign.isprintable() and sign not in '"\\{}' for sign in title):
        raise PackError(f"«{title}» cannot be a title; write it without quotes, braces and backslashes")
    words = {
        "name": name,
        "module": f"shnor_{name.replace('-', '_')}",
        "pack": f"ru.{name}.low_results",
        "jurisdiction": f"ru.{name}",
        "title": title or name.replace("-", " ").title(),
    }
    found: dict[str, str] = {}
    for path, text in _texts(files("shnor_engine.packs") / SKELETON / language):
        found[path.replace("module", words["module"])] = Template(text).substitute(words)
    return found


def write(rendered: Mapping[str, str], folder: Path) -> list[str]:
    """Write the files into a folder that is not there yet or is empty; gives their paths, ascending.

    Raises `PackError` for a folder that holds something: nobody's work is written over.
    """
    if folder.exists() and any(folder.iterdir()):
        raise PackError(f"{folder} is not empty; name another folder (-o)")
    for path, text in rendered.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return sorted(rendered)


def _texts(folder: Traversable, above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            found += _texts(item, f"{above}{item.name}/")
        elif item.name.endswith(ENDING):
            found.append((f"{above}{item.name.removesuffix(ENDING)}", item.read_text(encoding="utf-8")))
    return found
