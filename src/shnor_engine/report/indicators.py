"""The indicators I1–I12 of a programme: each with formula and source, unmeasurable where the facts are not held.

A value is exact and names the events it rests on. Unmeasurable is a state of its own with its reason, never a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shnor_engine.events import ResultRecorded
from shnor_engine.recommend.ground import Ground, Row, when_of
from shnor_engine.recommend.lifecycle import Entry, register
from shnor_engine.recommend.situations import LOW_SHARE
from shnor_engine.report.forecast import NextList
from shnor_engine.report.list_history import ListHistory, list_history

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

OFF_FOR = 2  # lists running: sustained exit [default of the programme]
# school -> probability to be listed next year, its band; or what a run says of the list as a whole
Forecast = Mapping[str, tuple[float, float, float]] | NextList


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an indicator: for which period, of how many (`of`), or why there is none (`reason_*`)."""

    period: str
    value: int | Fraction | float | None
    of: int | None = None
    reason_ru: str = ""
    reason_en: str = ""
    events: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def measurable(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def text(self, language: str = "ru") -> str:
        """«5 из 5», «7», or «не измеримо: …»."""
        if self.value is None:
            return f"не измеримо: {self.reason_ru}" if language == "ru" else f"unmeasurable: {self.reason_en}"
        shown = _number(self.value)
        if self.low is not None and self.high is not None:
            shown += f" ({_number(self.low)}–{_number(self.high)})"
        return shown if self.of is None else f"{shown} {'из' if language == 'ru' else 'of'} {self.of}"

    def to_json(self) -> dict[str, Any]:
        """A plain object; an exact share as text «3/10»."""
        value = str(self.value) if isinstance(self.value, Fraction) else self.value
        return {
            "period": self.period,
            "value": value,
            "of": self.of,
            "band": None if self.low is None else [self.low, self.high],
            "unmeasurable": None if self.measurable else {"ru": self.reason_ru, "en": self.reason_en},
            "events": list(self.events),
        }


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator: what it is called, how it is computed, where the formula comes from, and its values by period.

    `searched` are the event types that were looked for; `by_area` says that a period is an area, `persons`
    that persons are counted, so that small values do not leave the house.
    """

    code: str
    ru: str
    en: str
    formula: str
    source: str
    values: tuple[Value, ...]
    searched: tuple[str, ...] = ()
    by_area: bool = False
    persons: bool = False

    def __getitem__(self, period: str) -> Value:
        """The value of a period; raises `KeyError`."""
        return {value.period: value for value in self.values}[period]

    def to_json(self) -> dict[str, Any]:
        """A plain object with the values."""
        return {
            "code": self.code,
            "title": {"ru": self.ru, "en": self.en},
            "formula": self.formula,
            "source": self.source,
            "searched": list(self.searched),
            "values": [value.to_json() for value in self.values],
        }


@dataclass(frozen=True, slots=True)
class Indicators:
    """All indicators of one moment, in their order."""

    items: tuple[Indicator, ...]
    on: date
    position: int

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self.items)

    def __getitem__(self, code: str) -> Indicator:
        """The indicator of a code; raises `KeyError`."""
        return {item.code: item for item in self.items}[code]

    def to_json(self) -> dict[str, Any]:
        """`{"on", "position", "indicators": [...]}`."""
        return {
            "on": self.on.isoformat(),
            "position": self.position,
            "indicators": [item.to_json() for item in self.items],
        }

    def text(self, language: str = "ru") -> str:
        """Each indicator with its values, a line a period."""
        lines = []
        for item in self.items:
            lines.append(f"{item.code}. {item.ru if language == 'ru' else item.en} [{item.formula}]")
            whole = item.by_area and len(item.values) == 1  # of the one area there is; its id says nothing
            everything = "всего" if language == "ru" else "all"
            lines += [
                f"    {everything if whole and value.measurable else value.period}: {value.text(language)}"
                for value in item.values
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Material:
    """What the indicators are computed from."""

    ground: Ground
    history: ListHistory
    forecast: Forecast | None = None

    def rows(self, projection: str) -> list[Row]:
        """The rows of a projection, also of days to come."""
        from shnor_engine.projections import project

        return [*project(self.ground.snapshot, projection).collect().to_dicts()]

    @property
    def on(self) -> date:
        """The day of the question."""
        return self.ground.on


def indicators(snapshot: Snapshot, *, on: date, forecast: Forecast | None = None) -> Indicators:
    """The indicators as known at a moment, on a day; `forecast` brings the probabilities of a simulation for I12."""
    history = list_history(snapshot)
    known = [item.year for item in history.lists if item.members is not None]
    material = Material(Ground(snapshot, max(known, default=on.year), on), history, forecast)
    return Indicators(tuple(_measured(one, material) for one in DEFINITIONS), on, snapshot.position)


def _measured(one: _Definition, material: Material) -> Indicator:
    values = tuple(one.measure(material)) or (_none("–", *one.without),)
    return Indicator(one.code, one.ru, one.en, one.formula, SOURCE, values, one.searched, one.by_area, one.persons)


SOURCE = "показатели программы 2025–2030 по умолчанию (библиотека)"


def _none(period: str, ru: str, en: str) -> Value:
    return Value(period, None, reason_ru=ru, reason_en=en)


def _events(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(sorted({event for row in rows for event in row["events"]}))


def _number(value: int | Fraction | float) -> str:
    if isinstance(value, Fraction) and value.denominator > 1:
        return f"{float(value):.3f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{value:.3g}".replace(".", ",") if isinstance(value, float) else str(value)


# --- the list -------------------------------------------------------------------------------------


def list_size(material: Material) -> Iterator[Value]:
    """How many are on the list of each year; a year that nobody knows has no size."""
    for item in material.history.lists:
        if item.members is None:
            yield _none(str(item.year), "перечень года неизвестен", "the list of the year is not known")
        else:
            yield Value(str(item.year), len(item.members), events=item.events)


def entries(material: Material) -> Iterator[Value]:
    """How many came on the list from one known list to the next."""
    rows = material.rows("flow")
    several = len({row["area"] for row in rows}) > 1
    for row in rows:
        period = f"{material.ground.name(row['area'])} " * several + f"{row['from_year']}→{row['to_year']}"
        yield Value(period, len(row["entered"]), events=tuple(row["events"]))


def sustained_exits(material: Material) -> Iterator[Value]:
    """Of the exits that can be judged, how many were followed by another list without the school.

    An exit at the last list cannot be judged yet; how many there are is said as a value of its own that is open.
    """
    known = sorted({item.year for item in material.history.lists if item.members is not None})
    off, judged, open_ = 0, 0, []
    events: list[Row] = []
    for row in material.rows("flow"):
        later = [year for year in known if year > row["to_year"]][: OFF_FOR - 1]
        answers = [None if len(later) < OFF_FOR - 1 else _off(material, school, later) for school in row["left"]]
        judged += sum(answer is not None for answer in answers)
        off += sum(answer is True for answer in answers)
        open_ += [str(row["to_year"]) for answer in answers if answer is None]
        events.append(row)
    if judged:
        yield Value("всего", off, of=judged, events=_events(events))
    for year in sorted(set(open_)):
        number = open_.count(year)
        yield _none(
            year,
            f"вышли {number}, следующего перечня ещё нет",
            f"{number} left, and there is no later list yet",
        )


def _off(material: Material, school: str, years: Sequence[int]) -> bool | None:
    said = [material.ground.on_list(school, year) for year in years]
    return None if None in said else not any(said)


# --- results --------------------------------------------------------------------------------------


def flagged_procedures(material: Material) -> Iterator[Value]:
    """How many procedures of a school year were low, for each school with results: their mean."""
    low = _low_by_year(material)
    for year, schools in sorted(low.items()):
        number = sum(len(margins) for margins, _ in schools.values())
        events = tuple(sorted({event for _, found in schools.values() for event in found}))
        yield Value(str(year), Fraction(number, len(schools)), events=events)


def distance_to_exit(material: Material) -> Iterator[Value]:
    """How many pupils more would have to pass so that the worst school has fewer than two low procedures."""
    for year, schools in sorted(_low_by_year(material).items()):
        worst = max((sum(sorted(margins)[: len(margins) - 1]) for margins, _ in schools.values()), default=0)
        events = tuple(sorted({event for _, found in schools.values() for event in found}))
        yield Value(str(year), worst, events=events)


def _low_by_year(material: Material) -> dict[int, dict[str, tuple[list[int], list[str]]]]:
    """By school year and school: for each low procedure how many pupils it is away from not being low; the events."""
    part, whole = LOW_SHARE
    rows = material.ground.snapshot[ResultRecorded].drop_nulls(["participants", "below_min"]).sort("position")
    found: dict[int, dict[str, tuple[list[int], list[str]]]] = {}
    for row in rows.collect().to_dicts():
        margins, events = found.setdefault(row["year"], {}).setdefault(row["school_id"], ([], []))
        events.append(row["event_id"])
        n, below = row["participants"], row["below_min"]
        if n > 0 and whole * below >= part * n:
            enough = (part * n - 1) // whole  # the most that may fail without being low
            margins.append(below - enough)
    return found


# --- the work -------------------------------------------------------------------------------------


def closed_in_time(material: Material) -> Iterator[Value]:
    """Of the recommendations of a topic that were due, how many had evidence by their day that was accepted.

    One that expired once was due and is not in time, also where it was opened again with a new day.
    """
    entries_ = register(material.ground.snapshot, on=material.on)
    by_topic: dict[str, list[Entry]] = {}
    for entry in entries_:
        was_due = entry.expired_once or (entry.due is not None and entry.due <= material.on)
        if was_due and entry.status != "withdrawn":
            by_topic.setdefault(entry.topic or "–", []).append(entry)
    for topic, due in sorted(by_topic.items()):
        done = [entry for entry in due if _in_time(entry)]
        events = tuple(sorted({event for entry in due for event in entry.events}))
        yield Value(material.ground.term(topic, "audit.topic"), len(done), of=len(due), events=events)


def _in_time(entry: Entry) -> bool:
    if entry.evidence_by is None or entry.due is None:
        return False
    return entry.closed and not entry.expired_once and entry.evidence_by <= entry.due


def lines_in_time(material: Material) -> Iterator[Value]:
    """Of the lines of a school year that were due and not cancelled, how many were held in their time."""
    years: dict[int, list[Row]] = {}
    for row in material.rows("plan_fact"):
        if row["state"] not in ("unplanned", "cancelled") and row["school_year"] and row["due"] <= material.on:
            years.setdefault(row["school_year"], []).append(row)
    for year, rows in sorted(years.items()):
        held = sum(row["state"] == "held" for row in rows)
        yield Value(f"{year - 1}/{year % 100:02}", held, of=len(rows), events=_events(rows))


def served_by_all_tasks(material: Material) -> Iterator[Value]:
    """Of the schools on the list of a year, how many are known to have been served by every task in that year."""
    tasks = len(material.ground.snapshot.registry.codes("programme.task"))
    cells = material.rows("task_coverage_by_school")
    for item in material.history.lists:
        if not item.members:
            continue
        mine = [row for row in cells if row["year"] == item.year and row["school_id"] in item.members]
        told = [row for row in mine if row["evidence"]]
        if not told:
            yield _none(
                str(item.year), "мероприятий для этих школ не записано", "no activity for these schools is recorded"
            )
            continue
        number = sum(sum(row["school_id"] == one for row in told) == tasks for one in item.members)
        yield Value(str(item.year), number, of=len(item.members), events=_events(told))


def landing_coverage(material: Material) -> Iterator[Value]:
    """Of the schools of the list in force at a landing, how many it visited."""
    ground = material.ground
    tours: dict[int, list[Row]] = {}
    for row in ground.activities:
        if row["form"] == "methodical_landing":
            when = when_of(row)
            if when is not None and (year := ground.list_in_force(when)) is not None:
                tours.setdefault(year, []).append(row)
    for year, rows in sorted(tours.items()):
        members = next((item.members for item in material.history.lists if item.year == year), None)
        if members is None:
            yield _none(f"перечень {year}", "перечень года неизвестен", "the list of the year is not known")
            continue
        visited = {school for row in rows for school in (*row["participants"], *row["hosts"])}
        yield Value(f"перечень {year}", len(visited & set(members)), of=len(members), events=_events(rows))


def deficits_closed(material: Material) -> Iterator[Value]:
    """Of the deficits found, how many were closed by way of a route and a training on their topic."""
    rows = [row for row in material.rows("deficits") if row["found_from"] <= material.on]
    if rows:
        closed = sum(bool(row["closed"] and row["closed_from"] <= material.on) for row in rows)
        yield Value("всего", closed, of=len(rows), events=_events(rows))


def prevention_evidenced(material: Material) -> Iterator[Value]:
    """Of the lines of prevention, how many have evidence, area by area."""
    areas: dict[str, list[Row]] = {}
    for row in material.rows("prevention_ledger"):
        areas.setdefault(row["area"], []).append(row)
    for area, rows in sorted(areas.items()):
        if any(row["reading"] != "nothing_told" for row in rows):
            yield Value(
                material.ground.name(area),
                sum(row["reading"] == "evidenced" for row in rows),
                of=len(rows),
                events=_events(rows),
            )


def expected_listed(material: Material) -> Iterator[Value]:
    """The expected size of the next list: the sum of the probabilities of a simulation, with the sum of its bands."""
    if isinstance(material.forecast, NextList):
        foreseen = material.forecast
        yield Value(str(foreseen.year), foreseen.mean, low=foreseen.low, high=foreseen.high)
    elif material.forecast:
        sums = [sum(one[n] for one in material.forecast.values()) for n in range(3)]
        yield Value(str(material.ground.year + 1), sums[0], low=sums[1], high=sums[2])


@dataclass(frozen=True, slots=True)
class _Definition:
    code: str
    ru: str
    en: str
    formula: str
    measure: Callable[[Material], Iterator[Value]]
    without: tuple[str, str]  # why there is no value where there is none, in words of the field
    searched: tuple[str, ...]
    by_area: bool = False
    persons: bool = False


DEFINITIONS = (
    _Definition(
        "I1",
        "Число школ в перечне",
        "Schools on the list",
        "сколько школ в перечне года",
        list_size,
        ("перечней в журнале нет", "the log holds no list"),
        ("list.published",),
    ),
    _Definition(
        "I2",
        "Вошли в перечень",
        "Entries",
        "школы перечня, которых нет в предыдущем известном перечне",
        entries,
        ("двух перечней, которые можно сравнить, в журнале нет", "the log holds no two lists to compare"),
        ("list.published",),
    ),
    _Definition(
        "I3",
        "Устойчивый выход",
        "Sustained exit",
        "вышедшие, которых нет в двух перечнях подряд, из вышедших, за которыми есть ещё один перечень",
        sustained_exits,
        (
            "выходов из перечня, за которыми есть следующий перечень, в журнале нет",
            "the log holds no exit with a later list",
        ),
        ("list.published",),
    ),
    _Definition(
        "I4",
        "Низких процедур на школу",
        "Low procedures per school",
        "процедуры, где ниже минимума не менее 30 % участников (10·ниже ≥ 3·всего), на школу с результатами",
        flagged_procedures,
        ("результаты оценочных процедур не внесены", "no results of procedures are held"),
        ("result.recorded",),
    ),
    _Definition(
        "I5",
        "Расстояние до выхода худшей школы, учеников",
        "Distance to exit of the worst school, pupils",
        "наибольшее по школам: скольким ученикам ещё преодолеть минимум, чтобы низких процедур стало меньше двух",
        distance_to_exit,
        ("результаты оценочных процедур не внесены", "no results of procedures are held"),
        ("result.recorded",),
    ),
    _Definition(
        "I6",
        "Рекомендации, закрытые с подтверждением в срок",
        "Recommendations closed with evidence by due date",
        "подтверждено не позже срока, из тех, чей срок наступил, по темам",
        closed_in_time,
        ("рекомендаций школам, срок которых наступил, в журнале нет", "the log holds no recommendation that was due"),
        ("recommendation.issued",),
    ),
    _Definition(
        "I7",
        "Пункты дорожной карты, проведённые в срок",
        "Plan lines held on time",
        "проведено в срок, из тех, чей срок наступил и что не отменено, по учебным годам",
        lines_in_time,
        (
            "пунктов дорожной карты, срок которых наступил, в журнале нет",
            "the log holds no line of a roadmap that was due",
        ),
        (
            "roadmap.adopted",
            "activity.planned",
        ),
    ),
    _Definition(
        "I8",
        "Школы перечня, охваченные всеми пятью задачами",
        "Listed schools with all five tasks served",
        "школы с мероприятиями по каждой задаче, из школ перечня",
        served_by_all_tasks,
        ("перечней в журнале нет", "the log holds no list"),
        (
            "activity.held",
            "list.published",
        ),
    ),
    _Definition(
        "I9",
        "Охват методическим десантом",
        "Landing coverage",
        "посещённые школы, из школ действующего перечня",
        landing_coverage,
        ("методических десантов в журнале нет", "the log holds no methodical landing"),
        ("activity.held",),
    ),
    _Definition(
        "I10",
        "Закрытые профессиональные дефициты",
        "Deficits closed",
        "прошли всю цепочку (дефицит → ИОМ → обучение по теме → закрыт), из выявленных",
        deficits_closed,
        ("диагностик профессиональных дефицитов в журнале нет", "the log holds no diagnosis of deficits"),
        (
            "diagnostics.held",
            "route.issued",
            "training.completed",
        ),
        persons=True,
    ),
    _Definition(
        "I11",
        "Подтверждённые линии профилактики",
        "Prevention lines evidenced",
        "линии с подтверждением, из шести линий",
        prevention_evidenced,
        ("о линиях профилактики в журнале ничего нет", "the log says nothing of lines of prevention"),
        ("measure.applied",),
        by_area=True,
    ),
    _Definition(
        "I12",
        "Ожидаемое число школ в следующем перечне",
        "Expected size of the next list",
        "сумма вероятностей попасть в следующий перечень по школам, с полосой; нужен прогноз моделирования",
        expected_listed,
        ("прогноз моделирования к отчёту не приложен", "no forecast of a simulation is given"),
        (),
    ),
)
