"""What an author may get wrong: every mistake is an error with the file, the line and the line as it should read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shnor_engine.errors import RuleError, RuleSyntax

HEAD = """\
from datetime import date
from shnor_engine.rules import *

class Sitting(Fact, grain=("school", "year", "procedure")):
    participants = Field[int]("участников")
    below_min = Field[int]("ниже минимума")
    since = Field[date]("с")
    level = Field[str]("уровень", among=("low", "high"))

class P(Parameters):
    least = Dated[int]({"2020-01-01": 10})

class Good(Rule, per=("school", "year"), id="t.good"):
    counted = Sitting.participants >= P.least
    verdict = count(Sitting, where=counted) >= 1

"""
LINE = HEAD.count("\n") + 2


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Runs a rule file whose last class has this body, as an author's file on disk."""

    def run(body: str, head: str = 'class Bad(Rule, per=("school", "year"), id="t.bad"):') -> dict[str, Any]:
        path = tmp_path / "pack.py"
        path.write_text(HEAD + head + "\n" + textwrap.indent(body, "    ") + "\n", encoding="utf-8")
        names: dict[str, Any] = {"__name__": "author"}
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
        return names

    return run


SYNTAX = [
    (
        "x = Sitting.participants >= 3 and Sitting.below_min >= 2",
        "(Sitting.participants >= 3) & (Sitting.below_min >= 2)",
    ),
    (
        "x = Sitting.participants >= 3 or Sitting.below_min >= 2",
        "(Sitting.participants >= 3) | (Sitting.below_min >= 2)",
    ),
    ("x = not Sitting.participants >= 3", "x = ~(Sitting.participants >= 3)"),
    ("x = 3 <= Sitting.participants <= 5", "(3 <= Sitting.participants) & (Sitting.participants <= 5)"),
    ("x = Sitting.participants == 3", "x = Sitting.participants.is_(3)"),
    ("x = Sitting.participants != 3", "x = ~Sitting.participants.is_(3)"),
    ("x = Sitting.participants in (3, 4)", "x = Sitting.participants.is_in(3, 4)"),
    ("x = 1 if Sitting.participants > 3 else 2", "x = case((Sitting.participants > 3, 1), otherwise=2)"),
    (
        "x = Sitting.participants >= P.least & Good.counted",
        "x = (Sitting.participants >= P.least) & Good.counted",
    ),
    ("x = Sitting.participants >= 10 & Good.counted", "x = (Sitting.participants >= 10) & Good.counted"),
    (
        "x = Good.counted & Sitting.participants >= P.least",
        "x = Good.counted & (Sitting.participants >= P.least)",
    ),
    ("x = Sitting.participants >= Sitting.below_min | Good.counted", "(Sitting.participants >= Sitting.below_min) |"),
    ("x = P.least and Good.counted", "x = P.least & Good.counted"),
    ("x = 1 if P.least else 2", "x = case((P.least, 1), otherwise=2)"),
    ("x = not P.least", "x = ~P.least"),
    ("x = not P.least.at_decision()", "x = ~P.least.at_decision()"),
    ("x = Sitting.participants in P.least", "x = Sitting.participants.is_in(P.least)"),
    ("x = Sitting.below_min / Sitting.participants", "x = ratio(Sitting.below_min, Sitting.participants)"),
    ("x = 1 / Sitting.participants", "x = ratio(1, Sitting.participants)"),
    ("x = max(Sitting.participants, Sitting.below_min)", "x = max_(Sitting.participants, Sitting.below_min)"),
    ("x = sum(Sitting.participants)", "x = sum_(Sitting.participants)"),
    ("x = any(Good.counted)", "x = any_(Good.counted)"),
    ("x = all([Good.counted, Good.counted])", "x = all_of(Good.counted, Good.counted)"),
    ("x = round(ratio(Sitting.below_min, 3), 1)", "x = round_(ratio(Sitting.below_min, 3), 1, 'half_up')"),
    ("x = abs(Sitting.below_min)", "max_(x, 0 - x)"),
    ("x = -Sitting.below_min", "0 - x"),
    ("x = Sitting.below_min ** 2", "x * x"),
    ("x = Sitting.below_min // 2", "ratio(a, b)"),
    ("x = Good.counted ^ Good.counted", "(a & ~b) | (~a & b)"),
    ("x = int(Sitting.below_min)", "numbers are exact"),
    (
        "x = Sitting.participants >= 5 & Sitting.below_min <= 7",
        "x = (Sitting.participants >= 5) & (Sitting.below_min <= 7)",
    ),
    (
        "x = Good.counted | Sitting.below_min >= 1 & Good.counted & Sitting.participants > P.least",
        "x = Good.counted | (Sitting.below_min >= 1) & Good.counted & (Sitting.participants > P.least)",
    ),
    ("x = ~Sitting.participants >= 4", "x = ~(Sitting.participants >= 4)"),
    ("x = Good.counted & ~Sitting.participants >= 4", "x = Good.counted & ~(Sitting.participants >= 4)"),
    ("x = 3 == Sitting.participants", "x = Sitting.participants.is_(3)"),
    ("x = P.least != Sitting.participants", "x = ~Sitting.participants.is_(P.least)"),
    ("x = any(Good.counted for row in Sitting.participants)", "x = any_(Good.counted)"),
    ("x = sum(Sitting.below_min for row in Good.counted if Good.counted)", "x = sum_("),
    ("x = key_of(Sitting, 'procedure').is_in(['a', 'b'])", "x = key_of(Sitting, 'procedure').is_in('a', 'b')"),
    ("x = len(Sitting.participants) > 3", "x = count("),
    ("x = key_of(Sitting, 'procedure').is_(f'{Sitting.participants}')", "an f-string writes how a clause is built"),
    ("x = Sitting.participants >= P.least + 1", "x = Sitting.participants >= param(P.least) + 1"),
    ("x = P.least * 2 <= Sitting.participants", "x = param(P.least) * 2 <= Sitting.participants"),
    ("x = 100 - P.least <= Sitting.participants", "x = 100 - param(P.least) <= Sitting.participants"),
    ("x = P.least.at_decision() - P.least", "x = param(P.least.at_decision()) - param(P.least)"),
    ("x = P.least / 2 <= Sitting.participants", "x = ratio(P.least, 2) <= Sitting.participants"),
    ("x = P.least < 5", "no expression of facts; write: param(P.limit) + 1, which is one"),
    ("x = Sitting.particpants >= 3", "did you mean participants? write: x = Sitting.participants >= 3"),
    ("x = Sitting.participants = 3", "`=` would set the field Sitting.participants anew"),
    ("P.least = 3", "`=` would set the parameter P.least anew"),
]


@pytest.mark.parametrize(("line", "better"), SYNTAX, ids=[line for line, _ in SYNTAX])
def test_python_that_a_clause_cannot_hold_is_refused_with_the_line_as_it_should_read(
    load: Callable[..., Any], line: str, better: str
) -> None:
    with pytest.raises(RuleSyntax) as caught:
        load(line)
    assert better in str(caught.value)
    assert caught.value.where.endswith(f"pack.py:{LINE}")


def test_an_if_over_a_clause_is_refused(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleSyntax, match=r"case\(…\) instead of if"):
        load("if Good.counted:\n    x = 1")


def test_a_loop_over_a_clause_is_refused(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleSyntax, match="a clause is no sequence"):
        load("for x in Good.counted:\n    pass")


LOADING = [
    ("x = Sitting.particpants >= 3", "Sitting has no field «particpants»; did you mean participants?"),
    ("x = Sitting.participants >= P.lest", "P has no parameter «lest»; did you mean least?"),
    ("x = ~Good.countd", "Good has no clause «countd»; did you mean counted"),
    ("x = P.least == 3", "clause «x» is a bare False: Python compared it; write a.is_(b)"),
    ("x = 3", "clause «x» is a int, not an expression of facts"),
    ("x = Sitting.participants >= 'ten'", "a number is needed here, this is a code"),
    ("x = Sitting.participants >= 2.5", "2.5 is no value of a rule"),
    ("x = count(Sitting, where=Sitting.participants)", "a truth is needed here, this is a number"),
    ("x = case((Good.counted, 'a'), (Good.counted, 1))", "the rows of a case give code and number"),
    ("x = Sitting.since >= 3", "a number is needed here, this is a date"),
    ("x = Sitting.since == Sitting.since", "x = Sitting.since.is_(Sitting.since)"),
    ("x = 3 if Sitting.since > on else 4", "x = case((Sitting.since > on, 3), otherwise=4)"),
    ("x = round_(Sitting.participants, 1, 'down')", "there is no rounding 'down'"),
    ("x = key_of(Sitting, 'procdure')", "Sitting has no key «procdure»"),
    (
        "x = table(Sitting.participants, row(below(3), gives=1))",
        "no row of this table holds Sitting.participants = 3",
    ),
    (
        "x = table(Sitting.participants, row(1, gives=1), row(up_to(1), gives=2), otherwise=3)",
        "rows 1 and 2 both hold",
    ),
    ("x = marginal(Sitting.participants, P.least)", "a scale is needed here, this is a number"),
    ("x = Scale('a', 'b').of(Sitting.participants)", "a code is needed here, this is a number"),
    ("x = years_between(on, Sitting.participants)", "a day is needed here, this is a number"),
    ("x = send('a', to={})", "must go to other rows"),
    ("x = assume(Sitting.participants, 'ten')", "a number is assumed to be a code"),
    ("x = assume(Good.counted, 1)", "a truth is assumed to be a number"),
    ("x = in_each(2, Good.verdict)", "2 is no window; write: last_years(2)"),
    ("x = in_each(last_years(0), Good.verdict)", "a window of 0 periods holds none"),
    ("x = in_each(last(-1, YEAR), Good.verdict)", "a window of -1 periods holds none"),
    ("x = ratio(Sitting.participants, 0) >= 1", "a part of nothing is undetermined"),
    ("x = only(Sitting)", "over the rows of Sitting of what?"),
    ("x = case(Good.counted, 1, otherwise=2)", "a row of a case is a condition and a value in brackets"),
    ("x = Sitting.level.is_('hihg')", "«hihg» is none of low, high"),
    ("x = Sitting.level.is_in('low', 'hihg')", "«hihg» is none of low, high"),
    ("x = ~Good.verdict is Good.verdict", "clause «x» is a bare False: Python compared it"),
    ("year = Sitting.participants", "«year» is a key of the rule; give the clause another name"),
    ("outcome = Good.verdict", "«outcome» is a word of the answer; give the clause another name"),
    ("tree = Good.verdict", "«tree» is a word of the answer; give the clause another name"),
    ("applies = lambda: Good.verdict", "clause «applies» is a function, not an expression of facts"),
]


@pytest.mark.parametrize(("line", "message"), LOADING, ids=[line for line, _ in LOADING])
def test_a_wrong_name_or_kind_is_refused_when_the_file_is_loaded(
    load: Callable[..., Any], line: str, message: str
) -> None:
    with pytest.raises(RuleSyntax) as caught:
        load(f"{line}\nverdict = count(Sitting) >= 1")
    assert message in str(caught.value)
    assert f"pack.py:{LINE}" in str(caught.value)


def test_a_rule_without_a_verdict_or_without_keys_is_refused(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleSyntax, match="has no clause «verdict»"):
        load("x = count(Sitting) >= 1")
    with pytest.raises(RuleSyntax, match="decides about nothing"):
        load("verdict = count(Sitting) >= 1", head='class Bad(Rule, id="t.bad"):')


def test_a_finer_fact_is_read_only_through_its_rows(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleSyntax, match=r"needs procedure, but the rule decides per school, year; .*count"):
        load("verdict = Sitting.participants >= 3")


def test_clauses_in_a_circle_are_refused(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleSyntax, match="clauses turn in a circle: counted → verdict → counted"):
        load("counted = ~Good.verdict", head='class Bad(Good, id="t.bad"):')


def test_a_window_needs_a_period(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleSyntax, match="has no period among its keys"):
        load("verdict = previous(count(Sitting) >= 1)", head='class Bad(Rule, per=("school",), id="t.bad"):')
    with pytest.raises(RuleSyntax, match="no first or last day"):
        load("verdict = period.start < on", head='class Bad(Rule, per=("school",), id="t.bad"):')


def test_a_text_for_no_clause_is_refused_with_near_names(load: Callable[..., Any]) -> None:
    with pytest.raises(RuleError, match=r"texts say «verdikt», which is no clause of t\.bad; did you mean verdict"):
        load("verdict = count(Sitting) >= 1\ntexts = Texts(verdikt=Said(ru=Wording('да'), en=Wording('yes')))")


def test_an_exception_must_name_a_clause_that_is_inherited(load: Callable[..., Any]) -> None:
    head = 'class Bad(Good, id="t.bad", exception_to=count(Sitting) >= 5):'
    with pytest.raises(RuleSyntax, match="exception_to names no clause"):
        load("pass", head=head)


def test_every_node_remembers_where_it_was_written(load: Callable[..., Any]) -> None:
    tree = load("verdict = count(Sitting) >= 1")["Bad"].tree
    assert tree.clauses["verdict"].where.endswith(f"pack.py:{LINE}")
    inherited = load("pass", head='class Bad(Good, id="t.bad"):')["Bad"].tree
    assert (
        inherited.clauses["counted"].line
        == HEAD.splitlines().index("    counted = Sitting.participants >= P.least") + 1
    )
    assert {node.file.rpartition("/")[2] for node in inherited.nodes()} == {"pack.py"}
