"""The tree: named clauses, inheritance with one clause said anew, JSON form and digest."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from tests.reasoning.methodology import ON, LowResults, P, Sitting, Strictly, years
from tests.rules.every_value import Card, EveryValue, Indicator, V

from shnor_engine.errors import RuleError
from shnor_engine.law import Law
from shnor_engine.packs.builtin.monitoring import Membership, Monitoring, MunicipalMonitoring
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    all_,
    all_of,
    any_,
    any_of,
    assume,
    at_least,
    case,
    count,
    earlier_years,
    from_json,
    in_each,
    is_known,
    is_present,
    last_years,
    max_,
    max_of,
    mean,
    min_,
    min_of,
    not_,
    only,
    previous,
    ratio,
    share,
    sum_,
    to_json,
)
from shnor_engine.rules.form import OPS
from shnor_engine.rules.tree import ClauseRef, walk


class Codes(Fact, grain=("school", "year", Key("kind", among=("a", "b")))):
    code = Field[str]("код", among=("x", "y"))
    n = Field[int]("n", bounds=(0, 9))


class Everything(Rule, per=("school", "year"), id="t.everything", version="3", in_force="2020-01-01"):
    """Every node there is."""

    row = Codes.code.is_("x") & (Codes.n * 2 - 1 > 3) | (3 - Codes.n + 1 < ratio(Codes.n, 2))
    part = share(Sitting.below_min, of=Sitting.participants) >= P.low_share.on("2021-01-01")
    number = min_(count(Codes, where=row), 5) + max_(
        sum_(Codes.n), mean(Codes.n), only(Codes.n, where=row), min_of(Codes.n), P.min_sittings.at_decision()
    )
    level = case((number > 9, "high"), (any_(row) & all_(part, where=Sitting.participants.between(1, 30)), "middle"))
    sure = is_known(level) | is_present(max_of(Codes.n, where=row)) | assume(level.is_in("high", "middle"), False)
    late = at_least(2, any_of(sure, number.is_(3)), of=earlier_years()) | previous(not_(sure), 2)
    verdict = all_of(in_each(last_years(P.min_sittings), sure), late)


RULES = [LowResults, Strictly, MunicipalMonitoring, Everything, EveryValue]


def again(rule: type[Rule]) -> Any:
    return from_json(
        json.loads(json.dumps(to_json(rule.tree))),
        facts=[Sitting, Codes, Membership, Indicator, Card],
        parameters=[P, Monitoring, V],
    )


def test_the_rules_of_every_node_have_every_node() -> None:
    every = {type(node) for rule in (Everything, EveryValue) for node in rule.tree.nodes()}
    in_another_test = ("over_time", "others", "status", "ranking", "opaque")
    assert every == {node for node in OPS.values() if node.__module__.rpartition(".")[2] not in in_another_test}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.tree.id)
def test_the_json_form_comes_back_as_the_same_rule(rule: type[Rule]) -> None:
    found = again(rule)
    assert to_json(found) == to_json(rule.tree)
    assert found.digest == rule.tree.digest
    assert found.outputs == rule.tree.outputs


def test_a_rule_read_back_decides_the_same() -> None:
    facts = Facts.of({Sitting: years([(10, 3), (20, 6)])}, closed=True)
    keys = {"school": "s", "year": 2024}
    one = decide(LowResults, keys, facts, Law.of(P), on=ON)
    assert decide(again(LowResults), keys, facts, Law.of(P), on=ON).to_json() == one.to_json()


def test_a_fact_that_changed_its_meaning_is_refused() -> None:
    form = to_json(LowResults.tree)
    form["facts"]["Sitting"]["fields"]["participants"]["bounds"] = [0, 1]
    with pytest.raises(RuleError, match="fact Sitting is not what the rule was written for"):
        from_json(form, facts=[Sitting], parameters=[P])
    with pytest.raises(RuleError, match=r"the rule reads parameter P\.min_participants"):
        from_json(to_json(LowResults.tree), facts=[Sitting])


def test_the_digest_knows_no_source_line_and_no_wording() -> None:
    class One(Rule, per=("school", "year"), id="t.same"):
        verdict = count(Sitting, where=Sitting.participants >= 3) >= 1

    first = One

    class Same(Rule, per=("school", "year"), id="t.same"):
        """Written elsewhere, on other lines."""

        verdict = (
            count(
                Sitting,
                where=Sitting.participants >= 3,
            )
            >= 1
        )

    assert first.tree.clauses["verdict"].line != Same.tree.clauses["verdict"].line
    assert first.tree.digest == Same.tree.digest


def test_the_digest_changes_with_every_change_of_meaning() -> None:
    def made(clause: Expr[bool], **more: Any) -> str:
        named: dict[str, Any] = {"id": "t.x", "version": "1", "per": ("school", "year"), **more}

        class Made(Rule, **named):
            verdict = clause

        return Made.tree.digest

    rows = Sitting.participants >= 3
    digests = {
        made(count(Sitting, where=rows) >= 1),
        made(count(Sitting, where=rows) > 1),
        made(count(Sitting, where=rows) >= 2),
        made(count(Sitting) >= 1),
        made(any_(rows)),
        made(count(Sitting, where=rows) >= 1, version="2"),
        made(count(Sitting, where=rows) >= 1, in_force="2022-01-01"),
        made(count(Sitting, where=rows) >= P.min_sittings),
        made(count(Sitting, where=rows) >= P.min_sittings.at_decision()),
    }
    assert len(digests) == 9


def test_clauses_refer_to_each_other_by_name() -> None:
    refs = [node.name for node in walk(LowResults.tree.clauses["low_year"]) if isinstance(node, ClauseRef)]
    assert refs == ["counted", "low"]
    assert LowResults.tree.outputs == ("low_year", "applies", "verdict")


def test_one_clause_said_anew_moves_all_that_rests_on_it() -> None:
    assert list(Strictly.tree.clauses) == list(LowResults.tree.clauses)
    same = [name for name in LowResults.tree.clauses if Strictly.tree.clauses[name] is LowResults.tree.clauses[name]]
    assert "low" not in same
    facts = Facts.of({Sitting: years([(10, 3), (20, 6)])}, closed=True)
    keys = {"school": "s", "year": 2024}
    assert decide(LowResults, keys, facts, Law.of(P), on=ON).outcome == "met"
    assert decide(Strictly, keys, facts, Law.of(P), on=ON).outcome == "not_met"
    assert Strictly.tree.exception_to == ("t.low", "low")
    assert (Strictly.tree.version, Strictly.tree.in_force) == ("1.0", LowResults.tree.in_force)


def test_a_clause_said_anew_may_build_on_the_old_one() -> None:
    class Narrower(LowResults, id="t.narrower"):
        counted = LowResults.counted & (Sitting.participants >= 15)

    facts = Facts.of({Sitting: years([(10, 3), (20, 6)])}, closed=True)
    keys = {"school": "s", "year": 2024}
    assert decide(Narrower, keys, facts, Law.of(P), on=ON).outcome == "not_met"


def test_two_names_of_one_clause_are_one_clause() -> None:
    class Alias(Rule, per=("school", "year"), id="t.alias"):
        enough = count(Sitting) >= 1
        verdict = enough

    assert isinstance(Alias.tree.clauses["verdict"], ClauseRef)


def test_a_parameter_may_be_a_clause_so_that_its_value_is_an_output() -> None:
    class Shown(Rule, per=("school", "year"), id="t.shown"):
        limit = P.low_share
        verdict = any_(share(Sitting.below_min, of=Sitting.participants) >= limit)

    facts = Facts.of({Sitting: years([(10, 3)])}, closed=True)
    verdict = decide(Shown, {"school": "s", "year": 2024}, facts, Law.of(P), on=ON)
    assert verdict.values == {"limit": Fraction(3, 10), "verdict": True}


def test_nodes_are_frozen() -> None:
    with pytest.raises(AttributeError):
        LowResults.tree.clauses["low"].op = ">"  # type: ignore[attr-defined]


def test_a_fraction_keeps_its_exactness_in_json() -> None:
    class Third(Rule, per=("school", "year"), id="t.third"):
        verdict = any_(share(Sitting.below_min, of=Sitting.participants) >= Fraction(1, 3))

    assert '{"fraction": "1/3"}' in json.dumps(to_json(Third.tree))
    assert again(Third).digest == Third.tree.digest
