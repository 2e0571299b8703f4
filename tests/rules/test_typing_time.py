"""`mypy --strict` accepts rules of time, other rules, states and ranks, and finds each mistake of wrong ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

api = pytest.importorskip("mypy.api", reason="mypy is a tool of developers")

RIGHT = """\
from shnor_engine.rules import (
    MONTH, YEAR, Dated, Expr, Fact, Field, Key, Parameters, Rule, RuleSet, Share, any_, before, case, count, cut,
    group, last, max_of, move, opaque, over, percent, previous, rank, run, status, sum_, within,
)

class Row(Fact, grain=("area", "unit", Key("month", instant="first", gaps=("2020-04",)))):
    n = Field[int]("n")
    flag = Field[bool]("flag")
    kind = Field[str]("kind", among=("a", "b"))

class P(Parameters):
    part = Dated[Share]({"2020-01-01": percent(15)})

class First(Rule, per=("area", "unit", "month"), id="t.first"):
    size = Row.n + 1
    verdict = Row.flag

def twice(n: int) -> int:
    return 2 * n

G = group(Row, by=("area", "month"), where=Row.flag)

class Second(Rule, per=("area", "unit", "month"), id="t.second", region="r"):
    long = run(Row.flag, "break", since="2020-01") >= 3
    year = within(YEAR, sum_(over(MONTH, Row.n)) + count(over(MONTH, Row.flag)))
    some = any_(over(last(2, MONTH), Row.flag)) & (max_of(over(last(2, MONTH), Row.n)) > 3)
    other = First.verdict & (First.size > 2)
    place = rank(Row.n, among=G, ties="min") <= cut(P.part, of=G, rounding="ceil")
    made = opaque(twice, name="twice", version="1", reads={"n": Row.n}, kind="number") + 1
    state = status("in", "out", start="out", moves=[move(("in",), "out", when=other)])
    was = previous(state).is_("in") | before("state").is_in("in", "out")
    verdict = state.is_("in") & long & some & place & (made > year) & was

number: Expr[int] = First.size
truth: Expr[bool] = Second.other
code: Expr[str] = Second.state
rules: RuleSet = RuleSet.of(First, Second)
"""
WRONG = {
    "a = run(Row.n)": "arg-type",
    'b = run(Row.flag, "jump")': "arg-type",
    "c = sum_(over(MONTH, Row.flag))": "type-var|arg-type|misc",
    "d = count(over(MONTH, Row.n))": "arg-type",
    'e = rank(Row.kind, among=G, ties="min")': "arg-type",
    'f = rank(Row.n, among=G, ties="first")': "arg-type",
    "g = rank(Row.n, among=G)": "call-arg",
    "h = cut(P.part, of=G)": "call-arg",
    'i = move("in", "out", when=Row.n)': "arg-type",
    "j: Expr[bool] = Second.state": "assignment",
    'k: Expr[int] = opaque(twice, name="t", version="1", reads={}, kind="code")': "assignment",
    "m = First.size & Row.flag": "operator|misc",
    "n = First.verdit": "has no attribute",
}


@pytest.mark.slow
def test_mypy_accepts_right_rules_of_time_and_finds_each_mistake_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "right_time.py").write_text(RIGHT, encoding="utf-8")
    first = RIGHT.count("\n") + 1
    (tmp_path / "wrong_time.py").write_text(RIGHT + "\n".join(WRONG) + "\n", encoding="utf-8")
    cache = Path(__file__).parents[2] / ".mypy_cache" / "authors"
    files = [str(tmp_path / "right_time.py"), str(tmp_path / "wrong_time.py")]
    out, err, _ = api.run(["--strict", "--no-error-summary", f"--cache-dir={cache}", *files])
    found = [(match[1], int(match[2]), match[3]) for match in re.finditer(r"(\w+)\.py:(\d+): error: (.*)", out)]
    assert [item for item in found if item[0] != "wrong_time"] == [], out + err
    by_line: dict[int, str] = {}
    for _, line, message in found:
        by_line[line] = by_line.get(line, "") + message
    for number, (text, expected) in enumerate(WRONG.items(), start=first):
        assert re.search(expected, by_line.get(number, "")), f"{text}: {by_line.get(number, 'accepted')}"
    assert sorted(by_line) == list(range(first, first + len(WRONG)))
