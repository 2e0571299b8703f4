"""England, coasting schools (S.I. 2017/9, regulations 4 and 5): three years running, each by its own criteria.

The measures changed in 2016: shares of pupils with expected progress before, progress scores with a confidence limit
since. Read literally, a school is below in 2016 if some score lies below its cut and every score that does is
significant, its upper confidence limit below zero.
"""

from __future__ import annotations

from fractions import Fraction

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import Expr, Fact, Field, Rule, any_of, case, in_each, is_present, last_years, row, table

ACT = "S.I. 2017/9"
REG_4, REG_5 = Clause("reg. 4", act=ACT, confidence="stated"), Clause("reg. 5", act=ACT, confidence="stated")
SCORES = (Fraction(-50), Fraction(50))


class Primary(Fact, grain=("school", "year"), ru="итоги начальной ступени", en="key stage 2 results"):
    """Shares reaching the standard and making expected progress; since 2016 progress scores and upper limits."""

    attainment = Field[Share]("достигли стандарта", en="reached the standard")
    reading = Field[Share]("прогресс в чтении", en="expected progress in reading")
    writing = Field[Share]("прогресс в письме", en="expected progress in writing")
    maths = Field[Share]("прогресс в математике", en="expected progress in mathematics")
    reading_score = Field[Fraction]("балл прогресса в чтении", en="reading progress score", bounds=SCORES)
    writing_score = Field[Fraction]("балл прогресса в письме", en="writing progress score", bounds=SCORES)
    maths_score = Field[Fraction]("балл прогресса в математике", en="mathematics progress score", bounds=SCORES)
    reading_upper = Field[Fraction]("верхняя граница, чтение", en="upper limit, reading", bounds=SCORES)
    writing_upper = Field[Fraction]("верхняя граница, письмо", en="upper limit, writing", bounds=SCORES)
    maths_upper = Field[Fraction]("верхняя граница, математика", en="upper limit, mathematics", bounds=SCORES)


class K2(Parameters):
    measure = Dated[str]({"2014-01-01": "shares", "2016-01-01": "scores"}, ref=REG_4, ru="мера", en="measure")
    attainment = Dated[Share]({"2014-01-01": percent(85)}, ref=REG_4, ru="порог стандарта", en="standard cut")
    reading = Dated[Share]({"2014-01-01": percent(94)}, ref=REG_4, ru="порог чтения", en="reading cut")
    writing = Dated[Share](
        {"2014-01-01": percent(96), "2015-01-01": percent(97)}, ref=REG_4, ru="порог письма", en="writing cut"
    )
    maths = Dated[Share]({"2014-01-01": percent(93)}, ref=REG_4, ru="порог математики", en="mathematics cut")
    reading_score = Dated[Fraction](
        {"2016-01-01": Fraction("-2.5")}, ref=REG_4, ru="порог балла чтения", en="reading score cut"
    )
    writing_score = Dated[Fraction](
        {"2016-01-01": Fraction("-3.5")}, ref=REG_4, ru="порог балла письма", en="writing score cut"
    )
    maths_score = Dated[Fraction](
        {"2016-01-01": Fraction("-2.5")}, ref=REG_4, ru="порог балла математики", en="mathematics score cut"
    )


def surely_above_or_significant(low: Expr[bool], upper: Expr[Fraction]) -> Expr[bool]:
    """A score that is not below its cut, or one whose upper limit says that it surely is below the average."""
    return ~low | (upper < 0)


class CoastingPrimary(
    Rule, per=("school", "year"), id="en.coasting.ks2", version="2017", in_force="2016-01-01", ref=REG_4
):
    """Below the criteria of its own year in each of three successive years."""

    by_shares = (
        (Primary.attainment < K2.attainment)
        & (Primary.reading < K2.reading)
        & (Primary.writing < K2.writing)
        & (Primary.maths < K2.maths)
    )
    low_reading = Primary.reading_score < K2.reading_score
    low_writing = Primary.writing_score < K2.writing_score
    low_maths = Primary.maths_score < K2.maths_score
    significant = (
        surely_above_or_significant(low_reading, Primary.reading_upper)
        & surely_above_or_significant(low_writing, Primary.writing_upper)
        & surely_above_or_significant(low_maths, Primary.maths_upper)
    )
    by_scores = (Primary.attainment < K2.attainment) & any_of(low_reading, low_writing, low_maths) & significant
    below = table(K2.measure, row("shares", gives=by_shares), row("scores", gives=by_scores), otherwise=False)
    applies = in_each(last_years(3), is_present(Primary.attainment))
    verdict = in_each(last_years(3), below)


class Secondary(Fact, grain=("school", "year"), ru="итоги основной ступени", en="key stage 4 results"):
    attainment = Field[Share]("пять оценок A*–C", en="five grades A* to C")
    english = Field[Share]("прогресс в английском", en="expected progress in English")
    maths = Field[Share]("прогресс в математике", en="expected progress in mathematics")
    progress8 = Field[Fraction]("балл Progress 8", en="Progress 8 score", bounds=SCORES)
    upper = Field[Fraction]("верхняя граница Progress 8", en="upper limit of Progress 8", bounds=SCORES)


class K4(Parameters):
    attainment = Dated[Share]({"2014-01-01": percent(60)}, ref=REG_5, ru="порог оценок", en="attainment cut")
    english = Dated[Share](
        {"2014-01-01": percent(74), "2015-01-01": percent(73)}, ref=REG_5, ru="порог английского", en="English cut"
    )
    maths = Dated[Share](
        {"2014-01-01": percent(67), "2015-01-01": percent(68)}, ref=REG_5, ru="порог математики", en="mathematics cut"
    )
    progress8 = Dated[Fraction](
        {"2016-01-01": Fraction("-0.25")}, ref=REG_5, ru="порог Progress 8", en="Progress 8 cut"
    )
    measure = Dated[str]({"2014-01-01": "shares", "2016-01-01": "scores"}, ref=REG_5, ru="мера", en="measure")


class CoastingSecondary(
    Rule, per=("school", "year"), id="en.coasting.ks4", version="2017", in_force="2016-01-01", ref=REG_5
):
    """The same three years for key stage 4; since 2016 one score and its upper confidence limit."""

    by_shares = (
        (Secondary.attainment < K4.attainment) & (Secondary.english < K4.english) & (Secondary.maths < K4.maths)
    )
    by_score = (Secondary.progress8 < K4.progress8) & (Secondary.upper < 0)
    below = table(K4.measure, row("shares", gives=by_shares), row("scores", gives=by_score), otherwise=False)
    applies = in_each(last_years(3), is_present(Secondary.attainment) | is_present(Secondary.progress8))
    verdict = in_each(last_years(3), below)
    status = case((verdict, "coasting"), otherwise="not_coasting")


DECISIONS = {
    "coasting": Decision("буксующая школа", "coasting"),
    "not_coasting": Decision("не буксующая", "not coasting"),
    "undetermined": Decision("не определено", "undetermined"),
}


def coasting_secondary() -> Pack:
    """The pack of key stage 4."""
    return Pack(
        id="en.coasting.ks4",
        version="2017",
        title={"ru": "Буксующие школы, основная ступень", "en": "Coasting schools, key stage 4"},
        jurisdiction="en",
        rule=CoastingSecondary,
        law=Law.of(K4),
        bindings={Secondary: Binding("secondary")},
        decisions=DECISIONS,
        status_clause="status",
        source=REG_5,
        confidence="stated",
    )
