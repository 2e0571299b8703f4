"""When each corrected fact stood, and which fact it was at first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

import polars as pl

from shnor_engine.log.protocol import Interval, Log

FEW = 64  # up to so many new rows are looked at one by one for a correction before all that stands is asked for

_SCHEMA = {"position": pl.Int64(), "known_from": pl.Int64(), "known_until": pl.Int64(), "origin_id": pl.String()}


class Spans:
    """The intervals of every fact that a correction touched, followed along a log."""

    def __init__(self) -> None:
        self.upto = 0
        self._stood: dict[int, tuple[Interval, ...]] = {}
        self._touched: list[int] = []
        self._ids: dict[int, str] = {}
        self._origins: dict[str, str] = {}

    def follow(self, log: Log, until: int) -> list[int]:
        """Take in what was written up to `until`; gives the positions whose intervals changed, ascending."""
        few = until - self.upto <= FEW
        corrected = not few or any(row.corrects for row in log.read(after=self.upto, until=until, effective=False))
        self.upto = until
        if not corrected:
            return []
        stood = log.standing(until=until)
        changed = sorted(at for at, intervals in stood.items() if self._stood.get(at) != intervals)
        for at in changed:
            self._meet(log, at)
            self._stood[at] = stood[at]
        return changed

    def between(self, first: int, last: int) -> pl.DataFrame | None:
        """The spans of the touched facts from `first` to `last`, one row each; None where there are none."""
        touched = self._touched[bisect_left(self._touched, first) : bisect_right(self._touched, last)]
        if not touched:
            return None
        rows = [(at, start, end, self._origins[self._ids[at]]) for at in touched for start, end in self._stood[at]]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    def _meet(self, log: Log, at: int) -> None:
        """Read the row of a fact that is touched for the first time: the fact it replaced says which it was."""
        if at in self._ids:
            return
        row = next(iter(log.read(after=at - 1, until=at, effective=False)))
        self._ids[at] = row.event_id
        self._origins[row.event_id] = self._origins.get(row.corrects or "", row.corrects or row.event_id)
        insort(self._touched, at)


def stood_in(rows: pl.DataFrame, spans: pl.DataFrame | None) -> pl.DataFrame:
    """The rows with their spans, in order: a fact that stood, fell and stood again has a row for each time."""
    if spans is None:
        return rows
    touched = pl.col("known_from_right").is_not_null()
    return (
        rows.join(spans, on="position", how="left", maintain_order="left_right")
        .with_columns(
            pl.when(touched).then(f"{name}_right").otherwise(name).alias(name)
            for name in ("known_from", "known_until", "origin_id")
        )
        .select(rows.columns)
    )


def any_between(positions: list[int], first: int, last: int) -> bool:
    """Whether an ascending list holds a number from `first` to `last`."""
    at = bisect_left(positions, first)
    return at < len(positions) and positions[at] <= last
