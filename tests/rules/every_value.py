"""A rule with every node about values, days, choice and weights."""

from __future__ import annotations

from datetime import date

from shnor_engine.rules import (
    Brackets,
    Clause,
    Dated,
    Fact,
    Field,
    Key,
    Parameters,
    Rule,
    Scale,
    Share,
    above,
    absent,
    anything,
    below,
    brackets,
    case,
    count,
    days_between,
    from_,
    key_of,
    marginal,
    mean,
    on,
    percent,
    period,
    reweight,
    round_,
    row,
    send,
    sum_,
    table,
    up_to,
    years_between,
)

LEVELS = Scale("low", "middle", "high")


class V(Parameters):
    listed = Dated[tuple[str, ...]](
        {"2020-01-01": ("exam", "survey"), "2024-01-01": ("exam", "survey", "attendance")},
        ru="показатели",
        en="indicators",
    )
    cut = Dated[int]({"2020-01-01": 40, "2023-01-01": 50}, ru="порог балла", en="the cut", region_may_override=True)
    start = Dated[date]({"2020-01-01": date(2020, 9, 1)}, ru="начало", en="the start")
    scale = Dated[Brackets]({"2020-01-01": Brackets.of({0: percent(10), 100: percent(20)})}, ru="шкала", en="scale")
    bonus = Dated[tuple[str, ...]]({"2020-01-01": ("rural", "small")}, ru="особые виды", en="special kinds")
    part = Dated[Share]({"2020-01-01": percent(60)}, ru="доля веса", en="the part of the weight")


class Indicator(Fact, grain=("school", "year", Key("indicator", among=V.listed)), ru="показатели", en="indicators"):
    score = Field[int]("балл", en="score", bounds=(0, 100), unit="балл.", unit_en="points")
    held = Field[bool]("измерен", en="measured")


class Card(Fact, grain=("school", "year"), ru="карточка", en="card"):
    opened = Field[date]("открыта", en="opened", bounds=(date(1900, 1, 1), date(2030, 1, 1)))
    kind = Field[str]("вид", en="kind", among=("rural", "small", "town"))
    level = Field[str]("уровень", en="level", among=LEVELS)


class EveryValue(Rule, per=("school", "year"), id="t.values", version="2", in_force="2020-01-01", ref=Clause("1")):
    """Every node about values there is."""

    named = key_of(Indicator, "indicator")
    weight = table(named, row("exam", gives=3, ref=Clause("2.1")), row("survey", gives=1), otherwise=2)
    points = table(
        (Indicator.score, named),
        row(below(V.cut), anything, gives=0),
        row(from_(V.cut).up_to(100), ("exam", "survey"), gives=2, ref=Clause("2.2")),
        row(from_(V.cut), "attendance", gives=1),
        row(absent, anything, gives=absent),
    )
    moved = reweight(
        weight,
        present=Indicator.held,
        key=(Indicator, "indicator"),
        to=(send("survey", to={"exam": V.part, "attendance": percent(40)}), send("attendance", to={"exam": 1})),
    )
    total = round_(mean(points, weight=moved, where=Indicator.held) + marginal(sum_(points), V.scale), 1, "half_up")
    own_scale = marginal(total, brackets((0, percent(5)), (V.cut, percent("7.5"))))
    open_for = years_between(Card.opened, period.end) + days_between(period.start, on)
    late = (Card.opened + 30 > V.start) & (Card.opened - 1).between(date(1990, 1, 1), on)
    level = LEVELS.of(
        case((total > 1, table(Card.kind, row(V.bonus, gives="middle"), otherwise="low")), otherwise=absent)
    )
    tags = table(
        (open_for, late), row(above(3), True, gives="old"), row(up_to(9), anything, gives="x"), hit="collect"
    )
    verdict = (level >= "middle") & tags.has("old") & (Card.level < "high") & (count(Indicator) + own_scale > 1)
