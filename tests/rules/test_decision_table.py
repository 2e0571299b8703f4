"""Decision tables in YAML become the table node; every hole is an error at the file's own line."""

from __future__ import annotations

import json
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shnor_engine.errors import MissingExtra, RuleError
from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide, explain
from shnor_engine.rules import (
    Clause,
    Dated,
    Expr,
    Fact,
    Field,
    Parameters,
    Rule,
    Share,
    anything,
    below,
    decision_table,
    from_,
    percent,
    row,
    share,
    table,
    to_json,
)


class Day(Fact, grain=("school", "year"), ru="посещаемость", en="attendance"):
    missed = Field[int]("пропущено", en="missed", bounds=(0, 1000))
    taught = Field[int]("проведено", en="taught", bounds=(1, 1000))
    kind = Field[str]("форма", en="form", among=("day", "evening", "01611"))
    since = Field[date]("с", en="since")
    open_ = Field[bool]("открыта", en="open")


class P(Parameters):
    limit = Dated[Share]({"2020-01-01": percent(25), "2023-01-01": percent(20)}, ru="предел", en="limit")


INPUTS: dict[str, Expr[Any]] = {
    "missed": share(Day.missed, of=Day.taught),
    "kind": Day.kind,
    "since": Day.since,
    "open": Day.open_,
}
GOOD = """\
table: баллы
hit: unique
act: Порядок
rows:
  - when: {missed: "< 10%", kind: [day, evening]}
    gives: 3
    ref: п. 2.1
  - when: {missed: "[10%, P.limit)", kind: [day, evening]}
    gives: 1
  - when: {missed: ">= P.limit", kind: [day, evening]}
    gives: 0
  - when: {kind: 01611}
    gives: 2
    ref: п. 2.4
"""


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "points.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def two(names: str = "missed kind") -> dict[str, Expr[Any]]:
    return {name: INPUTS[name] for name in names.split()}


def points(source: Any, **more: Any) -> Expr[int]:
    return decision_table(source, gives=int, inputs=two(), parameters=[P], **more)


def rule_of(expr: Expr[Any]) -> type[Rule]:
    class Read(Rule, per=("school", "year"), id="t.read"):
        points = expr
        verdict = Day.open_

    return Read


def value(expr: Expr[Any], **cells: Any) -> Any:
    row_ = {"school": "s", "year": 2024, "missed": 0, "taught": 100, "kind": "day", "since": None, "open_": True}
    facts = Facts.of({Day: [{**row_, **cells}]})
    verdict = decide(rule_of(expr), {"school": "s", "year": 2024}, facts, Law.of(P), on=date(2024, 12, 31))
    assert verdict.outcome != "failed", verdict.error
    return verdict.values["points"]


def test_a_file_is_the_same_rule_as_the_table_written_in_python(written: Any) -> None:
    in_python = table(
        (INPUTS["missed"], INPUTS["kind"]),
        row(below(percent(10)), ("day", "evening"), gives=3, ref=Clause("п. 2.1", act="Порядок")),
        row(from_(percent(10)).below(P.limit), ("day", "evening"), gives=1),
        row(from_(P.limit), ("day", "evening"), gives=0),
        row(anything, "01611", gives=2, ref=Clause("п. 2.4", act="Порядок")),
    )
    assert to_json(rule_of(points(written(GOOD))).tree) == to_json(rule_of(in_python).tree)


def test_the_table_is_read_exactly_and_a_code_keeps_its_zero(written: Any) -> None:
    made = points(written(GOOD))
    assert [value(made, missed=missed) for missed in (9, 10, 19, 20)] == [3, 1, 1, 0]
    assert value(made, kind="01611") == 2
    assert value(made, missed=None) == (0, 3)


def test_a_parsed_mapping_is_the_same_table_and_needs_no_yaml(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = {
        "act": "Порядок",
        "rows": [
            {"when": {"missed": "< 10%", "kind": ["day", "evening"]}, "gives": 3, "ref": "п. 2.1"},
            {"when": {"missed": "[10%, P.limit)", "kind": ["day", "evening"]}, "gives": 1},
            {"when": {"missed": ">= P.limit", "kind": ["day", "evening"]}, "gives": 0},
            {"when": {"kind": "01611"}, "gives": 2, "ref": "п. 2.4"},
        ],
    }
    from_file = rule_of(points(written(GOOD))).tree.digest
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert rule_of(points(json.loads(json.dumps(parsed)))).tree.digest == from_file
    with pytest.raises(MissingExtra, match=r"shnor-engine\[yaml\]"):
        points(written(GOOD))


def test_every_row_stands_at_its_line_of_the_file_and_is_named_in_the_explanation(written: Any) -> None:
    class Scored(Rule, per=("school", "year"), id="t.scored"):
        verdict = points(written(GOOD)) >= 2

    lines = [node.line for node in Scored.tree.nodes() if type(node).__name__ == "TableRow"]
    assert lines == [5, 8, 10, 12]
    rows = [{"school": "s", "year": 2024, "missed": 15, "taught": 100, "kind": "day", "since": None, "open_": None}]
    facts = Facts.of({Day: rows})
    verdict = decide(Scored, {"school": "s", "year": 2024}, facts, Law.of(P), on=date(2024, 12, 31))
    said = explain(verdict).text("ru")
    assert "таблица, строка 2: не менее 10 % и менее 20 %; «day» или «evening»" in said
    assert "итог: 1" in said
    assert "предел – 20 %" in said


def test_days_and_truths_are_cells_too(written: Any) -> None:
    made = decision_table(
        written(
            "rows:\n"
            '  - when: {since: "< 2020-09-01", open: yes}\n    gives: old\n'
            '  - when: {since: ">= 2020-09-01", open: true}\n    gives: new\n'
            "otherwise: closed\n"
        ),
        gives=str,
        inputs=two("since open"),
    )
    assert value(made, since=date(2020, 8, 31)) == "old"
    assert value(made, since=date(2020, 9, 1)) == "new"
    assert value(made, since=date(2020, 9, 1), open_=False) == "closed"
    assert value(made, since=(date(2020, 8, 1), date(2020, 9, 1))) == ("new", "old")


def test_a_collecting_file_gives_a_set_of_codes(written: Any) -> None:
    text = 'hit: collect\nrows:\n  - when: {missed: ">= 10%"}\n    gives: a\n  - when: {kind: day}\n    gives: b\n'
    made = decision_table(written(text), gives=frozenset, inputs=two())
    assert value(made, missed=10) == ("a", "b")
    assert value(made, missed=0, kind="evening") == ()
    assert value(made, missed=None) == {"surely": ("b",), "possibly": ("a", "b")}


WRONG = {
    "hit: first\nrows: []": (1, "hit policy 'first'; it is unique or collect"),
    "rows: []": (1, "a list with one item or more"),
    "rows:\n  - when: {mised: 1}\n    gives: 1": (2, "when has no «mised»; did you mean missed?"),
    "rows:\n  - when: {missed: 1}": (2, "this row gives nothing"),
    "rows:\n  - when: {missed: ten}\n    gives: 1": (2, "'ten' is no number and no parameter"),
    "rows:\n  - when:\n      missed: '>= P.limt'\n    gives: 1": (3, "did you mean P.limit"),
    "rows:\n  - when: {missed: [0, 1]}\n    gives: 1": (2, "put the band in quotes"),
    "rows:\n  - gives: 1\n    gives: 2": (3, "«gives» stands here twice"),
    "rows:\n  - when: {missed: '< 10%'}\n    gives: 1\n  - when: {missed: '<= 10%'}\n    gives: 2\notherwise: 0": (
        4,
        "rows 1 and 2 both hold",
    ),
    "rows:\n  - when: {missed: '< 10%'}\n    gives: 1": (1, "no row of this table holds"),
    "rows:\n  - when: {missed: '> 1'}\n    gives: 1\notherwise: 0": (2, "row 1 can never be hit"),
    "rows:\n  - when: {kind: night}\n    gives: 1\notherwise: 0": (2, "«night» is none of day, evening, 01611"),
    "rows:\n  - gives: 3\n    when: {kind: [day, nite]}\notherwise: 0": (2, "«nite» is none of"),
    "rows:\n  - when: {missed: '< 10%'}\n    gives: 2.5\notherwise: 0": (3, "2.5 is no whole number"),
    "rows:\n  - gives: 50%": (2, "50% is no whole number; say gives=Fraction"),
    "rows:\n  - gives:": (2, "nothing stands here; say absent"),
    "rows:\n  - gives: ~": (2, "nothing stands here; say absent"),
    "rows: [": (1, "no YAML"),
    "": (1, "the file holds no table"),
    "rows:\n  - gives: [1, 2]": (2, "one value is needed here"),
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_a_mistake_in_a_file_names_its_line(written: Any, text: str) -> None:
    line, message = WRONG[text]
    path = written(text)
    with pytest.raises(RuleError) as caught:
        points(path)
    assert message in str(caught.value)
    assert caught.value.where == f"{path}:{line}"


def test_a_row_that_gives_another_kind_than_the_table_is_refused_at_its_line(written: Any) -> None:
    path = written("rows:\n  - gives: P.limit\n")
    with pytest.raises(RuleError, match=r"points.yaml:2: P\.limit is a number, the table gives=str"):
        decision_table(path, gives=str, inputs=two(), parameters=[P])
    with pytest.raises(RuleError, match="nothing stands here"):
        decision_table(written("rows:\n  - gives: null\n"), gives=str, inputs=two())
    assert value(decision_table(written('rows:\n  - gives: "null"\n'), gives=str, inputs=two())) == "null"


def test_the_hit_policy_is_read_in_any_case_and_a_file_in_utf_8_alone(written: Any) -> None:
    assert value(decision_table(written("hit: COLLECT\nrows:\n  - gives: a\n"), gives=frozenset, inputs=two())) == (
        "a",
    )
    path = written("")
    path.write_bytes("rows:\n  - gives: 1  # п. 2".encode("cp1251"))
    with pytest.raises(RuleError, match="no UTF-8"):
        points(path)


def test_a_float_of_a_parsed_table_is_refused_with_its_place() -> None:
    with pytest.raises(RuleError, match=r"rows\[0\]\.when\.missed: 0\.3 is a float.*write it as text"):
        points({"rows": [{"when": {"missed": 0.3}, "gives": 1}]})


def test_a_dated_edge_that_tears_the_table_in_one_epoch_is_found(written: Any) -> None:
    text = "rows:\n  - when: {missed: '< P.limit'}\n    gives: 1\n  - when: {missed: '>= 20%'}\n    gives: 0\n"
    with pytest.raises(RuleError, match=r"both hold Day\.missed / Day\.taught = 1/5.* from 2020-01-01 on"):
        points(written(text))


def test_numbers_are_exact_text() -> None:
    made = decision_table(
        {"rows": [{"when": {"missed": "<= 1/3"}, "gives": "0.1"}], "otherwise": "absent"},
        gives=Fraction,
        inputs=two("missed"),
    )
    assert value(made, missed=333, taught=999) == Fraction(1, 10)
    assert value(made, missed=334, taught=999) is None
