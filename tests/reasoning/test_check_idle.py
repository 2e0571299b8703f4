"""What a methodology says to no effect: a rest that nothing is left for, a limit nobody misses, a code nobody has."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Clause, Dated, Law, Override, Parameters, percent
from shnor_engine.reasoning import Finding, check
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.facts import Facts
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Scale,
    above,
    absent,
    anything,
    below,
    case,
    count,
    decision_table,
    from_,
    key_of,
    mean,
    ratio,
    row,
    share,
    table,
)
from shnor_engine.rules.tree import Expr

ON = date(2024, 12, 31)
REF = Clause("1", act="приказ")
LEVEL = Scale("low", "mid", "high")


class Row(Fact, grain=("school", "year", "kind"), ru="строки", en="rows"):
    n = Field[int]("число", en="number", bounds=(0, 50))
    part = Field[int]("часть", en="part", bounds=(0, 50))
    done = Field[Fraction]("доля", en="share done")
    town = Field[bool]("город", en="town")
    sort = Field[str]("вид", en="sort", among=("a", "b", "c"))
    free = Field[str]("тип", en="type")
    level = Field[str]("уровень", en="level", among=LEVEL)


def dated(values: Any, **more: Any) -> Dated[Any]:
    return Dated(values, ref=REF, ru="порог", en="limit", region_may_override=True, **more)


def found(code: str, clause: Expr[Any], *classes: type[Parameters], overrides: Any = ()) -> list[Finding]:
    body = {"chosen": clause, "verdict": count(Row, where=Row.n >= 3) >= 1}
    rule = type(Rule)("Made", (Rule,), body, id="t.idle", per=("school", "year"), ref=REF, in_force="2020-01-01")
    law = Law.of(*classes, overrides=overrides, regions={"ru.77": ""})
    return [item for item in check(rule, law, on=ON) if item.code == code]


# --- otherwise ----------------------------------------------------------------------------------------

half = Fraction(1, 2)
COVERED = {
    "bands of a number": lambda: case((Row.n >= 10, "x"), (Row.n < 10, "y"), otherwise="z"),
    "the bounds of a field": lambda: case((Row.n <= 50, "x"), otherwise="z"),
    "a share that is a share": lambda: case((share(Row.part, of=Row.n) >= 0, "x"), otherwise="z"),
    "a ratio of counts": lambda: case((ratio(Row.part, Row.n) >= 0, "x"), otherwise="z"),
    "every code of a closed list": lambda: case((Row.sort.is_("a"), 1), (Row.sort.is_in("b", "c"), 2), otherwise=3),
    "a code and all others": lambda: case((Row.sort.is_("a"), 1), (~Row.sort.is_("a"), 2), otherwise=3),
    "every place of a scale": lambda: case((Row.level >= "mid", 1), (Row.level < "mid", 2), otherwise=3),
    "a truth and its contrary": lambda: case((Row.town, 1), (~Row.town, 2), otherwise=3),
    "any condition and its contrary": lambda: case(
        (Row.town & (Row.n >= 3), 1), (~(Row.town & (Row.n >= 3)), 2), otherwise=3
    ),
    "rows on two values, one of them whole": lambda: case(
        (Row.town, 1), (Row.n >= 3, 2), (Row.n < 3, 3), otherwise=4
    ),
    "a table of bands": lambda: table(Row.n, row(from_(10), gives=1), row(below(10), gives=2), otherwise=3),
    "a table of codes": lambda: table(
        Row.sort, row(("a", "b"), gives=1), row("c", gives=2), row(absent, gives=0), otherwise=3
    ),
    "a table of two inputs": lambda: table(
        (Row.sort, Row.n),
        row("a", anything, gives=1),
        row(("b", "c"), below(3), gives=2),
        row(("b", "c"), from_(3), gives=3),
        otherwise=4,
    ),
}
LEFT = {
    "a gap between bands": lambda: case((Row.n > 10, "x"), (Row.n < 10, "y"), otherwise="z"),
    "the last number inside the bounds": lambda: case((Row.n < 50, "x"), otherwise="z"),
    "a share just above nothing": lambda: case((share(Row.part, of=Row.n) > 0, "x"), otherwise="z"),
    "one code of a closed list": lambda: case((Row.sort.is_("a"), 1), (Row.sort.is_("b"), 2), otherwise=3),
    "codes without a closed list": lambda: case((Row.free.is_("a"), 1), (Row.free.is_("b"), 2), otherwise=3),
    "the top of a scale": lambda: case((Row.level < "high", 1), otherwise=3),
    "two truths that are none the other's contrary": lambda: case((Row.town, 1), (~(Row.n >= 3), 2), otherwise=3),
    "a table with a gap": lambda: table(Row.n, row(above(10), gives=1), row(below(10), gives=2), otherwise=3),
    "a table that leaves out a code beside one input": lambda: table(
        (Row.sort, Row.n),
        row("a", anything, gives=1),
        row("b", below(3), gives=2),
        row(("b", "c"), from_(3), gives=3),
        otherwise=4,
    ),
    "a case without otherwise": lambda: case((Row.n >= 10, "x"), (Row.n < 10, "y")),
}


@pytest.mark.parametrize("name", COVERED)
def test_an_otherwise_that_nothing_is_left_for_is_found_at_its_line(name: str) -> None:
    (item,) = found("otherwise-unreached", COVERED[name]())
    assert item.severity == "warning"
    assert item.where.startswith(f"{__file__}:")
    assert "never taken: the rows take every value" in item.message
    assert "никогда не берётся: строки берут все значения" in item.text("ru")


@pytest.mark.parametrize("name", LEFT)
def test_an_otherwise_that_some_value_takes_is_not(name: str) -> None:
    assert found("otherwise-unreached", LEFT[name]()) == []


def test_what_is_found_is_never_chosen_and_what_is_not_is_chosen_by_some_row() -> None:
    """The finding against the meaning: every value of the small fields, decided."""

    def chosen(clause: Any) -> set[int]:
        clause = clause()
        rule = type(Rule)(
            "R", (Rule,), {"c": clause, "verdict": Row.n >= 3}, id="t.r", per=("school", "year", "kind")
        )
        keys = {"school": "s", "year": 2024, "kind": "k"}
        hits = set()
        for n in (0, 2, 3, 9, 10, 11, 49, 50):
            for code, level, town in (("a", "low", True), ("b", "mid", False), ("c", "high", False)):
                held = {
                    "n": n,
                    "part": int(n > 9),
                    "done": half,
                    "town": town,
                    "sort": code,
                    "free": "f",
                    "level": level,
                }
                step = Evaluation(rule.tree, Facts.of({Row: [keys | held]}), Law.of(), on=ON).clause("c", keys)
                hits.add(step.hit == len(clause.rows) if step.hit is not None else False)
        return hits

    assert all(True not in chosen(clause) for clause in COVERED.values())
    reached = [name for name, clause in LEFT.items() if True in chosen(clause)]
    assert reached == [name for name in LEFT if name != "a case without otherwise"]


def test_an_otherwise_is_named_by_the_years_and_the_region_in_which_nothing_is_left_for_it() -> None:
    class P(Parameters):
        low = dated({"2020-01-01": 3, "2023-01-01": 10})
        high = dated({"2020-01-01": 10})

    region = Override.of("ru.77", P.low, {"2020-01-01": 10}, ref=REF)
    for choice in (
        case((Row.n >= P.high, 1), (Row.n < P.low, 2), otherwise=3),
        table(Row.n, row(from_(P.high), gives=1), row(below(P.low), gives=2), otherwise=3),
    ):
        messages = [item.message for item in found("otherwise-unreached", choice, P, overrides=[region])]
        assert [item.partition("taken, ")[2].partition(":")[0] for item in messages] == [
            "from 2023 on",
            "from 2020 on, ru.77",
            "from 2023 on, ru.77",
        ]


def test_a_list_of_the_law_that_holds_every_code_is_no_otherwise_of_the_authors() -> None:
    class P(Parameters):
        sorts = dated({"2020-01-01": ("a", "b", "c")})

    assert found("otherwise-unreached", Row.sort.is_in(P.sorts), P) == []


# --- rows of a choice on more than one value ------------------------------------------------------------


def test_a_row_below_one_that_takes_everything_is_shadowed_whatever_it_speaks_of() -> None:
    shadowed = found("row-shadowed", case((Row.n >= 0, 1), (Row.town, 2), otherwise=3))
    assert ["row 2 of the choice is never reached" in item.message for item in shadowed] == [True]
    assert found("row-shadowed", case((Row.n >= 1, 1), (Row.town, 2), (Row.n >= 0, 3), otherwise=4)) == []
    twice = found("row-shadowed", case((Row.sort.is_("a"), 1), (Row.town, 2), (Row.sort.is_("a"), 3), otherwise=4))
    assert ["row 3 of the choice is never reached" in item.message and "a is taken" in item.message for item in twice]
    assert len(twice) == 1


# --- limits ---------------------------------------------------------------------------------------------


def idle(clause: Expr[Any], *classes: type[Parameters], overrides: Any = ()) -> list[str]:
    return [item.message.split(" where")[0] for item in found("limit-idle", clause, *classes, overrides=overrides)]


def part_of(limit: Any) -> Expr[bool]:
    return share(Row.part, of=Row.n) >= limit


def test_a_share_beside_a_limit_that_it_always_or_never_reaches_is_found() -> None:
    of = share(Row.part, of=Row.n)
    assert idle(of >= 0) == idle(of <= 1) == idle(count(Row, where=of >= 0) >= 1) == ["this always holds"]
    assert idle(of > 1) == idle(of < 0) == idle(of >= percent(101)) == ["this never holds"]
    assert idle((of > 1) & Row.town) == idle(~(of <= 1)) == ["this never holds"]
    assert idle(mean(of) > 1) == idle(ratio(Row.part, Row.n) < 0) == ["this never holds"]
    assert idle(count(Row, where=Row.done >= 0) >= 1) == ["this always holds"]


def test_a_limit_that_some_share_reaches_and_some_does_not_is_not() -> None:
    of = share(Row.part, of=Row.n)
    for near in (of > 0, of >= percent(1), of >= 1, of < 1, of.between(0, percent(30)), ratio(Row.part, Row.n) > 1):
        assert idle(near) == []
    assert idle(case((of >= half, "x"), (of >= 0, "y"))) == []  # in a choice a way to write the rest
    assert idle(count(Row, where=Row.n >= 0) >= 1) == []  # a least number of nothing: a region may want none


def test_a_limit_is_named_by_the_years_and_the_region_whose_value_it_is() -> None:
    class P(Parameters):
        low = dated({"2020-01-01": percent(30), "2023-01-01": percent(0)})

    region = Override.of("ru.77", P.low, {"2020-01-01": percent(110), "2023-01-01": percent(100)}, ref=REF)
    clause = count(Row, where=part_of(P.low)) >= 1
    items = found("limit-idle", clause, P, overrides=[region])
    assert [item.message.partition(" all, ")[2].partition(":")[0] for item in items] == [
        "from 2023 on",
        "from 2020 on, ru.77",
    ]
    assert "всегда выполняется при любой доле, с 2023 года" in items[0].text("ru")
    assert "никогда не выполняется при любой доле, с 2020 года, ru.77" in items[1].text("ru")
    assert ["the limit (P.low = 0)" in items[0].message, "порог (P.low = 11/10)" in items[1].text("ru")] == [
        True,
        True,
    ]
    assert all(item.where.startswith(f"{__file__}:") for item in items)


def test_a_clause_that_is_decided_whatever_the_facts_are_is_told_once() -> None:
    class Plain(Rule, id="t.plain", per=("school", "year", "kind"), ref=REF):
        verdict = Row.done >= 0

    assert [item.code for item in check(Plain, Law.of(), on=ON)] == ["never-decides"]


# --- codes ----------------------------------------------------------------------------------------------


def dead(clause: Expr[Any], *classes: type[Parameters], overrides: Any = ()) -> list[str]:
    return [item.message.split(", which")[0] for item in found("code-dead", clause, *classes, overrides=overrides)]


def test_a_code_that_the_law_lists_and_no_field_can_be_is_found_by_year_and_region() -> None:
    class P(Parameters):
        sorts = dated({"2020-01-01": ("a", "b"), "2023-01-01": ("a", "d", "e")})
        one = dated({"2020-01-01": "a", "2023-01-01": "x"})

    region = Override.of("ru.77", P.sorts, {"2020-01-01": ("f",)}, ref=REF)
    assert dead(count(Row, where=Row.sort.is_in(P.sorts)) >= 1, P) == ["P.sorts lists «d», «e», from 2023 on"]
    assert dead(Row.sort.is_in(P.sorts), P, overrides=[region]) == [
        "P.sorts lists «d», «e», from 2023 on",
        "P.sorts lists «f», from 2020 on, ru.77",
        "P.sorts lists «f», from 2023 on, ru.77",
    ]
    assert dead(table(Row.sort, row(P.sorts, gives=1), otherwise=2), P) == ["P.sorts lists «d», «e», from 2023 on"]
    with pytest.raises(RuleSyntax, match="row 1 can never be hit from 2023-01-01 on"):
        Row.sort.is_(P.one)  # a list of which nothing is left is refused when the rule is loaded


def test_a_list_within_the_closed_list_or_beside_an_open_one_is_not() -> None:
    class P(Parameters):
        sorts = dated({"2020-01-01": ("a", "b"), "2023-01-01": ("c",)})
        strange = dated({"2020-01-01": ("d",)})

    assert dead(Row.sort.is_in(P.sorts), P) == []
    assert dead(Row.free.is_in(P.strange), P) == []


def test_a_code_is_held_to_the_list_of_a_key_as_it_stands_in_those_years() -> None:
    class P(Parameters):
        kinds = dated({"2020-01-01": ("k1", "k2"), "2023-01-01": ("k1",)})
        wanted = dated({"2020-01-01": ("k2",)})

    class Listed(Fact, grain=("school", "year", Key("kind", among=P.kinds)), ru="строки", en="rows"):
        n = Field[int]("число", en="number", bounds=(0, 50))

    assert dead(count(Listed, where=key_of(Listed, "kind").is_in(P.wanted)) >= 1, P) == [
        "P.wanted lists «k2», from 2023 on"
    ]


def test_an_otherwise_of_a_table_in_yaml_is_found_at_its_line_there(tmp_path: Path) -> None:
    text = "rows:\n  - when: {n: '>= 10'}\n    gives: 1\n  - when: {n: '< 10'}\n    gives: 2\notherwise: 3\n"
    (file := tmp_path / "levels.yaml").write_text(text, encoding="utf-8")
    (item,) = found("otherwise-unreached", decision_table(file, gives=int, inputs={"n": Row.n}))
    assert item.where == f"{file}:6"
