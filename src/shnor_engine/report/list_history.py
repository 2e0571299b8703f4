"""The lists by year and the flow between neighbouring lists, as people and programs read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import order
from shnor_engine.recommend.ground import names_at

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

UNKNOWN_RU = "нет данных"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ListYear:
    """One calendar year: `members` are school ids in a steady order, None where the list is unknown.

    `complete` is `yes` where whoever is not among them is known not to be on the list, in every area of the log.
    """

    year: int
    members: tuple[str, ...] | None
    complete: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowStep:
    """What changed from one known list to the next known one; `unknown` are the years between without a list.

    With unknown years between, an entry or exit is only bracketed: it happened somewhere from `before` to `after`.
    `unclear` are those of whom one end is not known.
    """

    area: str
    before: int
    after: int
    unknown: tuple[int, ...]
    stayed: tuple[str, ...]
    entered: tuple[str, ...]
    left: tuple[str, ...]
    re_entered: tuple[str, ...]
    unclear: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListHistory:
    """All lists from the first year to the last, and the flow; `names` gives the Russian name of each id."""

    lists: tuple[ListYear, ...]
    flow: tuple[FlowStep, ...]
    names: Mapping[str, str]
    position: int

    def to_json(self) -> dict[str, Any]:
        """`{"position", "lists": [{"year", "members", "complete"}], "flow": [...]}`; members null = unknown."""
        return {
            "position": self.position,
            "lists": [
                {"year": y.year, "members": None if y.members is None else list(y.members), "complete": y.complete}
                for y in self.lists
            ],
            "flow": [
                {
                    "area": step.area,
                    "from": step.before,
                    "to": step.after,
                    "unknown_years": list(step.unknown),
                    "stayed": list(step.stayed),
                    "entered": list(step.entered),
                    "left": list(step.left),
                    "re_entered": list(step.re_entered),
                    "unclear": list(step.unclear),
                }
                for step in self.flow
            ],
        }

    def text(self) -> str:
        """The same in Russian, for a terminal."""
        if not self.lists:
            return "В журнале нет ни одного перечня."
        lines = ["Перечень по годам"]
        for y in self.lists:
            size = "–" if y.members is None else str(len(y.members))
            lines.append(f"  {y.year}  {size:>3}  {self._members(y)}")
        if self.flow:
            lines += ["", "Движение между соседними известными перечнями"]
        for step in self.flow:
            several = len({one.area for one in self.flow}) > 1
            lines.append(f"  {self.said((step.area,))}: {span(step)}" if several else f"  {span(step)}")
            for word, schools in (("остались", step.stayed), ("вошли", step.entered), ("вышли", step.left)):
                lines.append(f"    {word:<9}{len(schools):>3}  {self.said(schools)}".rstrip())
            if step.re_entered:
                lines.append(f"    из вошедших повторно: {self.said(step.re_entered)}")
            if step.unclear:
                lines.append(f"    неясно: {self.said(step.unclear)}")
        return "\n".join(lines)

    def said(self, schools: tuple[str, ...]) -> str:
        """The names of some schools, or of an area, in one line."""
        return ", ".join(self.names.get(school, school) for school in schools)

    def _members(self, y: ListYear) -> str:
        if y.members is None:
            return f"{UNKNOWN_RU} (неизвестно, а не «пусто»)"
        nobody = (
            "перечень пуст" if y.complete == "yes" else "достоверно никто: перечень не полон или источники расходятся"
        )
        return self.said(y.members) or nobody


def span(step: FlowStep) -> str:
    """«2020 → 2022 (2021: нет данных)»."""
    gap = f" ({', '.join(map(str, step.unknown))}: {UNKNOWN_RU})" if step.unknown else ""
    return f"{step.before} → {step.after}{gap}"


def list_history(snapshot: Snapshot) -> ListHistory:
    """The lists and their flow as known at a moment, every year from the first told of to the last."""
    from shnor_engine.projections import project

    rows = project(snapshot, "membership").collect().to_dicts()
    published = project(snapshot, "lists").collect().to_dicts()
    flow = project(snapshot, "flow").collect().to_dicts()
    years = sorted({row["year"] for row in (*rows, *published)})
    lists = tuple(_year(year, rows, published) for year in (range(years[0], years[-1] + 1) if years else ()))
    return ListHistory(lists, tuple(map(_step, flow)), names_at(snapshot), snapshot.position)


def _year(year: int, rows: Sequence[Row], published: Sequence[Row]) -> ListYear:
    mine = [row for row in rows if row["year"] == year]
    lists = [row for row in published if row["year"] == year]
    events = tuple(sorted({event for row in (*lists, *mine) for event in row["events"]}))
    if not lists and all(row["listed"] is None for row in mine):
        return ListYear(year, None, "unknown", events)
    members = _ordered(row["school_id"] for row in mine if row["listed"])
    return ListYear(year, members, _complete(mine, lists, published), events)


def _complete(mine: Sequence[Row], lists: Sequence[Row], published: Sequence[Row]) -> str:
    """Whether nobody can be missing: every area has its list, each is complete, and no source disagrees."""
    said = {row["complete"] for row in lists}
    if "no" in said:
        return "no"
    everywhere = {row["area"] for row in lists} == {row["area"] for row in published}
    clear = said == {"yes"} and all(row["listed"] is not None for row in mine)
    return "yes" if everywhere and clear else "unknown"


def _step(row: Row) -> FlowStep:
    moves = {name: _ordered(row[name]) for name in ("stayed", "entered", "left", "re_entered", "unclear")}
    return FlowStep(
        area=row["area"],
        before=row["from_year"],
        after=row["to_year"],
        unknown=tuple(row["unknown_years"]),
        events=tuple(row["events"]),
        **moves,
    )


def _ordered(schools: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(schools, key=order))
