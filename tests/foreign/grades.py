"""A methodology of another country, written from the documents alone: a school grade A–F by percent of points.

After the shape of an American state's school grades (an illustration, not its law): up to five components of 100
points each, a component that a school does not have is left out of both sums, the percent is rounded half up and read
off a scale; a school that tested less than 95 % of its students gets no grade. No word of it is known to the library.
"""

from __future__ import annotations

import polars as pl

from shnor_engine.events import Event
from shnor_engine.law import Law
from shnor_engine.packs import Binding, Decision, Pack, read_examples
from shnor_engine.plugin.v1 import hookimpl
from shnor_engine.projections import ALL, Frames, Projection
from shnor_engine.rules import (
    Clause,
    Dated,
    Fact,
    Field,
    Key,
    Parameters,
    Rule,
    Share,
    below,
    count,
    from_,
    max_,
    percent,
    ratio,
    round_,
    row,
    share,
    sum_,
    table,
)

COMPONENTS = ("reading", "mathematics", "science", "gains", "graduation")


def rule(point: str) -> Clause:
    """A section of the administrative code."""
    return Clause(
        f"раздел {point}", act="правила оценки школ", act_en="school grading rule", point_en=f"section {point}"
    )


class ComponentScored(Event, type="grades.component_scored", subject="campus", key=("campus", "year", "component")):
    campus: str
    year: int
    component: str
    earned: int
    enrolled: int
    tested: int


class ReportClosed(Event, type="grades.report_closed", subject="campus", key=("campus", "year")):
    """What is not in the report of a year does not exist."""

    campus: str
    year: int


def components(frames: Frames) -> pl.LazyFrame:
    told = frames[ComponentScored].select(
        "campus", "year", "component", "earned", "enrolled", "tested", pl.concat_list("event_id").alias("events")
    )
    return told.sort("campus", "year", "component")


def closed(frames: Frames) -> pl.LazyFrame:
    every = pl.LazyFrame({"component": COMPONENTS})
    told = frames[ReportClosed].select("campus", "year", pl.concat_list("event_id").alias("events"))
    return told.join(every, how="cross").sort("campus", "year", "component")


KEYS = ("campus", "year", "component")
SCORES = Projection(
    name="grades_components", reads={ComponentScored: ("campus",)}, keys=KEYS, by="campus", build=components
)
CLOSED = Projection(name="grades_closed", reads={ReportClosed: ALL}, keys=KEYS, build=closed)


class Component(Fact, grain=("campus", "year", Key("component", among=COMPONENTS)), ru="компоненты", en="components"):
    earned = Field[int]("баллы", en="points earned", bounds=(0, 100))
    enrolled = Field[int]("обучающихся", en="enrolled", bounds=(0, 10_000))
    tested = Field[int]("писали работу", en="tested", bounds=(0, 10_000))


class Cuts(Parameters):
    tested = Dated[Share](
        {"2015-01-01": percent(95)},
        ref=rule("3"),
        ru="доля писавших",
        en="share tested",
        bounds=(percent(1), percent(100)),
    )
    a = Dated[int]({"2015-01-01": 62, "2024-01-01": 64}, ref=rule("5"), ru="от (A)", en="A from", bounds=(0, 100))
    b = Dated[int]({"2015-01-01": 54}, ref=rule("5"), ru="от (B)", en="B from", bounds=(0, 100))
    c = Dated[int]({"2015-01-01": 41}, ref=rule("5"), ru="от (C)", en="C from", bounds=(0, 100))
    d = Dated[int]({"2015-01-01": 32}, ref=rule("5"), ru="от (D)", en="D from", bounds=(0, 100))


class Grade(
    Rule,
    per=("campus", "year"),
    id="us.grades",
    version="1.0",
    in_force="2015-01-01",
    ref=rule("1"),
    ru="Школа успешна",
    en="The school passes",
):
    scored = count(Component, where=Component.earned >= 0)
    earned = sum_(Component.earned)
    percent_of_points = round_(ratio(earned, max_(scored, 1)), 0, "half_up")
    enough_tested = share(sum_(Component.tested), of=sum_(Component.enrolled)) >= Cuts.tested
    grade = table(
        percent_of_points,
        row(from_(Cuts.a), gives="A"),
        row(from_(Cuts.b).below(Cuts.a), gives="B"),
        row(from_(Cuts.c).below(Cuts.b), gives="C"),
        row(from_(Cuts.d).below(Cuts.c), gives="D"),
        row(below(Cuts.d), gives="F"),
    )
    applies = (scored >= 1) & enough_tested
    verdict = grade.is_in("A", "B", "C")


EXAMPLES = """
day: 2024-12-31
closed: true
examples:
  - name: 61.5 rounds to 62, an A before 2024
    keys: {campus: c, year: 2023}
    facts:
      Component:
        - {component: reading, earned: 61, enrolled: 100, tested: 95}
        - {component: mathematics, earned: 62, enrolled: 100, tested: 95}
    outcome: met
    decision: A
    values: {percent_of_points: 62}
  - name: the same is a B under the cut of 2024
    keys: {campus: c, year: 2024}
    facts:
      Component:
        - {component: reading, earned: 61, enrolled: 100, tested: 95}
        - {component: mathematics, earned: 62, enrolled: 100, tested: 95}
    outcome: met
    decision: B
  - name: a component that the school does not have is left out of both sums
    keys: {campus: c, year: 2024}
    facts: {Component: [{component: reading, earned: 45, enrolled: 100, tested: 100}]}
    outcome: met
    decision: C
  - name: a D
    keys: {campus: c, year: 2024}
    facts: {Component: [{component: reading, earned: 40, enrolled: 100, tested: 100}]}
    outcome: not_met
    decision: D
  - name: an F
    keys: {campus: c, year: 2024}
    facts: {Component: [{component: reading, earned: 31, enrolled: 100, tested: 100}]}
    outcome: not_met
    decision: F
  - name: too few tested
    keys: {campus: c, year: 2024}
    facts: {Component: [{component: reading, earned: 90, enrolled: 100, tested: 94}]}
    outcome: not_applicable
  - name: a score that nobody knows leaves the grade open
    keys: {campus: c, year: 2024}
    facts:
      Component:
        - {component: reading, earned: 60, enrolled: 100, tested: 100}
        - {component: mathematics, enrolled: 100, tested: 100}
    outcome: undetermined
"""


def grades() -> Pack:
    letters = {letter: Decision(f"оценка {letter}", f"grade {letter}") for letter in "ABCDF"}
    return Pack(
        id="us.grades",
        version="1.0",
        title={"ru": "Оценка школы A–F", "en": "School grade A–F"},
        jurisdiction="us",
        rule=Grade,
        law=Law.of(Cuts),
        bindings={Component: Binding("grades_components", closings="grades_closed")},
        decisions={
            **letters,
            "not_applicable": Decision("без оценки", "no grade"),
            "undetermined": Decision("не определено", "undetermined"),
        },
        status_clause="grade",
        source=rule("1"),
        examples=read_examples(EXAMPLES, name="grades.yaml"),
    )


class Plugin:
    """The foreign methodology as a plugin."""

    name, api_version = "grades", 1

    @hookimpl
    def event_types(self) -> list[type[Event]]:
        return [ComponentScored, ReportClosed]

    @hookimpl
    def projections(self) -> list[Projection]:
        return [SCORES, CLOSED]

    @hookimpl
    def packs(self) -> list[Pack]:
        return [grades()]
