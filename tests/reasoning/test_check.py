"""Each finding on a methodology that has the hole, and none on one that has not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.law import Clause, Dated, Law, Override, Parameters, Since
from shnor_engine.packs import builtin_packs
from shnor_engine.packs.manifest import LOOKS
from shnor_engine.reasoning import Finding, check, check_together
from shnor_engine.reasoning.check import CHECKS, CODES, SHAPE, TOGETHER
from shnor_engine.reasoning.findings.bands import HIGH, LOW, Bands
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Rule,
    Said,
    Texts,
    Wording,
    all_,
    any_,
    case,
    count,
    in_each,
    last_years,
    not_,
    period,
    previous,
    run,
    share,
    sum_,
)
from shnor_engine.rules.tree import ClauseRef, FieldRef

ON = date(2024, 12, 31)
REF = Clause("1", act="приказ")


class Row(Fact, grain=("school", "year", "kind"), ru="строки", en="rows"):
    n = Field[int]("число", en="number", bounds=(0, 50))


def found(rule: type[Rule], *classes: type[Parameters], on: date = ON) -> list[Finding]:
    return list(check(rule, Law.of(*classes), on=on))


def made(param: Dated[int] | None = None, **named: Any) -> tuple[type[Rule], type[Parameters]]:
    given = param if param is not None else labelled({"2020-01-01": 3})

    class Q(Parameters):
        least = given

    options: dict[str, Any] = {"id": "t.c", "per": ("school", "year"), "ref": REF, "in_force": "2020-01-01", **named}

    class Made(Rule, **options):
        verdict = count(Row, where=Row.n >= Q.least) >= 1

    return Made, Q


def labelled(values: Any, **more: Any) -> Dated[int]:
    return Dated[int](values, **{"ref": REF, "ru": "порог", "en": "limit", **more})


def test_a_whole_methodology_has_no_finding() -> None:
    assert found(*made()) == []


def test_built_in_packs_have_no_finding_but_what_columns_read_row_by_row() -> None:
    for pack in builtin_packs():
        assert {finding.code for finding in pack.check(on=ON)} <= {"by-hand"}


def test_a_parameter_undefined_inside_the_life_of_the_rule_is_found() -> None:
    late = found(*made(labelled({"2021-01-01": 3})))
    assert [item.code for item in late] == ["value-missing"]
    assert "has no value on 2020-12-31" in late[0].message
    ended = found(*made(labelled([Since.on("2020-01-01", 3, until="2023-01-01")])))
    assert [item.code for item in ended] == ["value-missing"]
    assert "has no value on 2023-01-01" in ended[0].message
    assert __file__ in ended[0].where


def test_a_window_that_looks_back_before_the_law_is_a_warning_and_a_gap_in_the_life_of_the_rule_an_error() -> None:
    def back(values: Any) -> list[tuple[str, str]]:
        class Q(Parameters):
            least = labelled(values)

        class Back(Rule, per=("school", "year"), id="t.back", ref=REF, in_force="2020-01-01"):
            low = count(Row, where=Row.n >= Q.least) >= 1
            verdict = low & previous(low)

        return [(item.code, item.severity) for item in found(Back, Q)]

    assert back({"2020-01-01": 3}) == [("looks-before-law", "warning")]
    assert back({"2019-01-01": 3}) == []
    assert back({"2021-01-01": 3}) == [("looks-before-law", "warning"), ("value-missing", "error")]
    assert back([Since.on("2020-01-01", 3, until="2022-01-01")])[-1] == ("value-missing", "error")


def test_a_branch_that_a_day_opens_asks_for_its_values_from_that_day_on_only() -> None:
    def branches(old: Any, new: Any) -> list[str]:
        class Q(Parameters):
            early = labelled(old)
            late = labelled(new)

        class Turns(Rule, per=("school", "year"), id="t.turns", ref=REF, in_force="2020-01-01"):
            limit = case((period.end < date(2023, 1, 1), Q.early), otherwise=Q.late)
            verdict = count(Row, where=Row.n >= 3) >= limit

        return [item.message for item in found(Turns, Q) if item.code == "value-missing"]

    early = [Since.on("2020-01-01", 3, until="2023-01-01")]
    assert branches(early, {"2023-01-01": 4}) == []
    assert branches(early, {"2023-12-31": 4}) == []  # the first year after the turn is read on its last day
    (message,) = branches(early, {"2024-01-01": 4})
    assert "late has no value on 2023-12-31" in message
    (message,) = branches([Since.on("2020-01-01", 3, until="2022-06-01")], {"2023-01-01": 4})
    assert "early has no value on 2022-06-01" in message


def test_a_value_past_its_review_is_found_from_that_day_on() -> None:
    rule = made(labelled({"2020-01-01": 3}, review_by="2024-06-01"))
    assert [item.code for item in found(*rule)] == ["review-due"]
    assert found(*rule, on=date(2024, 5, 31)) == []


def test_a_rule_or_a_value_without_source_is_found() -> None:
    found_ = found(*made(labelled({"2020-01-01": 3}, ref=None), ref=None))
    assert [item.code for item in found_] == ["source-missing", "source-missing"]
    sourced = labelled([Since.on("2020-01-01", 3, ref=REF)], ref=None)
    assert found(*made(sourced)) == []


def test_a_label_that_lacks_a_language_is_found() -> None:
    found_ = found(*made(labelled({"2020-01-01": 3}, en="")))
    assert [(item.code, item.message) for item in found_] == [("translation-missing", "Q.least has no label in en")]


def test_a_clause_that_can_never_hold_is_found_with_its_line() -> None:
    never = found(*made(labelled({"2020-01-01": 51})))
    assert [item.code for item in never] == ["never-decides"]
    assert "clause «verdict» is false whatever the facts are" in never[0].message

    class Always(Rule, per=("school", "year"), id="t.always", ref=REF):
        seen = any_(Row.n >= 2)
        verdict = seen | (count(Row) >= 0)

    assert [(item.code, "«verdict» is true" in item.message) for item in found(Always)] == [("never-decides", True)]
    assert str(found(Always)[0]).startswith(__file__)


def test_whether_there_are_rows_at_all_is_a_fact_that_decides() -> None:
    class Some(Rule, per=("school", "year"), id="t.some", ref=REF, in_force="2020-01-01"):
        verdict = count(Row) >= 1

    class Any(Rule, per=("school", "year"), id="t.any", ref=REF, in_force="2020-01-01"):
        verdict = any_(Row.n >= 0)

    class All(Rule, per=("school", "year"), id="t.all", ref=REF, in_force="2020-01-01"):
        verdict = all_(Row.n > 50)

    assert found(Some) == found(Any) == found(All) == []


def test_codes_that_exclude_each_other_can_never_hold() -> None:
    class Place(Fact, grain=("school", "year"), ru="место", en="place"):
        kind = Field[str]("вид", en="kind", among=("town", "village"))
        free = Field[str]("тип", en="type")

    def codes_of(clause: Expr[bool]) -> list[str]:
        rule = type("R", (Rule,), {"verdict": clause}, per=("school", "year"), id="t.codes", ref=REF)
        return [item.code for item in found(rule)]

    town, village, a, b = Place.kind.is_("town"), Place.kind.is_("village"), Place.free.is_("a"), Place.free.is_("b")
    for never in (town & village, ~town & ~village, a & b, a & ~a):
        assert codes_of(never) == ["never-decides"]
    for may in (town & ~village, ~town, a & ~b, ~a & ~b, ~a & Place.free.is_in("a", "b")):
        assert codes_of(may) == []


def test_a_value_that_breaks_a_clause_is_found_and_breaks_no_check() -> None:
    class Q(Parameters):
        years = Dated[int]({"2020-01-01": 2, "2023-01-01": 0}, ref=REF, ru="лет", en="years")

    class Window(Rule, per=("school", "year"), id="t.window", in_force="2021-01-01", ref=REF):
        verdict = in_each(last_years(Q.years), any_(Row.n >= 2))

    (item,) = found(Window, Q)
    assert item.code == "never-decides"
    assert "clause «verdict» fails whatever the facts are, from 2023 on" in item.message
    assert "above zero, not 0" in item.message


def test_a_run_that_is_too_short_in_its_first_period_may_be_long_enough_later() -> None:
    class Long(Rule, per=("school", "year"), id="t.long", in_force="2021-01-01", ref=REF):
        verdict = run(any_(Row.n >= 2), since=2021) >= 2

    class Never(Rule, per=("school", "year"), id="t.never", in_force="2021-01-01", ref=REF):
        verdict = run(any_(Row.n >= 2), since=2021) < 0

    for on in (date(2021, 12, 31), date(2026, 1, 1)):
        assert [item.code for item in check(Long, Law.of(), on=on)] == []
        assert [item.code for item in check(Never, Law.of(), on=on)] == ["never-decides"]


# --- names, types, units ----------------------------------------------------------------------------


def with_clause(name: str, clause: Expr[Any]) -> Any:
    tree = made()[0].tree
    return replace(tree, clauses={**tree.clauses, name: clause})


def codes(tree: Any) -> list[str]:
    return [item.code for item in check(tree, Law.of(made()[1]), on=ON)]


def test_a_field_or_a_clause_that_does_not_exist_stops_all_other_checks() -> None:
    assert codes(with_clause("x", FieldRef(Row, "m"))) == ["unknown-field"]
    assert codes(with_clause("x", not_(ClauseRef("nowhere", "truth")))) == ["unknown-clause"]


def test_clauses_in_a_circle_are_found_once() -> None:
    tree = made()[0].tree
    turning = replace(tree, clauses={**tree.clauses, "a": ClauseRef("b", "truth"), "b": ClauseRef("a", "truth")})
    assert [item.code for item in check(turning, Law.of(), on=ON)] == ["clauses-in-circle"]


def test_a_clause_said_anew_as_something_else_than_its_readers_take_it_is_found() -> None:
    class Base(Rule, per=("school", "year"), id="t.base", ref=REF):
        enough = Row.n >= 3
        verdict = count(Row, where=enough) >= 1

    class Other(Base, id="t.other"):
        enough = Row.n + 1  # type: ignore[assignment]

    assert ("type-clash", "a truth is needed here, clause «enough» is a number") in [
        (item.code, item.message) for item in found(Other)
    ]
    assert {item.code for item in found(Other)} == {"type-clash"}


class Measured(Fact, grain=("school", "year", "kind"), ru="строки", en="rows"):
    pupils = Field[int]("ученики", en="pupils", bounds=(0, 50), unit="чел.")
    hours = Field[int]("часы", en="hours", bounds=(0, 50), unit="ч")


def test_numbers_of_two_units_are_not_compared_added_or_shared() -> None:
    class Mixed(Rule, per=("school", "year"), id="t.mixed", ref=REF):
        verdict = (sum_(Measured.pupils) >= sum_(Measured.hours)) | any_(
            share(Measured.pupils, of=Measured.hours) > Fraction(1, 2)
        )

    assert [item.code for item in found(Mixed)] == ["unit-clash", "unit-clash"]
    assert "«чел.» meets «ч»" in found(Mixed)[0].message


# --- logic, by epoch and region ---------------------------------------------------------------------


def test_what_can_never_hold_in_some_years_or_one_region_is_found_there() -> None:
    param = labelled({"2020-01-01": 3, "2023-01-01": 51}, region_may_override=True)
    rule, classes = made(param)
    override = Override.of("ru.77", param, {"2020-01-01": 60}, ref=REF)
    findings = check(rule, Law.of(classes, overrides=[override], regions={"ru.77": ""}), on=ON)
    assert {item.code for item in findings} == {"decided-in-epoch"}
    assert [item.message.rpartition("are, ")[2] for item in findings] == [
        "from 2023 on",
        "from 2020 on, ru.77",
        "from 2023 on, ru.77",
    ]
    assert "условие «verdict» не выполнено при любых сведениях, с 2023 года" in findings[0].text("ru")


def test_two_limits_that_leave_no_number_between_them_can_never_hold() -> None:
    class Between(Rule, per=("school", "year", "kind"), id="t.between", ref=REF):
        verdict = (Row.n > 5) & (Row.n < 6)

    class Touching(Rule, per=("school", "year", "kind"), id="t.touching", ref=REF):
        verdict = (Row.n > 5) & (Row.n <= 6)

    assert [item.code for item in found(Between)] == ["never-decides"]
    assert found(Touching) == []


def banded(*rows: tuple[Any, str], otherwise: str | None = None) -> list[Finding]:
    class Banded(Rule, per=("school", "year", "kind"), id="t.banded", ref=REF):
        level = case(*rows, otherwise=otherwise)
        verdict = level.is_in("a", "b")

    return [item for item in found(Banded) if item.code.startswith("row-")]


def test_a_row_that_is_never_reached_and_values_that_no_row_takes_are_found() -> None:
    assert banded((Row.n >= 10, "a"), (Row.n >= 3, "b"), (Row.n < 3, "c")) == []
    shadowed = banded((Row.n >= 3, "a"), (Row.n >= 10, "b"), otherwise="c")
    assert [item.code for item in shadowed] == ["row-shadowed"]
    assert "row 2 of the choice is never reached" in shadowed[0].message
    missing = banded((Row.n >= 10, "a"), (Row.n < 9, "b"))
    assert [(item.code, "no row of the choice takes 9" in item.message) for item in missing] == [
        ("row-missing", True)
    ]
    assert [item.code for item in banded((Row.n > 50, "a"), otherwise="b")] == ["row-shadowed"]


ends = st.tuples(st.integers(-3, 3), st.sampled_from([-1, 0, 1]))
bands = st.lists(st.tuples(st.one_of(st.just(LOW), ends), st.one_of(st.just(HIGH), ends)), max_size=3).map(Bands.of)


def holds(of: Bands, half: int) -> bool:
    number = Fraction(half, 2)
    return any(low <= (number, 0) <= high for low, high in of.items)


@given(bands, bands, st.integers(-9, 9))
def test_bands_are_sets_of_numbers(a: Bands, b: Bands, half: int) -> None:
    assert holds(a | b, half) is (holds(a, half) or holds(b, half))
    assert holds(a & b, half) is (holds(a, half) and holds(b, half))
    assert holds(~a, half) is not holds(a, half)
    assert holds(a.whole(), 2 * half) is holds(a, 2 * half)
    assert bool(a.whole()) is any(holds(a, 2 * number) for number in range(-5, 6))


# --- several rules, words, the page -----------------------------------------------------------------


def test_two_rules_for_one_decision_need_an_exception_link() -> None:
    class Base(Rule, per=("school", "year"), id="t.first", ref=REF):
        enough = Row.n >= 3
        verdict = count(Row, where=enough) >= 1

    class Linked(Base, id="t.linked", exception_to=Base.enough):
        enough = Row.n >= 4

    class Loose(Base, id="t.loose"):
        enough = Row.n >= 5

    class Apart(Base, id="t.apart", decides="t.something.else"):
        enough = Row.n >= 5

    assert check_together([Base, Linked, Apart]) == ()
    clash = check_together([Base, Loose])
    assert [item.code for item in clash] == ["two-rules"]
    assert clash[0].message.count(__file__) == 2
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    at = int(clash[0].where.rpartition(":")[2])
    assert "class Loose(Base" in lines[at - 1]  # its own line, though its verdict is inherited


def test_two_texts_of_one_version_overlap_and_exceptions_form_a_tree() -> None:
    tree, law = made()[0].tree, made(labelled({"2020-01-01": 4}))[0].tree
    changed = replace(tree, clauses={**tree.clauses, "more": tree.clauses["verdict"]})
    assert [item.code for item in check_together([tree, changed])] == ["versions-overlap"]
    assert check_together([tree, tree]) == ()
    later = replace(changed, version="2", in_force=date(2022, 1, 1))
    assert check_together([tree, later]) == ()
    circle = [replace(law, id=one, exception_to=(other, "verdict")) for one, other in (("a", "b"), ("b", "a"))]
    assert [item.code for item in check_together(circle)] == ["exceptions-in-circle", "exceptions-in-circle"]


def test_a_sentence_said_in_one_language_only_is_found() -> None:
    class Half(made()[0], id="t.half"):  # type: ignore[misc]
        texts = Texts(verdict=Said(ru=Wording("да", "нет"), en=Wording("yes")))

    assert [item.message for item in found(Half, made()[1]) if item.code == "translation-missing"] == [
        "clause «verdict»: «no» is not said in en"
    ]


def test_every_finding_has_a_severity_both_languages_and_a_heading_on_its_page() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "findings.md"
    headings = re.findall(r"^## `([a-z-]+)`$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(CODES)
    beside = ("unreadable", "looks-before-law")  # codes of no look of their own
    assert len(headings) == len(SHAPE) + len(CHECKS) + len(TOGETHER) + len(LOOKS) + len(beside)
    rule = made(labelled({"2021-01-01": 51}, ref=None, en=""), ref=None)
    for item in found(*rule):
        assert item.severity == CODES[item.code]
        assert item.text("ru") != item.text("en")
        assert item.where
        assert item.to_dict()["text"]["en"] == item.message
