"""Where plugins come from: entry points of installed distributions, single files in a folder. Nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from types import ModuleType

from shnor_engine.plugin.v1 import GROUP

MANY_FILES = 5_000  # of a distribution whose times are looked at; more would cost more than a new probe


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that is there: its name, where it comes from, and how it is loaded.

    `target` is what a child process is told to load: an entry point's `module:attribute`, or a file.
    """

    name: str
    distribution: str
    version: str
    target: str
    load: Callable[[], object]

    def described(self) -> str:
        """«name (distribution version)», as errors call it."""
        origin = " ".join(part for part in (self.distribution, self.version) if part)
        return f"{self.name} ({origin})" if origin else self.name


def installed(group: str = GROUP) -> list[Found]:
    """Every plugin that an installed distribution names, by name and distribution: the order never matters."""
    found = {}
    for point in metadata.entry_points(group=group):
        name, version = _identity(point.dist)
        found[point.name, name, version, point.value] = Found(point.name, name, version, point.value, point.load)
    return [found[key] for key in sorted(found)]


def _identity(dist: metadata.Distribution | None) -> tuple[str, str]:
    """Name and version of a distribution; empty where its metadata do not say them, which is no reason to stop."""
    if dist is None:
        return "", ""
    told = dist.metadata
    name, version = (str(told[word]) if word in told else "" for word in ("Name", "Version"))
    return name, version


def in_folder(folder: Path) -> list[Found]:
    """Every `*.py` file of a folder as a plugin of the file's name; names that begin with `_` are left out."""
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    return [Found(path.stem, str(path), "", str(path), _file_loader(path)) for path in files]


def _file_loader(path: Path) -> Callable[[], object]:
    return lambda: load_file(path)


def load_file(path: Path) -> ModuleType:
    """The module of one file, under a name of its own that no installed module can have."""
    name = f"shnor_engine_plugin_file_{path.stem}"
    spec = util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def file_times(found: Found) -> tuple[int, int]:
    """How many files a plugin's code has and their newest time, in nanoseconds; (0, 0) where nobody can tell."""
    files = list(_files(found))
    return len(files), max((path.stat().st_mtime_ns for path in files), default=0)


def _files(found: Found) -> Iterator[Path]:
    if found.target.endswith(".py"):
        yield Path(found.target)
        return
    root = found.target.partition(":")[0].partition(".")[0]
    try:
        spec = util.find_spec(root)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        yield Path(spec.origin or "")
        return
    seen = 0
    for place in spec.submodule_search_locations:
        for path in Path(place).rglob("*.py"):
            yield path
            seen += 1
            if seen >= MANY_FILES:
                return
