"""A household's monthly benefit: members' incomes summed, a scale by cases, and a formula that changed on a day."""

from __future__ import annotations

from fractions import Fraction

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import (
    MONTH,
    YEAR,
    Fact,
    Field,
    Rule,
    RuleSet,
    case,
    count,
    in_each,
    last,
    max_,
    mean,
    over,
    previous,
    sum_,
    within,
)

LAW = Clause("ст. 2", act="закон о пособии домохозяйствам", confidence="default")


class Member(Fact, grain=("household", "member", "month"), ru="члены домохозяйства", en="members"):
    """A member of a household in a month."""

    income = Field[int]("доход", en="income", bounds=(0, 1_000_000), unit="руб.", unit_en="roubles")
    child = Field[bool]("ребёнок", en="a child")


class Register(Fact, grain=("household", "year"), ru="реестр", en="register"):
    """What is asked once a year."""

    resident = Field[bool]("живёт в регионе", en="resident")


class Rates(Parameters):
    minimum = Dated[int](
        {"2023-01-01": 10_000, "2024-01-01": 12_000}, ref=LAW, ru="прожиточный минимум", en="subsistence minimum"
    )
    first = Dated[Share]({"2023-01-01": percent(100)}, ref=LAW, ru="доля недостающего", en="share of what is short")
    child = Dated[int]({"2023-01-01": 3_000}, ref=LAW, ru="на ребёнка", en="a child")


class Benefit(
    Rule,
    per=("household", "month"),
    id="t.benefit",
    version="1",
    in_force="2023-01-01",
    ref=LAW,
    ru="Пособие домохозяйству",
    en="Household benefit",
):
    """What is short of the minimum a head, and a sum for each child."""

    members = count(Member)
    income = sum_(Member.income)
    children = count(Member, where=Member.child)
    short = max_(Rates.minimum * members - income, 0)
    amount = short * Rates.first + Rates.child * children
    applies = within(YEAR, Register.resident) & (members >= 1)
    verdict = amount > 0


class BenefitByScale(Benefit, id="t.benefit", version="2", in_force="2024-07-01"):
    """From July 2024: all of the first half of the minimum that is short, half of the rest."""

    half = Rates.minimum * Benefit.members * Fraction(1, 2)
    scaled = case((Benefit.short <= half, Benefit.short), otherwise=half + (Benefit.short - half) * Fraction(1, 2))
    amount = scaled + Rates.child * Benefit.children


class Poor(Rule, per=("household", "month"), id="t.poor", ru="Длительная нужда", en="Lasting need"):
    """Three months on end with a benefit, whatever its formula was then; told with the year's mean."""

    year_mean = within(YEAR, mean(over(MONTH, Benefit.amount)))
    grew = Benefit.amount > previous(Benefit.amount)
    verdict = in_each(last(3, MONTH), Benefit.verdict)


class YearTotal(Rule, per=("household", "year"), id="t.benefit.year", ru="Пособие за год", en="Benefit of a year"):
    """What a household got in a year."""

    paid_months = count(over(MONTH, Benefit.verdict))
    total = sum_(over(MONTH, Benefit.amount))
    verdict = total > 0


RULES = RuleSet.of(Benefit, BenefitByScale, Poor, YearTotal)
PACK = Pack(
    id="t.benefit",
    version="2",
    title={"ru": "Пособие домохозяйству", "en": "Household benefit"},
    jurisdiction="ru",
    rule=BenefitByScale,
    law=Law.of(Rates),
    bindings={Member: Binding("members"), Register: Binding("register")},
    decisions={"met": Decision("пособие назначено", "granted")},
    source=LAW,
    confidence="default",
)
