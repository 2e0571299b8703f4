"""Each finding on a methodology that has the hole, and none on one that has not."""

from __future__ import annotations

from datetime import date
from typing import Any

from shnor_engine.law import Clause, Dated, Law, Parameters, Since
from shnor_engine.packs import builtin_packs
from shnor_engine.reasoning import Finding, check
from shnor_engine.rules import Fact, Field, Rule, any_, count

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


def test_built_in_packs_have_no_finding() -> None:
    for pack in builtin_packs():
        assert pack.check(on=ON) == ()


def test_a_parameter_undefined_inside_the_life_of_the_rule_is_found() -> None:
    late = found(*made(labelled({"2021-01-01": 3})))
    assert [item.code for item in late] == ["value-missing"]
    assert "has no value on 2020-01-01" in late[0].message
    ended = found(*made(labelled([Since.on("2020-01-01", 3, until="2023-01-01")])))
    assert [item.code for item in ended] == ["value-missing"]
    assert "has no value on 2023-01-01" in ended[0].message
    assert __file__ in ended[0].where


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
