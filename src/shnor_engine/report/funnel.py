"""The way of deficits as counts that may leave the house: found → on a route → trained on the topic → closed.

No person and no token is in it. Counts of one to four are hidden, and so is what would give one away by subtraction
inside the table; of several tables of one log give out one, for two can be subtracted from each other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

from shnor_engine.projections.deficits import STAGES
from shnor_engine.recommend.ground import names_at
from shnor_engine.report.document import Cell, Table
from shnor_engine.report.small_cells import LEAST, hidden

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

By = Literal["school", "deficit", "role"]
COLUMNS: dict[By, tuple[str, str]] = {
    "school": ("school_id", "Школа"),
    "deficit": ("deficit", "Дефицит"),
    "role": ("role", "Должность"),
}
STAGES_RU = {
    "diagnosed": "Выявлен",
    "routed": "На маршруте (ИОМ)",
    "trained": "Обучение по теме",
    "closed": "Закрыт",
}
SEARCHED = ("diagnostics.held", "route.issued", "training.completed", "route.completed")
NOT_SAID = "не указано"
HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: whom it counts (in words, by the columns asked for), and the count of each stage; None is hidden."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel of one moment by these columns; counts from 1 to `least` − 1 are hidden."""

    by: tuple[By, ...]
    steps: tuple[Step, ...]
    least: int
    on: date
    position: int

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def head(self) -> tuple[str, ...]:
        """The columns in Russian."""
        return (*(COLUMNS[one][1] for one in self.by), *STAGES_RU.values())

    @property
    def note(self) -> str:
        """What the star means."""
        return f"«{HIDDEN}» – скрыто: от 1 до {self.least - 1} человек или разность, по которой это можно вычислить."

    def rows(self) -> list[tuple[str, ...]]:
        """The rows as they are printed."""
        return [
            (*step.labels, *(HIDDEN if count is None else str(count) for count in step.counts)) for step in self.steps
        ]

    def text(self) -> str:
        """A line a row: whom, then the four counts."""
        if not self.steps:
            return "Диагностик профессиональных дефицитов в журнале нет."
        lines = (f"{', '.join(row[: len(self.by)])}: " + " → ".join(row[len(self.by) :]) for row in self.rows())
        return "\n".join([" → ".join(STAGES_RU.values()), *lines, self.note])

    def to_json(self) -> dict[str, Any]:
        """`{"on", "position", "by", "least", "rows": [{…, "diagnosed", "routed", "trained", "closed"}]}`."""
        rows = [
            dict(zip(self.by, step.keys, strict=True)) | dict(zip(STAGES, step.counts, strict=True))
            for step in self.steps
        ]
        return {
            "on": self.on.isoformat(),
            "position": self.position,
            "by": list(self.by),
            "least": self.least,
            "rows": rows,
        }

    def csv(self) -> str:
        """The table as CSV that a Russian Excel opens: semicolons; write it as UTF-8 with a mark at the beginning."""
        out = StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerows([self.head, *self.rows()])
        return out.getvalue()

    def table(self, *, aside: bool = False) -> Table:
        """The table of a report. Its cells name no events: how many there are would give hidden counts away."""
        rows = tuple(tuple(Cell(text, searched=SEARCHED) for text in row) for row in self.rows())
        widths = (*([52 // len(self.by)] * len(self.by)), 12, 12, 12, 12)
        return Table("deficit_funnel", self.head, rows, widths, f"Путь дефицитов. {self.note}", aside)


def funnel(snapshot: Snapshot, *, on: date, by: Sequence[By] = ("school", "deficit"), least: int = LEAST) -> Funnel:
    """The funnel as known at a moment, by any of school, deficit and role; raises `ValueError` for another column."""
    import polars as pl

    from shnor_engine.projections import project

    if unknown := [one for one in by if one not in COLUMNS]:
        raise ValueError(f"no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    names = [COLUMNS[one][0] for one in by]
    counted = (
        project(snapshot, "deficit_funnel")
        .group_by(names)
        .agg(*(pl.col(stage).sum() for stage in STAGES))
        .sort(names, nulls_last=True)
        .collect()
        if names
        else project(snapshot, "deficit_funnel").select(*(pl.col(stage).sum() for stage in STAGES)).collect()
    )
    shown = hidden(counted, STAGES, least=least)
    schools = names_at(snapshot)
    roles = snapshot.registry.codes("role")
    steps = []
    for row in shown.to_dicts():
        keys = tuple("" if row[name] is None else str(row[name]) for name in names)
        labels = tuple(_label(one, key, schools, roles) for one, key in zip(by, keys, strict=True))
        steps.append(Step(keys, labels, tuple(row[stage] for stage in STAGES)))
    return Funnel(tuple(by), tuple(steps), least, on, snapshot.position)


def _label(one: By, key: str, schools: dict[str, str], roles: Any) -> str:
    if not key:
        return NOT_SAID
    if one == "school":
        return schools.get(key, key)
    return str(roles[key].ru) if one == "role" and key in roles else key
