"""A support status: in and out by clauses of their own, a bar that depends on the state, years without rating, and
placements by a commission."""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Law, Parameters
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    before,
    case,
    in_each,
    last_years,
    move,
    run,
    status,
)

ACT = "положение о рейтинге и сопровождении"
RATING = Clause("п. 2", act=ACT, confidence="default")
ENTRY = Clause("п. 4", act=ACT, confidence="default")
EXIT = Clause("п. 5", act=ACT, confidence="default")


class Rating(Fact, grain=("school", Key("year", gaps=(2020,))), ru="рейтинг", en="rating"):
    """The rating of a year; in 2020 there was none by decision of the ministry."""

    points = Field[int]("баллы", en="points", bounds=(0, 100), ask_ru="баллы рейтинга за {year} год")
    rated = Field[bool]("школа участвует в рейтинге", en="the school takes part")


class Bars(Parameters):
    entry = Dated[int]({"2015-01-01": 40}, ref=ENTRY, ru="порог входа", en="entry bar")
    leave = Dated[int]({"2015-01-01": 50}, ref=EXIT, ru="порог выхода", en="exit bar")
    clean = Dated[int]({"2015-01-01": 2}, ref=EXIT, ru="лет выше порога выхода", en="years above the exit bar")


class Supported(
    Rule,
    per=("school", Key("year", gaps=(2020,))),
    id="t.supported",
    version="1.0",
    in_force="2016-01-01",
    ref=RATING,
    ru="Школа на сопровождении",
    en="The school is supported",
):
    """In below 40 points; out after two rated years running above 50; urgent after three years of entry running."""

    bar = case((before("state").is_("free"), Bars.entry), otherwise=Bars.leave)
    weak = Rating.points < bar
    applies = Rating.rated
    enters = Rating.points < Bars.entry
    leaves = run(Rating.points >= Bars.leave, "skip", since=2016) >= Bars.clean
    worsens = run(enters, "break", since=2016) >= 3
    state = status(
        "free",
        "supported",
        "urgent",
        start="free",
        moves=[
            move("free", "supported", when=enters),
            move("supported", "urgent", when=worsens),
            move(("supported", "urgent"), "free", when=leaves),
        ],
    )
    verdict = state.is_in("supported", "urgent")


class AfterTwoYears(Supported, id="t.supported.strict", exception_to=Supported.enters, region="strict", ref=ENTRY):
    """One region asks for two low years before it takes a school in."""

    enters = in_each(last_years(2), Rating.points < Bars.entry)


PACK = Pack(
    id="t.supported",
    version="1.0",
    title={"ru": "Сопровождение по рейтингу", "en": "Support by rating"},
    jurisdiction="ru",
    rule=Supported,
    law=Law.of(Bars),
    bindings={Rating: Binding("ratings")},
    decisions={
        "free": Decision("без сопровождения", "not supported"),
        "supported": Decision("на сопровождении", "supported"),
        "urgent": Decision("первоочередное сопровождение", "urgent support"),
        "undetermined": Decision("не определено", "undetermined"),
    },
    status_clause="state",
    source=RATING,
    confidence="default",
)
