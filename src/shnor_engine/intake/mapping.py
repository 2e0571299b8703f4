"""A mapping: which event a table tells, and which column fills which field. A small YAML text.

docs/reference/mapping.md says every key; the shortest useful one::

    event: result.recorded
    constants: {procedure_kind: ВПР, year: $year}
    columns: {Школа: school_id, Предмет: discipline, Участников: participants, Ниже порога: below_min}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from shnor_engine.errors import BadInput, FieldProblem, MissingExtra
from shnor_engine.events.base import Event, Registry
from shnor_engine.intake.converters import CONVERTERS, How
from shnor_engine.intake.targets import needs, pair_needs
from shnor_engine.intake.words import plain
from shnor_engine.yaml_file import YamlFile, read_yaml

KEYS = (
    *("mapping", "title", "event", "parameters", "sheet", "header", "constants", "columns", "unpivot", "gather"),
    *("compose", "unpaired", "context", "ignore", "skip"),
)
CONTEXT = ("area", "year", "school_year", "on")
_COLUMN = ("field", "as", "words", "fill", "several", "optional")
_PLACE = re.compile(r"(\w+)\.(\d+)$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its header text, and the field it fills; `place` counts into a field with several fixed values."""

    header: str
    field: str
    how: How
    place: int = 0
    fill: bool = False
    several: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Columns that are told apart by a value in the header: each gives an event of its own.

    `headers` are patterns of texts in header row `row` whose text fills `into`, or texts with the fields they mean;
    `columns` say what the lower header text (empty: any) fills. With `pairs` all of them make one event: header text
    and cell are a key and a value of that field.
    """

    headers: tuple[str, ...]
    meaning: Mapping[str, Mapping[str, Any]]
    into: Column | None
    row: int
    columns: tuple[Column, ...]
    pairs: str = ""


@dataclass(frozen=True, slots=True)
class Unpaired:
    """Fields whose several values a row does not pair, and what the event then says of that."""

    fields: tuple[str, ...]
    say: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole mapping of one kind of table."""

    name: str
    title: str
    cls: type[Event]
    parameters: Mapping[str, str]
    sheets: tuple[str, ...]
    header_rows: int
    constants: Mapping[str, Any]
    columns: tuple[Column, ...]
    unpivot: Unpivot | None
    gather: str
    compose: Mapping[str, str]
    unpaired: Unpaired | None
    context: Mapping[str, Any]
    ignore: tuple[str, ...]
    skip: Mapping[str, str]
    hows: Mapping[str, How] = field(default_factory=dict)

    def bound(self, values: Mapping[str, Any]) -> Table:
        """The mapping with its parameters given; raises `BadInput` for one that is missing or that nobody knows."""
        wrong = [
            FieldProblem(name, f"нужно значение: {said or name} (--set {name}=…); a value is needed", self.name)
            for name, said in self.parameters.items()
            if name not in values
        ]
        wrong += [
            FieldProblem(
                name,
                f"no such parameter; known: {', '.join(self.parameters)}",
                self.name,
                "в описании нет такого параметра",
            )
            for name in values
            if name not in self.parameters
        ]
        if wrong:
            raise BadInput(self.name, wrong)
        return replace(self, constants=_given(self.constants, values), context=_given(self.context, values))

    def label(self, name: str) -> str:
        """A field as its table calls it: the header texts of its columns, else its own name."""
        columns = (*self.columns, *(self.unpivot.columns if self.unpivot is not None else ()))
        headers = [f"«{column.header}»" for column in columns if column.field == name and column.header]
        return ", ".join(headers) or name


def builtin_mappings() -> dict[str, str]:
    """The titles of the mappings that come with the library, by name."""
    found = {}
    for item in files("shnor_engine.intake").joinpath("mappings").iterdir():
        if item.name.endswith(".yaml"):
            text = item.read_text(encoding="utf-8")
            title = re.search(r"^title: (.*)$", text, re.MULTILINE)
            found[item.name.removesuffix(".yaml")] = title[1] if title else ""
    return dict(sorted(found.items()))


def find_mapping(source: str | Path, registry: Registry, *, importers: Sequence[str] = ()) -> Table:
    """The mapping of a YAML file, or a built-in one by name; raises `BadInput` with every mistake and its line.

    `importers` are the names of plugins' importers, for the hint at what there is.
    """
    path = Path(source)
    if isinstance(source, Path) or path.suffix in (".yaml", ".yml") or path.exists():
        return read_mapping(path, registry)
    known = builtin_mappings()
    if source not in known:
        there = [*known, *importers]
        near = get_close_matches(source, there, n=3, cutoff=0.8) or there
        raise BadInput(
            source,
            [
                FieldProblem(
                    "(mapping)",
                    f"no such file or mapping; there is {', '.join(near)}",
                    source,
                    f"такого описания таблицы нет; есть {', '.join(near)}",
                )
            ],
        )
    text = files("shnor_engine.intake").joinpath("mappings", f"{source}.yaml").read_text(encoding="utf-8")
    return read_mapping(text, registry, name=f"{source}.yaml")


def read_mapping(source: Path | str, registry: Registry, *, name: str = "") -> Table:
    """The mapping of a YAML file, or of a text; raises `BadInput` that names every mistake with its line."""
    try:
        file = read_yaml(source, name=name)
    except MissingExtra:
        raise MissingExtra("reading a mapping", "intake") from None
    if not isinstance(file.value, dict):
        file.problem("a mapping with event and columns is needed")
        file.check()
    return _Reader(file, registry).table()


def _given(values: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: parameters[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for key, value in values.items()
    }


def _filled(table: Table) -> Iterable[str]:
    yield from table.constants
    yield from (column.field for column in table.columns)
    yield from table.compose
    if table.unpivot is not None:
        yield from (column.field for column in table.unpivot.columns)
        if table.unpivot.into is not None:
            yield table.unpivot.into.field
        for meant in table.unpivot.meaning.values():
            yield from meant
    if table.unpaired is not None:
        yield from table.unpaired.say


class _Reader:
    """Reads one mapping; mistakes are gathered and raised at once."""

    def __init__(self, file: YamlFile, registry: Registry) -> None:
        self.file, self.registry, self.said = file, registry, file.value
        self.hows: dict[str, How] = {}

    def table(self) -> Table:
        self._keys(self.said, KEYS)
        event = self.said.get("event")
        if not isinstance(event, str) or event not in self.registry:
            near = get_close_matches(str(event), [cls.type for cls in self.registry], n=3)
            self.file.problem(f"a type of event is needed{_near(near)}", "event")
            self.file.check()
        self.cls = self.registry[str(event)]
        stem = self.file.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        table = Table(
            name=str(self.said.get("mapping", stem)),
            title=str(self.said.get("title", "")),
            cls=self.cls,
            parameters=self._parameters(),
            sheets=self._texts("sheet"),
            header_rows=self._header(),
            constants=self._constants(),
            columns=tuple(self._columns(self._dict("columns"), "columns")),
            unpivot=self._unpivot(),
            gather=self._gather(),
            compose={name: str(text) for name, text in self._dict("compose").items()},
            unpaired=self._unpaired(),
            context=self._context(),
            ignore=self._texts("ignore"),
            skip=self._skip(),
            hows=self.hows,
        )
        self._whole(table)
        self.file.check()
        return table

    # --- the parts

    def _parameters(self) -> dict[str, str]:
        said = self.said.get("parameters", {})
        if isinstance(said, list):
            return {str(name): "" for name in said}
        return {name: str(text or "") for name, text in self._dict("parameters").items()}

    def _header(self) -> int:
        rows = self.said.get("header", 1)
        if isinstance(rows, bool) or not isinstance(rows, int) or not 0 <= rows <= 10:
            self.file.problem("the number of header rows, 0 (columns by letter) to 10", "header")
            return 1
        return rows

    def _constants(self) -> dict[str, Any]:
        said = self._dict("constants")
        for name in said:
            self.hows[name] = self._how(name, {}, "constants", name)
        return said

    def _columns(self, said: Mapping[str, Any], *place: str) -> Iterable[Column]:
        for header, told in said.items():
            yield self._column(str(header), told, *place, str(header))

    def _column(self, header: str, told: Any, *place: str) -> Column:
        spec = told if isinstance(told, dict) else {"field": told}
        self._keys(spec, _COLUMN, *place)
        name, at = str(spec.get("field", "")), 0
        if found := _PLACE.match(name):
            name, at = found[1], int(found[2])
        how = self._how(name, spec, *place)
        if at and not self._fixed(name, at):
            self.file.problem(f"{name} has no place {at}", *place)
        several = spec.get("several")
        if several not in (None, "events"):
            self.file.problem("several: events – each value gives an event of its own", *place, "several")
        if spec.get("fill") not in (None, "down"):
            self.file.problem("fill: down – an empty cell says what the one above says", *place, "fill")
        how = replace(how, several=several == "events")
        return Column(
            header, name, how, at, spec.get("fill") == "down", several == "events", spec.get("optional") is True
        )

    def _fixed(self, name: str, at: int) -> bool:
        need = needs(self.cls, name) if name in self.cls.model_fields else None
        return need is not None and 1 <= at <= need.places

    def _how(self, name: str, spec: Mapping[str, Any], *place: str) -> How:
        if name not in self.cls.model_fields:
            near = get_close_matches(name, self.cls.model_fields, n=3) or list(self.cls.model_fields)
            self.file.problem(f"{self.cls.type} has no field «{name}»{_near(near)}", *place)
            return How("text")
        need = needs(self.cls, name)
        if need is None:
            self.file.problem(f"{name} holds pairs: fill it by unpivot with pairs: {name}", *place)
            return How("text")
        given = spec.get("as", need.converter)
        if given not in CONVERTERS:
            near = get_close_matches(str(given), CONVERTERS, n=3) or sorted(CONVERTERS)
            self.file.problem(f"no such converter{_near(near)}", *place, "as")
            given = need.converter
        words = spec.get("words") or {}
        if not isinstance(words, dict):
            self.file.problem("printed word: what it means", *place, "words")
            words = {}
        return How(given, need.of, {plain(str(word)): meant for word, meant in words.items()}, need.many)

    def _unpivot(self) -> Unpivot | None:
        said = self.said.get("unpivot")
        if said is None:
            return None
        self._keys(said, ("headers", "row", "into", "as", "words", "field", "columns", "pairs"), "unpivot")
        headers, meaning = said.get("headers", ["*"]), {}
        if isinstance(headers, dict):
            meaning = {plain(str(text)): dict(meant) for text, meant in headers.items() if isinstance(meant, dict)}
            for text, meant in headers.items():
                for name in meant if isinstance(meant, dict) else ("(nothing)",):
                    self.hows[name] = self._how(name, {}, "unpivot", "headers", str(text))
        patterns = () if isinstance(headers, dict) else (headers,) if isinstance(headers, str) else tuple(headers)
        if "pairs" in said:
            return self._pairs(said, tuple(map(str, patterns)))
        into = None
        if "into" in said:
            spec = {key: said[key] for key in ("as", "words") if key in said}
            into = self._column("", {"field": said["into"], **spec}, "unpivot", "into")
        elif not meaning:
            self.file.problem("into: the field that the header text fills", "unpivot")
        if ("field" in said) == ("columns" in said):
            self.file.problem("either field: (one header row) or columns: (lower header text: field)", "unpivot")
        columns = (
            [self._column("", said["field"], "unpivot", "field")]
            if "field" in said
            else list(self._columns(said.get("columns") or {}, "unpivot", "columns"))
        )
        return Unpivot(tuple(map(str, patterns)), meaning, into, int(said.get("row", 1)), tuple(columns))

    def _pairs(self, said: Mapping[str, Any], patterns: tuple[str, ...]) -> Unpivot | None:
        name = str(said["pairs"])
        need = pair_needs(self.cls, name) if name in self.cls.model_fields else None
        if need is None:
            self.file.problem(f"{self.cls.type} has no field of pairs «{name}»", "unpivot", "pairs")
            return None
        words = {plain(str(word)): meant for word, meant in (said.get("words") or {}).items()}
        key = How(need[0].converter, need[0].of, words)
        value = How(str(said.get("as", need[1].converter)), need[1].of, words)
        if value.converter not in CONVERTERS:
            self.file.problem("no such converter", "unpivot", "as")
        columns = (Column("", name, value),)
        return Unpivot(patterns, {}, Column("", name, key), int(said.get("row", 1)), columns, name)

    def _gather(self) -> str:
        name = str(self.said.get("gather", ""))
        if name:
            how = self._how(name, {}, "gather")
            if not how.many:
                self.file.problem(f"{name} holds one value, so nothing can be gathered in it", "gather")
        return name

    def _unpaired(self) -> Unpaired | None:
        said = self.said.get("unpaired")
        if said is None:
            return None
        self._keys(said, ("fields", "say"), "unpaired")
        for name in said.get("say") or {}:
            self.hows[name] = self._how(name, {}, "unpaired", "say", name)
        return Unpaired(tuple(said.get("fields") or ()), dict(said.get("say") or {}))

    def _context(self) -> dict[str, Any]:
        said = self._dict("context")
        self._keys(said, CONTEXT, "context")
        return said

    def _skip(self) -> dict[str, str]:
        said = self.said.get("skip") or {}
        if isinstance(said, list | str):
            return {str(text): str(text) for text in ([said] if isinstance(said, str) else said)}
        return {str(name): str(text) for name, text in self._dict("skip").items()}

    # --- the whole

    def _whole(self, table: Table) -> None:
        filled = set(_filled(table))
        for name in table.compose:
            if name not in self.cls.model_fields:
                self._how(name, {}, "compose", name)
        for name, info in self.cls.model_fields.items():
            if info.is_required() and name not in filled:
                self.file.problem(f"{self.cls.type} needs {name}, and nothing fills it", "columns")
        for name, value in {**table.constants, **table.context}.items():
            if isinstance(value, str) and value.startswith("$") and value[1:] not in table.parameters:
                place = "constants" if name in table.constants else "context"
                self.file.problem(f"no parameter {value[1:]}; list it under parameters", place, name)
        self._once(table)
        if table.header_rows == 0:
            for column in table.columns:
                if not re.fullmatch(r"[A-Za-z]{1,3}", column.header):
                    self.file.problem("without a header a column is named by its letter: A", "columns", column.header)
        if not table.columns and table.unpivot is None:
            self.file.problem("columns: header text: field", "columns")

    def _once(self, table: Table) -> None:
        """No field is filled from two places: one of them would go unseen."""
        filled = [(name, 0) for name in (*table.constants, *table.compose)]
        filled += [(column.field, column.place) for column in table.columns]
        if table.unpivot is not None:
            filled += [(column.field, column.place) for column in table.unpivot.columns]
            if table.unpivot.into is not None and not table.unpivot.pairs:
                filled.append((table.unpivot.into.field, 0))
        for name in sorted({name for name, place in filled if filled.count((name, place)) > 1}):
            self.file.problem(f"{name} is filled from two places", "columns")

    def _dict(self, key: str) -> dict[str, Any]:
        said = self.said.get(key) or {}
        if not isinstance(said, dict):
            self.file.problem("name: value pairs are needed", key)
            return {}
        return {str(name): value for name, value in said.items()}

    def _texts(self, key: str) -> tuple[str, ...]:
        said = self.said.get(key) or ()
        return tuple(map(str, [said] if isinstance(said, str | int) else said))

    def _keys(self, said: Any, known: tuple[str, ...], *place: str) -> None:
        if not isinstance(said, dict):
            self.file.problem(f"a mapping with {', '.join(known)} is needed", *place)
            self.file.check()
        for key in said:
            if key not in known:
                near = get_close_matches(str(key), known, n=2) or known
                self.file.problem(f"unknown key{_near(near)}", *place, str(key))


def _near(names: Iterable[str]) -> str:
    return f"; near: {', '.join(names)}"
