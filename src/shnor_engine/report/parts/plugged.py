"""The parts that plugins bring: each under its own heading, and under a guard of its own.

What breaks in one is a sentence that names the plugin; the rest of the report does not notice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import PluginError, without_address
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Bullets, Document, Figure, Paragraph, Section, Table, Trees, events_of
from shnor_engine.report.from_markdown import blocks

if TYPE_CHECKING:
    from shnor_engine.plugin.loading import Plugins
    from shnor_engine.plugin.parts import ReportPart

COLUMNS = range(2, 13)  # of a table that every format can print
MAY_BRING = (Paragraph, Bullets, Table, Trees, Figure)
MOST_SPEC = 2_000_000  # characters of a picture: more could not be drawn in a bearable time
FIGURE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
FAILED = "plugin.failed."
_writing: ContextVar[bool] = ContextVar("_writing", default=False)  # whether a part is being written here


def plugged(plugins: Plugins, engine: Any, moment: Any, *, strict: bool = False) -> tuple[Section, ...]:
    """A section for each part that has something to say, in the order of their names.

    With `strict` the first that breaks raises `PluginError`. Within a part that asks for the report itself there are
    no parts of plugins: it would ask for ever.
    """
    from shnor_engine.report.annual import sources

    def held(events: Iterable[str]) -> set[str]:
        return set(sources(moment.snapshot, set(events)))

    if _writing.get():
        return ()
    before = _writing.set(True)
    try:
        return tuple(_sections(plugins, lambda part: part.write(engine, moment), held, strict))
    finally:
        _writing.reset(before)


def failures(document: Document) -> tuple[Claim, ...]:
    """The sentences that say which part of which plugin could not be written."""
    return tuple(claim for claim in document.claims() if claim.id.startswith(FAILED))


def _sections(
    plugins: Plugins, write: Callable[[ReportPart], object], held: Callable[[Iterable[str]], set[str]], strict: bool
) -> Iterator[Section]:
    for part in plugins.of("report_parts"):
        origin = plugins.origin("report_parts", part.name)
        whose = origin.described if origin else part.name
        try:
            said = _said(write(part), part.name, whose, held)
        except (Exception, SystemExit) as error:
            if strict:
                raise PluginError(f"plugin {whose}: its part of the report {part.name}: {error}", whose) from error
            said = (Paragraph((_broke(part, whose, error),)),)
        if said:
            yield Section(part.name, part.heading, said)


def _said(returned: object, name: str, whose: str, held: Callable[[Iterable[str]], set[str]]) -> tuple[Block, ...]:
    """What a part brings as blocks; raises `TypeError` or `ValueError` for what no format can print."""
    if isinstance(returned, str):
        found: Sequence[object] = blocks(returned, f"plugin.{name}", (f"plugin {whose}",))
    elif isinstance(returned, Iterable):
        found = tuple(returned)
    else:
        raise TypeError(f"write() gave {type(returned).__name__}; text in Markdown or blocks are needed")
    for block in found:
        if not isinstance(block, MAY_BRING):
            may = ", ".join(kind.__name__ for kind in MAY_BRING)
            raise TypeError(f"write() gave {type(block).__name__} among its blocks; there may be {may}")
        if isinstance(block, Table):
            _check_table(block)
    figures = [block.id for block in found if isinstance(block, Figure)]
    if len(set(figures)) < len(figures):
        raise ValueError("write() gave two pictures of one id")
    kept = tuple(
        _figure(block, name, whose) if isinstance(block, Figure) else block
        for block in found
        if isinstance(block, MAY_BRING)
    )
    named = {event for block in kept for event in events_of(block)}
    if strange := sorted(named - held(named) if named else ()):
        raise ValueError(f"write() names events that the log does not hold: {', '.join(strange[:3])}")
    return kept


def _figure(figure: Figure, part: str, whose: str) -> Figure:
    """The picture under an id that nobody else has, cut off from what the plugin may change later.

    Whether it can be drawn is found out where it is drawn; what it may not do is refused here.
    """
    if not FIGURE_ID.fullmatch(figure.id):
        raise ValueError(f"picture {figure.id!r}: an id is made of small letters, digits, - and _")
    if not figure.title or not figure.alt:
        raise ValueError(f"picture {figure.id} needs a title, and alt: what it shows, in words")
    said = json.dumps(figure.spec, ensure_ascii=False, allow_nan=False)
    if len(said) > MOST_SPEC:
        raise ValueError(f"picture {figure.id} has {len(said)} characters; at most {MOST_SPEC} are drawn")
    spec = json.loads(said)
    if not isinstance(spec, dict):
        raise TypeError(f"picture {figure.id}: spec is the Vega-Lite object")
    if _fetches(spec):
        raise ValueError(f"picture {figure.id} names a url; data stand in the picture itself (data.values)")
    own = re.sub(r"[^A-Za-z0-9_-]", "-", part)
    return replace(figure, id=f"{own}.{figure.id}", spec=spec, whose=whose)


def _fetches(spec: object) -> bool:
    """Whether a specification wants anything from elsewhere."""
    if isinstance(spec, dict):
        inner = (value for key, value in spec.items() if key != "values")  # rows of data may be called as they like
        return isinstance(spec.get("url"), str) or any(map(_fetches, inner))
    return isinstance(spec, list) and any(map(_fetches, spec))


def _check_table(table: Table) -> None:
    wide = len(table.head)
    if wide not in COLUMNS:
        raise ValueError(f"table {table.id} has {wide} columns; from {COLUMNS[0]} to {COLUMNS[-1]} can be printed")
    if len(table.widths) != wide or any(len(row) != wide for row in table.rows):
        raise ValueError(f"table {table.id}: head, widths and every row need as many cells as each other")


def _broke(part: ReportPart, whose: str, error: BaseException) -> Claim:
    """The sentence in place of the part; the same in every run, whatever the error says of addresses."""
    reason = without_address(f"{type(error).__name__}: {error}".split("\n", 1)[0])
    quoted = re.sub(r"[«»\"“”]", "'", reason).strip(": ")
    return Claim(
        f"{FAILED}{part.name}",
        f"Эту часть приносит модуль {whose}, и составить её не удалось: «{quoted}». Остальная справка составлена "
        "полностью.",
        f"This part is brought by the plugin {whose} and could not be written: «{quoted}».",
        "unverifiable",
        refs=(f"plugin {whose}",),
    )
