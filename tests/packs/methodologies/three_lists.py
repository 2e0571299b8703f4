"""Three lists over a window of three years: stably low, stably high, at risk. The numbers read their names."""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import Fact, Field, Rule, at_least, case, in_each, last_years, share

ORDER = "приказ регионального министерства о перечнях"
LOW = Clause("перечень 1", act=ORDER, confidence="default")
HIGH = Clause("перечень 2", act=ORDER, confidence="default")
RISK = Clause("перечень 3", act=ORDER, confidence="default")


class Result(Fact, grain=("school", "year"), ru="итоги года", en="results of a year"):
    """The results of a school in a year."""

    participants = Field[int]("участников", en="participants", bounds=(0, 1000))
    below = Field[int]("ниже минимума", en="below the minimum", bounds=(0, 1000), unit="чел.", unit_en="persons")
    above = Field[int]("высокие баллы", en="high scores", bounds=(0, 1000), unit="чел.", unit_en="persons")


class Cuts(Parameters):
    low = Dated[Share]({"2017-01-01": percent(30)}, ref=LOW, ru="доля ниже минимума", en="share below the minimum")
    high = Dated[Share]({"2017-01-01": percent(50)}, ref=HIGH, ru="доля высоких баллов", en="share of high scores")
    window = Dated[int]({"2017-01-01": 3}, ref=LOW, ru="окно, лет", en="window, years")


class ThreeLists(
    Rule, per=("school", "year"), id="t.three_lists", version="1.0", ref=LOW, ru="Три перечня", en="Three lists"
):
    """Low in each year of the window, high in each, or low in some."""

    low = share(Result.below, of=Result.participants) >= Cuts.low
    high = share(Result.above, of=Result.participants) >= Cuts.high
    always_low = in_each(last_years(Cuts.window), low)
    always_high = in_each(last_years(Cuts.window), high)
    once_low = at_least(1, low, of=last_years(Cuts.window))
    listed = case((always_low, "low"), (always_high, "high"), (once_low, "risk"), otherwise="none")
    verdict = listed.is_in("low", "high", "risk")


PACK = Pack(
    id="t.three_lists",
    version="1.0",
    title={"ru": "Три перечня", "en": "Three lists"},
    jurisdiction="ru",
    rule=ThreeLists,
    law=Law.of(Cuts),
    bindings={Result: Binding("results")},
    decisions={
        "low": Decision("стабильно низкие", "stably low"),
        "high": Decision("стабильно высокие", "stably high"),
        "risk": Decision("группа риска", "at risk"),
        "none": Decision("вне перечней", "on no list"),
        "undetermined": Decision("не определено", "undetermined"),
    },
    status_clause="listed",
    source=RISK,
    confidence="default",
)
