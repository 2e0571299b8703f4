"""What a caller may hand in as a table: row dicts, or any frame that narwhals carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_engine.errors import FactError


def frame_of(native: Any, where: str) -> Any:
    """A frame as narwhals sees it; what another library than Polars holds in memory is brought to Polars.

    An engine that is asked lazily (DuckDB, Spark) stays what it is. Raises `FactError` for what is no table.
    """
    import narwhals.stable.v2 as nw

    try:
        frame = nw.from_native(native)
    except TypeError:
        raise FactError(
            f"a {type(native).__name__} is no table; give a frame (Polars, pandas, Arrow, DuckDB) or a list of rows",
            where,
        ) from None
    if isinstance(frame, nw.DataFrame) and not frame.implementation.is_polars():
        return nw.from_native(frame.to_polars())
    return frame


def is_rows(table: Any) -> bool:
    """Whether a table came as rows and not as a frame."""
    return isinstance(table, list | tuple)


def rows_in(table: Any, where: str) -> list[dict[str, Any]]:
    """Row dicts of a list of rows or of a frame (a lazy one is collected)."""
    if is_rows(table):
        return [_row(item, f"{where}, row {number}") for number, item in enumerate(table)]
    import narwhals.stable.v2 as nw

    frame = frame_of(table, where)
    whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return list(whole.rows(named=True))


def _row(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise FactError(f"{item!r} is no row; a row is a mapping of columns to values", where)
    return dict(item)
