"""A plugin whose methodology decides by months: an event, its projection, a rule."""

from __future__ import annotations

import polars as pl

from shnor_engine.events import Event, SchoolRegistered
from shnor_engine.law import Clause, Law
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.plugin.v1 import hookimpl
from shnor_engine.projections import Frames, Projection
from shnor_engine.rules import MONTH, Fact, Field, Key, Rule

MONTHLY = Key("month", period=MONTH)
REF = Clause("п. 1", act="приказ", confidence="default")
name, api_version = "months", 1


class Counted(Event, type="test.counted", subject="school_id"):
    school_id: str
    month: str
    absent: int


class Month(Fact, grain=("school", MONTHLY)):
    absent = Field[int]("пропусков", en="absences", bounds=(0, 1000), actionable="down")


class Many(Rule, per=("school", MONTHLY), id="test.months", version="1", in_force="2024-01-01", ref=REF):
    verdict = Month.absent >= 10


PACK = Pack(
    id="test.months",
    version="1.0",
    title={"ru": "Пропуски", "en": "Absences"},
    jurisdiction="test",
    rule=Many,
    law=Law.of(),
    bindings={Month: Binding("test_months", {"school": "school_id"})},
    decisions={"met": Decision("много", "many"), "not_met": Decision("немного", "few")},
    source=REF,
)


def months(frames: Frames) -> pl.LazyFrame:
    return frames[Counted].select("school_id", "month", "absent", pl.concat_list("event_id").alias("events"))


@hookimpl
def event_types() -> list[type[Event]]:
    return [Counted]


@hookimpl
def projections() -> list[Projection]:
    return [
        Projection(
            name="test_months",
            reads={Counted: ("school_id",)},
            keys=("school_id", "month"),
            by="school_id",
            build=months,
        )
    ]


@hookimpl
def packs() -> list[Pack]:
    return [PACK]


def told() -> list[Event]:
    """Two schools and what was counted in two months."""
    schools = [
        SchoolRegistered(school_id=f"m/{n}", municipality="m", region="r", kind="secondary", name=f"СОШ № {n}")
        for n in (1, 2)
    ]
    return [
        *schools,
        Counted(school_id="m/1", month="2024-04", absent=3),
        Counted(school_id="m/1", month="2024-05", absent=12),
        Counted(school_id="m/2", month="2024-05", absent=5),
    ]
