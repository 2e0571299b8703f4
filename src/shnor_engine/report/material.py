"""What a report is written from: projections, lists, decisions and advice of one moment, each asked for once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import Assessment, order, said_period
from shnor_engine.events.base import Event
from shnor_engine.events.russian_dates import say_when
from shnor_engine.reasoning.phrases import russian_form
from shnor_engine.recommend import Advice
from shnor_engine.recommend.checks import findings
from shnor_engine.recommend.finding import Flags
from shnor_engine.recommend.ground import Ground, Row, when_of
from shnor_engine.report.attribution import Design
from shnor_engine.report.indicators import Forecast, Indicators, indicators
from shnor_engine.report.list_history import ListHistory, list_history
from shnor_engine.rules.periods import MONTH, QUARTER

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.reasoning.way_out import WayOut
    from shnor_engine.recommend.playbook import Playbook
    from shnor_engine.tables import Snapshot


@dataclass(frozen=True)
class Material:
    """The facts of one moment, with the decisions and recommendations that follow from them.

    `earlier` is the same of an earlier position, to say what changed since. `design` allows to speak of an effect,
    `forecast` gives for each school the probability to be on the next list and its band (a simulation). `ways` say
    how the decision on the one school of a passport turns, by methodology; `luck` is `simulate.luck`, handed in where
    the extra is there, for a report reads no simulation by itself.
    """

    snapshot: Snapshot
    decided: Assessment
    advice: Advice
    design: Design | None = None
    earlier: Material | None = None
    forecast: Forecast | None = None
    playbook: Playbook | None = None
    ways: tuple[tuple[Pack, WayOut], ...] = ()
    luck: Any = None
    _rows: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    @cached_property
    def ground(self) -> Ground:
        """The facts as the rules of recommendation see them."""
        return Ground(self.snapshot, self.advice.year, self.decided.on, self.playbook)

    @cached_property
    def history(self) -> ListHistory:
        """The lists by year and the flow between them."""
        return list_history(self.snapshot)

    @cached_property
    def indicators(self) -> Indicators:
        """The indicators I1–I12."""
        return indicators(self.snapshot, on=self.decided.on, forecast=self.forecast)

    @cached_property
    def findings(self) -> Flags:
        """What the checks of the programme find."""
        return findings(self.snapshot, year=self.advice.year, on=self.decided.on, playbook=self.playbook)

    @property
    def period(self) -> int | str | None:
        """The month or quarter that the report is of; None for one of a year."""
        return self.decided.period if self.kind in (MONTH, QUARTER) else None

    @property
    def kind(self) -> str:
        """The kind of period that the methodology decides by; empty where it decides by none."""
        key = self.decided.pack.tree.period
        return "" if key is None else key.period

    def time(self, language: str) -> str:
        """The period decided on, in words; empty where the methodology decides by none."""
        return said_period(self.decided.pack.tree, self.decided.period, language)

    def rows(self, projection: str) -> list[Row]:
        """The rows of a projection, without what begins after the day."""
        if projection not in self._rows:
            self._rows[projection] = self.ground.rows(projection)
        return self._rows[projection]

    def told(self, cls: type[Event]) -> list[Row]:
        """What stands of one event type, oldest first."""
        if cls.type not in self._rows:
            self._rows[cls.type] = list(self.snapshot[cls].sort("position").collect().to_dicts())
        return self._rows[cls.type]

    def last(self, cls: type[Event]) -> Row | None:
        """The last event of a type; None where there is none."""
        rows = self.told(cls)
        return rows[-1] if rows else None

    def term(self, code: str, codes: str) -> str:
        """The Russian term of a code."""
        return self.ground.term(code, codes)

    def term_en(self, code: str, codes: str) -> str:
        """The English term of a code."""
        found = self.snapshot.registry.codes(codes).get(code)
        return code if found is None else str(found.en)

    def full_name(self, school: str) -> str:
        """The name of a school with the place where it stands, where the name does not say it."""
        locality, name = self.localities.get(school), self.ground.name(school)
        return f"{name} ({locality})" if locality and not _says(name, locality) else name

    @cached_property
    def localities(self) -> dict[str, str]:
        """Where each school stands, as far as told."""
        return {row["school_id"]: row["locality"] for row in self.rows("schools") if row["locality"]}

    @cached_property
    def several_areas(self) -> bool:
        """Whether the flow speaks of more than one area."""
        return len({step.area for step in self.history.flow}) > 1

    def latest_members(self) -> tuple[int, tuple[str, ...], tuple[str, ...]] | None:
        """Year, members and events of the last list known up to the year asked for."""
        known = [y for y in self.history.lists if y.members is not None and y.year <= self.advice.year]
        return (known[-1].year, known[-1].members or (), known[-1].events) if known else None


def _says(name: str, locality: str) -> bool:
    """Whether a name holds the place already, whatever its case ending: «Афипского» of «Афипский»."""
    return all(any(word.startswith(part[:5]) for word in name.split()) for part in locality.split() if len(part) > 3)


def capital(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]


def dates(rows: Iterable[Row]) -> str:
    """When, each moment once, in the order of the rows."""
    return ", ".join(dict.fromkeys(say_when(when) for row in rows if (when := when_of(row))))


def in_order(schools: Iterable[str]) -> list[str]:
    """Ids in the order of their numbers."""
    return sorted(schools, key=order)


def many(number: int, one: str, few: str, several: str) -> str:
    """«1 школа», «2 школы», «5 школ»."""
    return f"{number} {russian_form(number, (one, few, several))}"


def event_ids(rows: Sequence[Row]) -> tuple[str, ...]:
    """The ids of the events behind rows of tables or projections."""
    found: set[str] = set()
    for row in rows:
        found.update(row["events"] if "events" in row else [row["event_id"]])
    return tuple(sorted(found))


__all__ = ["Material", "capital", "dates", "event_ids", "in_order", "many"]
