"""YAML as plain values together with the line of each, so that an error can name the line. Needs the extra `yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shnor_engine.errors import BadInput, FieldProblem, MissingExtra

Path_ = tuple[str | int, ...]


@dataclass
class YamlFile:
    """What a YAML text holds: `value` in plain Python, and the line of every place in it."""

    name: str
    value: Any
    lines: dict[Path_, int]
    problems: list[FieldProblem] = field(default_factory=list)

    def where(self, *place: str | int) -> str:
        """«file:line» of a place; of the nearest one around it that is there."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return f"{self.name}:{self.lines[place[:length]]}"
        return self.name

    def problem(self, reason: str, *place: str | int) -> None:
        """Note what is wrong at a place; `check` raises all at once."""
        named = ".".join(str(step) for step in place) or "(file)"
        self.problems.append(FieldProblem(named, reason, self.where(*place)))

    def check(self) -> None:
        """Raise `BadInput` with every problem that was noted."""
        if self.problems:
            raise BadInput(self.name, self.problems)


def read_yaml(source: Path | str, *, name: str = "") -> YamlFile:
    """The YAML of a file, or of a text with the `name` it goes by; only plain values, no tags, no key twice.

    Raises `BadInput` with file and line for a text that is no YAML, `MissingExtra` without PyYAML.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtra("reading YAML", "yaml") from None

    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    name = name or (source.name if isinstance(source, Path) else "(text)")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(name, [FieldProblem("(file)", f"no YAML: {error.problem}", f"{name}:{line}")]) from None
    file = YamlFile(name, None, {})
    if node is not None:
        _lines(node, (), file)
        file.check()
        file.value = yaml.safe_load(text)
    return file


def _lines(node: Any, place: Path_, file: YamlFile) -> None:
    file.lines[place] = node.start_mark.line + 1
    for step, child in _children(node):
        if (*place, step) in file.lines:
            file.problem("stands there twice", *place, step)
        _lines(child, (*place, step), file)


def _children(node: Any) -> Iterator[tuple[str | int, Any]]:
    if node.id == "mapping":
        yield from ((str(key.value), value) for key, value in node.value)
    elif node.id == "sequence":
        yield from enumerate(node.value)
