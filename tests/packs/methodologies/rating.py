"""A points-and-weights rating: points by cuts, weights of what is missing moved, a penalty with a floor, a level.

An example of the shape, no act of any authority. The support status reads the level and the total of the rating: a
school enters at the low level and leaves after two rated years running at or above a higher bar; a year without a
rating neither helps nor hurts; a commission may place it, and the years after go on from there.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Scale,
    above,
    any_,
    below,
    case,
    count,
    decision_table,
    from_,
    key_of,
    max_,
    mean,
    move,
    reweight,
    round_,
    row,
    run,
    send,
    share,
    status,
    table,
)

ACT = "Порядок рейтинга (пример)"
ACT_EN = "Rating order (an example)"


def point(number: str) -> Clause:
    """A clause of the order."""
    return Clause(f"п. {number}", act=ACT, act_en=ACT_EN, point_en=f"clause {number}", confidence="default")


class R(Parameters):
    indicators = Dated[tuple[str, ...]](
        {"2022-01-01": ("exams", "attendance"), "2023-01-01": ("exams", "attendance", "survey")},
        ref=point("1"),
        ru="показатели",
        en="indicators",
    )
    attended = Dated[Share](
        {"2022-01-01": percent(90)}, ref=point("2.2"), ru="порог посещаемости", en="attendance cut"
    )
    to_exams = Dated[Share]({"2022-01-01": percent(75)}, ref=point("3.2"), ru="доля экзаменам", en="part to exams")
    least_tested = Dated[Share](
        {"2022-01-01": percent(95)}, ref=point("4"), ru="порог участия", en="participation cut"
    )
    penalty = Dated[int]({"2022-01-01": 1}, ref=point("4"), ru="штраф", en="penalty")
    floor = Dated[int]({"2022-01-01": 1}, ref=point("4"), ru="нижняя граница балла", en="floor")
    leave = Dated[Fraction]({"2022-01-01": Fraction(7, 2)}, ref=point("7"), ru="балл выхода", en="exit bar")
    years = Dated[int]({"2022-01-01": 2}, ref=point("7"), ru="лет выше балла выхода", en="years above the exit bar")


class Indicator(
    Fact, grain=("school", "year", Key("indicator", among=R.indicators)), ru="показатели", en="indicators"
):
    value = Field[Share]("значение показателя", en="value of the indicator")
    measured = Field[bool]("показатель измерен", en="indicator measured")


class Roll(Fact, grain=("school", "year"), ru="контингент", en="roll"):
    enrolled = Field[int]("учащихся", en="enrolled", bounds=(1, 5000), unit="чел.", unit_en="persons")
    tested = Field[int]("участвовали", en="tested", bounds=(0, 5000), unit="чел.", unit_en="persons")


LEVELS = Scale("low", "middle", "high")


class Rating(Rule, per=("school", "year"), id="test.rating", version="1.0", in_force="2022-01-01", ref=point("1")):
    """`verdict` is the low level: what a support status begins with."""

    indicator = key_of(Indicator, "indicator")
    points = decision_table(
        Path(__file__).with_name("rating_points.yaml"),
        gives=int,
        inputs={"indicator": indicator, "value": Indicator.value},
        parameters=[R],
    )
    own_weight = table(
        indicator, row("exams", gives=50), row("attendance", gives=30), row("survey", gives=20, ref=point("3.1"))
    )
    weight = reweight(
        own_weight,
        present=Indicator.measured,
        key=(Indicator, "indicator"),
        to=(
            send("survey", to={"exams": R.to_exams, "attendance": percent(25)}, ref=point("3.2")),
            send("attendance", to={"exams": 1}, ref=point("3.3")),
        ),
    )
    before = mean(points, weight=weight, where=Indicator.measured)
    tested = share(Roll.tested, of=Roll.enrolled)
    fined = case((tested < R.least_tested, R.penalty), otherwise=0)
    total = round_(max_(before - fined, R.floor), 1, "half_up")
    level = LEVELS.of(
        table(
            total,
            row(below(2), gives="low", ref=point("5.1")),
            row(from_(2).up_to(4), gives="middle", ref=point("5.2")),
            row(above(4), gives="high", ref=point("5.3")),
        )
    )
    applies = any_(Indicator.measured, where=indicator.is_("exams")) & (count(Indicator) >= 1)
    verdict = level < "middle"


class Support(
    Rule,
    per=("school", "year"),
    id="test.rating.support",
    version="1.0",
    in_force="2022-01-01",
    ref=point("6"),
    ru="Сопровождение школы",
    en="Support of a school",
):
    """What follows from the ratings of a school, year after year."""

    total = Rating.total
    weak = Rating.level.is_("low")
    applies = Rating.applies
    good = run(Rating.total >= R.leave, "skip", since=2022)
    state = status(
        "free",
        "supported",
        start="free",
        moves=[
            move("free", "supported", when=Rating.verdict),
            move("supported", "free", when=good >= R.years),
        ],
        since=2022,
    )
    verdict = state.is_("supported")


def support() -> Pack:
    """The pack of the support status."""
    return Pack(
        id="test.rating.support",
        version="1.0",
        title={"ru": "Сопровождение по рейтингу", "en": "Support by rating"},
        jurisdiction="test",
        rule=Support,
        law=Law.of(R),
        bindings={Indicator: Binding("indicators"), Roll: Binding("roll")},
        decisions={
            "free": Decision("без сопровождения", "not supported"),
            "supported": Decision("на сопровождении", "supported"),
        },
        status_clause="state",
        source=point("6"),
        confidence="default",
    )


def rating() -> Pack:
    """The pack of the rating."""
    return Pack(
        id="test.rating",
        version="1.0",
        title={"ru": "Рейтинг по баллам и весам", "en": "Rating by points and weights"},
        jurisdiction="test",
        rule=Rating,
        law=Law.of(R),
        bindings={Indicator: Binding("indicators"), Roll: Binding("roll")},
        decisions={
            "low": Decision("низкий уровень", "low"),
            "middle": Decision("средний уровень", "middle"),
            "high": Decision("высокий уровень", "high"),
        },
        status_clause="level",
        source=point("1"),
        confidence="default",
    )
