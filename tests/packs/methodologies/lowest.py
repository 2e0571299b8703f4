"""The lowest 15 % of a region's schools by rank. The text says neither what ties do nor how the cut is rounded, so
every reading is written down."""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import Fact, Field, Rule, cut, group, rank, share

SOURCE = Clause("перечень школ с низкими результатами", act="письмо регионального министерства", confidence="known")


class Result(Fact, grain=("region", "school", "year"), ru="школы региона", en="schools of the region"):
    """The exam of a school in a year."""

    participants = Field[int]("участников", en="participants", bounds=(1, 1000))
    below = Field[int]("ниже минимума", en="below the minimum", bounds=(0, 1000), unit="чел.", unit_en="persons")
    eligible = Field[bool]("сравнивается", en="compared")


class Lowest(Parameters):
    part = Dated[Share]({"2020-01-01": percent(15)}, ref=SOURCE, ru="доля школ", en="share of schools")


REGION = group(Result, by=("region", "year"), where=Result.eligible)


class LowestUp(
    Rule,
    per=("region", "school", "year"),
    id="t.lowest",
    version="1.0",
    ref=SOURCE,
    ru="Низшие 15 %",
    en="The lowest 15 %",
):
    """The cut is rounded up; schools with equal shares take the first of their places."""

    failing = share(Result.below, of=Result.participants)
    place = rank(failing, among=REGION, ties="min", descending=True)
    edge = cut(Lowest.part, of=REGION, rounding="ceil")
    applies = Result.eligible
    verdict = place <= edge


class LowestDown(LowestUp, id="t.lowest.down"):
    """The cut is rounded down."""

    edge = cut(Lowest.part, of=REGION, rounding="floor")


class LowestLast(LowestUp, id="t.lowest.last"):
    """Schools with equal shares take the last of their places: nobody is listed by a tie alone."""

    place = rank(LowestUp.failing, among=REGION, ties="max", descending=True)


class LowestOpen(LowestUp, id="t.lowest.open"):
    """What the text really says: of equal schools at the cut nobody knows who is meant."""

    place = rank(LowestUp.failing, among=REGION, ties="open", descending=True)


def pack(rule: type[Rule]) -> Pack:
    """One reading as a pack."""
    return Pack(
        id=rule.tree.id,
        version="1.0",
        title={"ru": "Низшие 15 % школ", "en": "The lowest 15 % of schools"},
        jurisdiction="ru",
        rule=rule,
        law=Law.of(Lowest),
        bindings={Result: Binding("results")},
        decisions={"met": Decision("в перечне", "listed")},
        source=SOURCE,
        confidence="known",
    )
