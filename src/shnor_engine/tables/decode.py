"""Bulk text of the log to typed columns, without an object per row.

Bodies are parsed as one NDJSON document against the shape of their type: about 1,000,000 a second on one core,
where a pydantic object each would be 20 times slower. Only bodies of old versions are lifted one by one, and fields
that stay JSON text are cut out one by one.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from shnor_engine.events.base import Event, Registry
from shnor_engine.log.protocol import Columns
from shnor_engine.tables.shape import Shape, shape_of


def rows_of(columns: Columns, cls: type[Event], registry: Registry, batches: pl.DataFrame) -> pl.DataFrame:
    """One row per fact with every column of its type; each stands from its own position on, as if uncorrected.

    `batches` has the columns `last` and `recorded_at`, one row per batch, ascending.
    """
    shape = shape_of(cls)
    fields = _fields(_bodies(columns, cls, registry), shape)
    if fields.height != columns.count:
        raise ValueError(f"{columns.type}: {columns.count} bodies gave {fields.height} rows")
    return _envelope(columns, batches).hstack(fields).select(list(shape.schema))


def _fields(bodies: bytes, shape: Shape) -> pl.DataFrame:
    typed = {name: kind for name, kind in shape.wire.items() if name not in shape.texts}
    found = pl.read_ndjson(bodies, schema=typed)
    if shape.texts:
        # One by one: no reader of whole columns gives this text back unchanged (keys with quotes, last digits of
        # floats; polars 2.1). Few types have such fields.
        read = [json.loads(line) for line in bodies.decode().split("\n")]
        found = found.hstack([_texts(name, [body.get(name) for body in read]) for name in sorted(shape.texts)])
    return found.select(*shape.columns)


def _texts(name: str, values: list[Any]) -> pl.Series:
    texts = (None if one is None else json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in values)
    return pl.Series(name, list(texts), dtype=pl.String)


def _bodies(columns: Columns, cls: type[Event], registry: Registry) -> bytes:
    if columns.version == cls.version:
        return columns.bodies
    lines = columns.bodies.decode().split("\n")
    lifted = (cls.model_validate(registry.upcast(cls.type, columns.version, json.loads(line))) for line in lines)
    return "\n".join(event.body() for event in lifted).encode()


def _envelope(columns: Columns, batches: pl.DataFrame) -> pl.DataFrame:
    ids, positions = _lines("event_id", columns.event_ids), _positions(columns.positions)
    written_in = batches["last"].search_sorted(positions)  # the first batch that reaches so far
    return pl.DataFrame(
        [
            positions,
            ids,
            ids.alias("origin_id"),
            _lines("subject", columns.subjects),
            _said("actor", columns.actors, columns.count),
            _said("source", columns.sources, columns.count),
            batches["recorded_at"].gather(written_in),
            positions.alias("known_from"),
            pl.Series("known_until", [None], dtype=pl.Int64).new_from_index(0, columns.count),
        ]
    )


def _positions(given: bytes | range) -> pl.Series:
    if isinstance(given, range):
        return pl.int_range(given.start, given.stop, eager=True, dtype=pl.Int64).alias("position")
    return _lines("position", given).cast(pl.Int64)


def _said(name: str, text: bytes, count: int) -> pl.Series:
    """What was said beside the facts, an empty line being nothing; an import says the same of all, which is seen."""
    first = text.partition(b"\n")[0]
    if text == b"\n".join([first] * count):
        return pl.Series(name, [first.decode() or None], dtype=pl.String).new_from_index(0, count)
    lines = _lines(name, text)
    return lines.set(lines == "", None)


def _lines(name: str, text: bytes) -> pl.Series:
    """The lines of a text as a column; split inside Polars, at half the cost of a Python list."""
    return pl.Series(name, [text.decode()], dtype=pl.String).str.split("\n").explode()
