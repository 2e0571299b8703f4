"""A household benefit: members summed, an amount by age, what income takes away by a marginal scale.

An example of the shape, no act of any country. The formula changes with 2024: until then every child counts alike,
since then by a table of ages. It is paid by the month.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from shnor_engine.law import Brackets, Clause, Dated, Law, Parameters, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import (
    Fact,
    Field,
    Rule,
    below,
    case,
    count,
    from_,
    marginal,
    max_,
    period,
    round_,
    row,
    sum_,
    table,
    years_between,
)

ACT = "закон о пособии (пример)"


class B(Parameters):
    age = Dated[int]({"2020-01-01": 18}, ref=Clause("ст. 2", act=ACT), ru="возраст", en="age", bounds=(0, 30))
    per_child = Dated[int]({"2020-01-01": 1200}, ref=Clause("ст. 3", act=ACT), ru="на ребёнка", en="per child")
    young = Dated[int]({"2024-01-01": 1800}, ref=Clause("ст. 3", act=ACT), ru="на младшего", en="per young child")
    older = Dated[int]({"2024-01-01": 1000}, ref=Clause("ст. 3", act=ACT), ru="на старшего", en="per older child")
    taken = Dated[Brackets](
        {
            "2020-01-01": Brackets.of({10_000: percent(20), 20_000: percent("37.5")}),
            "2024-01-01": Brackets.of({12_000: percent(20), 24_000: percent(40)}),
        },
        ref=Clause("ст. 4", act=ACT),
        ru="шкала удержания",
        en="the scale of what income takes",
    )


class Member(Fact, grain=("household", "month", "member"), ru="члены семьи", en="members"):
    born = Field[date]("дата рождения", en="date of birth", bounds=(date(1900, 1, 1), date(2030, 1, 1)))
    income = Field[Fraction]("доход за месяц", en="income of the month", bounds=(Fraction(0), Fraction(1_000_000)))


class Benefit(
    Rule,
    per=("household", "month"),
    id="test.benefit",
    version="1.0",
    in_force="2020-01-01",
    ref=Clause("ст. 1", act=ACT),
):
    """The benefit of a month to the kopeck; `verdict` is whether anything is due."""

    age = years_between(Member.born, period.end)
    child = age < B.age
    children = count(Member, where=child)
    amount = case(
        (period.end < date(2024, 1, 1), children * B.per_child),
        otherwise=sum_(
            table(age, row(below(3), gives=B.young), row(from_(3).below(18), gives=B.older), row(from_(18), gives=0))
        ),
    )
    income = sum_(Member.income)
    taken = marginal(income, B.taken)
    due = round_(max_(amount - taken, 0), 2, "half_even")
    applies = children >= 1
    verdict = due > 0


def benefit() -> Pack:
    """The pack of the benefit."""
    return Pack(
        id="test.benefit",
        version="1.0",
        title={"ru": "Пособие семье", "en": "Household benefit"},
        jurisdiction="test",
        rule=Benefit,
        law=Law.of(B),
        bindings={Member: Binding("members")},
        decisions={"met": Decision("назначено", "granted"), "not_met": Decision("не назначено", "not granted")},
    )
