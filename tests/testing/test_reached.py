"""Cases at thresholds that no single number is compared with: each kind is brought to t−1, t and t+1 of its law."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack, read_examples
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    at_least,
    brackets,
    count,
    cut,
    from_,
    group,
    in_each,
    last_years,
    marginal,
    mean,
    rank,
    ratio,
    row,
    run,
    share,
    sum_,
    table,
)
from shnor_engine.rules import below as below_
from shnor_engine.testing.limits import limits, why_none
from shnor_engine.testing.reached import Reached, nearest, reached

REF = Clause("п. 1", act="приказ (пример)", act_en="order (example)", point_en="clause 1", confidence="default")


class Part(Fact, grain=("unit", "area", "year", Key("part")), ru="части", en="parts"):
    points = Field[int]("баллов", en="points", bounds=(0, 100))
    of = Field[int]("из", en="of", bounds=(1, 100))


class Whole(Fact, grain=("unit", "area", "year"), ru="итоги", en="totals"):
    points = Field[int]("баллов", en="points", bounds=(0, 100))


class P(Parameters):
    parts = Dated[int]({"2020-01-01": 2}, ref=REF, ru="частей", en="parts", bounds=(1, 9))
    points = Dated[int]({"2020-01-01": 50}, ref=REF, ru="баллов", en="points", bounds=(1, 900))
    part = Dated[Share]({"2020-01-01": percent(40)}, ref=REF, ru="доля", en="share", bounds=(0, 1))
    years = Dated[int]({"2020-01-01": 3}, ref=REF, ru="лет", en="years", bounds=(1, 9))
    weight = Dated[int]({"2020-01-01": 3}, ref=REF, ru="вес", en="weight", bounds=(1, 9))


EVERYBODY = group(Whole, by=("area", "year"))
SEVERAL = """
day: 2024-12-31
closed: true
examples:
  - name: some
    keys: {unit: a, area: x, year: 2024}
    outcome: met
    facts:
      Part: [{part: one, points: 30, of: 60}, {part: two, points: 10, of: 60}]
      Whole:
        - {points: 40}
        - {unit: b, points: 70}
        - {unit: c, points: 20}
        - {unit: d, points: 10}
        - {unit: e, points: 60}
"""


def pack(verdict: object, **clauses: object) -> Pack:
    """A pack whose verdict is this clause."""
    made = type(
        "Made",
        (Rule,),
        {**clauses, "verdict": verdict, "__module__": __name__},
        per=("unit", "area", "year"),
        id="test.reached",
        version="1",
        in_force="2015-01-01",
        ref=REF,
    )
    said = {code: Decision(code, code) for code in ("met", "not_met", "not_applicable", "undetermined")}
    facts: dict[type[Fact], Binding] = {fact: Binding("somewhere") for fact in made.tree.facts}  # type: ignore[attr-defined]
    (example,) = read_examples(SEVERAL, name="several.yaml")
    kept = {fact.__name__: example.facts[fact.__name__] for fact in facts}
    return Pack(
        id="test.reached",
        version="1",
        title={"ru": "Пример", "en": "Example"},
        jurisdiction="test",
        rule=made,  # type: ignore[arg-type]
        law=Law.of(P),
        bindings=facts,
        decisions=said,
        source=REF,
        examples=(replace(example, facts=kept),),
    )


def found(made: Pack) -> list[Reached]:
    return [case for limit in limits(made.tree) for case in reached(made, limit)]


def told(made: Pack) -> list[tuple[str, str, str, bool | None]]:
    """Where, the number, what the engine says of the comparison and what arithmetic says, of every case."""
    return [(case.limit.name, case.at, case.name.split("(")[1].split(")")[0], case.holds) for case in found(made)]


enough = Part.points >= 20
good = Whole.points >= 30

WHOLE = {
    "a count of rows": (
        lambda: count(Part, where=enough) >= P.parts,
        [("P.parts at count of rows in verdict", "t−1", "1", False), ("t", "2", True), ("t+1", "3", True)],
    ),
    "a sum": (
        lambda: sum_(Part.points) < P.points,
        [("P.points at sum of Part.points in verdict", "t−1", "49", True), ("t", "50", False), ("t+1", "51", False)],
    ),
    "periods of a window": (
        lambda: at_least(P.parts, good, of=last_years(4)),
        [("P.parts at periods with compare in verdict", "t−1", "1", False), ("t", "2", True), ("t+1", "3", True)],
    ),
    "each period of a window": (
        lambda: in_each(last_years(P.years), good),
        [("P.years at run of compare in verdict", "t−1", "2", False), ("t", "3", True), ("t+1", "4", True)],
    ),
    "a run": (
        lambda: run(good, gaps="break", since=2016) >= P.years,
        [("P.years at run of compare in verdict", "t−1", "2", False), ("t", "3", True), ("t+1", "4", True)],
    ),
    "a cell of a table": (
        lambda: table(
            sum_(Part.points), row(from_(P.points), gives="high"), row(below_(P.points), gives="low")
        ).is_in("high"),
        [("P.points at sum of Part.points in verdict", "t−1", "49", False), ("t", "50", True), ("t+1", "51", True)],
    ),
    "the start of a bracket": (
        lambda: marginal(sum_(Part.points), brackets((0, percent(10)), (P.points, percent(20)))) >= 5,
        [("P.points at sum of Part.points in verdict", "t−1", "49", False), ("t", "50", False), ("t+1", "51", True)],
    ),
}


@pytest.mark.parametrize("what", WHOLE)
def test_what_is_whole_is_brought_to_one_below_to_and_one_above(what: str) -> None:
    verdict, ((name, *first), *others) = WHOLE[what]
    assert told(pack(verdict())) == [(name, *item) for item in (first, *others)]


EXACT = {
    "a share of sums": lambda: share(sum_(Part.points), of=sum_(Part.of)) >= P.part,
    "a mean": lambda: mean(Part.points) >= P.points,
    "a weighted mean": lambda: mean(Part.points, weight=Part.of) >= P.points,
    "a ratio with a weight": lambda: ratio(sum_(Part.points) * P.weight, sum_(Part.of)) >= P.part,
}


@pytest.mark.parametrize("what", EXACT)
def test_what_is_a_fraction_is_brought_just_below_to_and_just_above(what: str) -> None:
    made = pack(EXACT[what]())
    cases = found(made)
    assert [case.at for case in cases] == ["just below t", "t", "just above t"]
    assert [case.holds for case in cases] == [False, True, True]
    below, at, above = (case.point.off for case in cases)
    assert at == 0
    assert -Fraction(2) < below < 0 < above < Fraction(2)
    assert not any(case.mistake(made) for case in cases)


TIES = {"min": ("t, a tie", "2", True), "max": ("t, a tie", "3", False), "open": ("t, a tie", "2…3", None)}


@pytest.mark.parametrize("ties", TIES)
def test_a_rank_is_brought_inside_to_the_last_place_outside_and_to_a_tie(ties: str) -> None:
    made = pack(
        rank(Whole.points, among=EVERYBODY, ties=ties) <= cut(P.part, of=EVERYBODY, rounding="floor")  # type: ignore[arg-type]
    )
    cases = [item[1:] for item in told(made)]
    assert cases == [("t−1", "1", True), ("t", "2", True), ("t+1", "3", False), TIES[ties]]


def test_the_engine_and_plain_arithmetic_agree_at_every_case() -> None:
    for what in WHOLE.values():
        made = pack(what[0]())
        assert not [case.mistake(made) for case in found(made) if case.mistake(made)]


def test_what_was_changed_in_the_example_is_said() -> None:
    first, at, after = found(pack(count(Part, where=enough) >= P.parts))
    assert first.name == "P.parts at count of rows in verdict, t−1 (1): some"
    assert at.name == "P.parts at count of rows in verdict, t (2): some [Part(two): points 10 → 30]"
    assert "and Part(one-2): points 30, of 60" in after.name


def test_a_value_that_nothing_is_compared_with_says_so() -> None:
    made = pack(sum_(Part.points) * P.weight >= 100)
    assert not limits(made.tree)
    assert why_none(made.tree, "P.weight") == "no number is compared with it"


def test_a_threshold_that_no_change_reaches_says_how_near_the_examples_come() -> None:
    made = pack(count(Part, where=Part.points >= 101) >= P.parts)
    (limit,) = limits(made.tree)
    assert reached(made, limit) == []
    assert nearest(made, limit) == "count of rows in verdict is 0 beside 2, and no change that was tried turns it"


def test_the_cases_are_the_same_every_time() -> None:
    made = pack(mean(Part.points, weight=Part.of) >= P.points)
    assert [case.name for case in found(made)] == [case.name for case in found(made)]
