"""`mypy --strict` accepts a right methodology and finds each mistake of a wrong one on its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

api = pytest.importorskip("mypy.api", reason="mypy is a tool of developers")

RIGHT = """\
from shnor_engine.rules import (
    Clause, Dated, Expr, Fact, Field, Parameters, Rule, Share, all_of, case, count, in_each, last_years, max_of,
    percent, previous, share, sum_,
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
    verdict = in_each(last_years(P.least), level.is_("high"))

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
