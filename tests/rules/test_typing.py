"""`mypy --strict` accepts a right methodology and finds each mistake of a wrong one on its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

api = pytest.importorskip("mypy.api", reason="mypy is a tool of developers")

RIGHT = """\
from datetime import date
from fractions import Fraction
from shnor_engine.rules import (
    Brackets, Clause, CodeSet, Dated, Expr, Fact, Field, Key, Parameters, Rule, Scale, Share, absent, above, all_of,
    anything, below, brackets, case, count, days_between, decision_table, from_, in_each, key_of, last_years,
    marginal, max_of, mean, on, param, percent, period, previous, reweight, round_, row, send, share, sum_, table,
    up_to, years_between,
)

class Sitting(Fact, grain=("school", "year", "procedure")):
    participants = Field[int]("участников")
    below_min = Field[int]("ниже минимума")
    trusted = Field[bool]("достоверно")
    kind = Field[str]("вид", among=("a", "b"))

class P(Parameters):
    low_share = Dated[Share]({"2020-01-01": percent(30)}, ref=Clause("3.1"))
    least = Dated[int]({"2020-01-01": 2})

class Low(Rule, per=("school", "year"), id="t.low"):
    counted = (Sitting.participants >= P.least) & Sitting.trusted & Sitting.kind.is_in("a")
    low = share(Sitting.below_min, of=Sitting.participants) >= P.low_share
    lows = count(Sitting, where=counted & low) + 1 - sum_(Sitting.below_min) * 2
    level = case((lows >= P.least, "high"), (max_of(Sitting.participants) > 3, "low"), otherwise="none")
    applies = all_of(previous(lows) >= 1, P.least <= lows, lows.is_(3))
    enough = lows >= param(P.least) * 2 + 1
    verdict = in_each(last_years(P.least), level.is_("high"))

LEVELS = Scale("low", "high")

class V(Parameters):
    start = Dated[date]({"2020-01-01": date(2020, 9, 1)})
    scale = Dated[Brackets]({"2020-01-01": Brackets.of({0: percent(10)})})
    codes = Dated[tuple[str, ...]]({"2020-01-01": ("a", "b")})

class Mark(Fact, grain=("school", "year", Key("kind", among=V.codes))):
    score = Field[int]("балл")
    since = Field[date]("с", bounds=(date(2000, 1, 1), None))
    level = Field[str]("уровень", among=LEVELS)

class Values(Rule, per=("school", "year"), id="t.values"):
    points = table((Mark.score, Mark.level), row(below(3), "low", gives=1), row(below(3), "high", gives=2),
        row(from_(3), anything, gives=P.least), otherwise=absent)
    shares = table(Mark.score, row(below(3), gives=percent(5)), row(from_(3), gives=1))
    tags = table(Mark.score, row(above(3), gives="x"), row(up_to(3), gives="y"), hit="collect")
    text = table(Mark.since, row(below(V.start), gives="old"), row(from_(V.start), gives="new"))
    weight = reweight(points, present=Mark.score > 1, key=(Mark, "kind"), to=(send("a", to={"b": 1}),))
    total = round_(mean(Mark.score, weight=weight), 1, "half_up")
    whole = round_(total * 3, 0, "floor")
    taken = marginal(total, V.scale) + marginal(whole, brackets((0, percent(5)), (P.least, P.low_share)))
    later = (Mark.since + 30 >= V.start) & Mark.since.between(date(2020, 1, 1), on) & (period.start < Mark.since)
    age = years_between(Mark.since, period.end) + days_between(on, Mark.since)
    level = LEVELS.of(case((later, "low"), otherwise=absent))
    either = case((later, Mark.score > 1), otherwise=False)
    read = decision_table({"rows": []}, gives=str, inputs={"x": Mark.score})
    named = key_of(Mark, "kind")
    on_list = named.is_in(V.codes, "z") & named.is_("a")
    verdict = (level >= "low") & tags.has("x") & (Mark.level < level) & Mark.since.is_(date(2024, 1, 1))

points: Expr[int] = Values.points
either: Expr[bool] = Values.either
shares: Expr[Fraction] = Values.shares
tags: Expr[CodeSet] = Values.tags
texts: Expr[str] = Values.text
whole: Expr[int] = Values.whole
total: Expr[Fraction] = Values.total
age: Expr[int] = Values.age
shifted: Expr[date] = Mark.since + P.least
read: Expr[str] = Values.read
number: Expr[int] = Low.lows
code: Expr[str] = Low.level
truth: Expr[bool] = Low.verdict
"""
WRONG = {
    "a = Sitting.particpants": "has no attribute",
    "b = Sitting.participants & Sitting.trusted": "operator|misc",
    "c = Sitting.trusted >= 3": "operator|misc",
    "d = Sitting.kind >= 3": "operator|misc",
    'e = Sitting.participants >= "ten"': "operator",
    "f = count(Sitting, where=Sitting.participants)": "arg-type",
    "g = share(Sitting.kind, of=Sitting.participants)": "arg-type",
    "h = in_each(2, Sitting.trusted)": "arg-type",
    "i = Sitting.participants >= P.least & Low.low": "operator",
    "j = Sitting.kind.is_in(1, 2)": "arg-type",
    "k: Expr[bool] = Low.lows": "assignment",
    'm = Dated[int]({"2020-01-01": "two"})': "dict-item|arg-type",
    "n = ~Sitting.participants": "operator|misc",
    "o = P.lest": "has no attribute",
    "p = Mark.since >= 3": "operator",
    "q = Mark.since - Mark.since": "operator",
    "r = Mark.score + on": "operator",
    "s = years_between(Mark.score, on)": "arg-type",
    't = round_(Mark.score, 1, "up")': "arg-type|call-overload",
    't2 = round_(Mark.level, 1, "floor")': "arg-type|call-overload",
    't3 = Values.points.has("x")': "misc|attr-defined|Invalid self",
    't4: Expr[int] = table(Mark.score, row(1, gives="a"), otherwise="b")': "arg-type|assignment|call-overload",
    't5 = table(Mark.score, row(1, gives="a"), row(2, gives=1))': "arg-type|call-overload",
    "t6 = row(1.5, gives=1)": "arg-type|call-overload",
    "t7 = marginal(Mark.score, P.least)": "arg-type",
    't8 = send("a", to={"b": "half"})': "dict-item|arg-type",
    't9 = reweight(1, present=Mark.score, key=(Mark, "kind"), to=())': "arg-type",
    "ta = LEVELS.of(Mark.score)": "arg-type",
    "tb = Mark.level >= 3": "operator",
    "tc: Expr[int] = total": "assignment",
    "tg = Mark.level.is_in(P.least)": "arg-type",
    'td = Key("kind", among=P.least)': "arg-type",
    "te = mean(Mark.score, weight=Mark.level)": "arg-type",
    'tf = Dated[Brackets]({"2020-01-01": percent(5)})': "dict-item|arg-type",
}


@pytest.mark.slow
def test_mypy_accepts_a_right_methodology_and_finds_each_mistake_of_a_wrong_one(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    first = RIGHT.count("\n") + 1
    (tmp_path / "wrong.py").write_text(RIGHT + "\n".join(WRONG) + "\n", encoding="utf-8")
    cache = Path(__file__).parents[2] / ".mypy_cache" / "authors"
    files = [str(tmp_path / "right.py"), str(tmp_path / "wrong.py")]
    out, err, _ = api.run(["--strict", "--no-error-summary", f"--cache-dir={cache}", *files])
    found = [(match[1], int(match[2]), match[3]) for match in re.finditer(r"(\w+)\.py:(\d+): error: (.*)", out)]
    assert [item for item in found if item[0] != "wrong"] == [], out + err
    by_line: dict[int, str] = {}
    for _, line, message in found:
        by_line[line] = by_line.get(line, "") + message
    for number, (text, expected) in enumerate(WRONG.items(), start=first):
        assert re.search(expected, by_line.get(number, "")), f"{text}: {by_line.get(number, 'accepted')}"
    assert sorted(by_line) == list(range(first, first + len(WRONG)))
