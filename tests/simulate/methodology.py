"""A small federal-like methodology for the tests: two low procedures in the year (A), a repeat besides (A and B)."""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import Fact, Field, Rule, count, previous, share


class Procedure(Fact, grain=("school", "year", "procedure"), ru="процедуры", en="procedures"):
    participants = Field[int]("участников", en="participants", bounds=(0, 100_000))
    below_min = Field[int]("ниже минимума", en="below the minimum", bounds=(0, 100_000))


class P(Parameters):
    low_share = Dated[Share]({"2000-01-01": percent(30)}, ref=Clause("1"))
    least = Dated[int]({"2000-01-01": 2}, ref=Clause("1"))


class A(Rule, per=("school", "year"), id="t.a", version="1.0", in_force="2000-01-01", ref=Clause("1")):
    low = share(Procedure.below_min, of=Procedure.participants) >= P.low_share
    verdict = count(Procedure, where=low) >= P.least


class AandB(Rule, per=("school", "year"), id="t.a-and-b", version="1.0", in_force="2000-01-01", ref=Clause("1")):
    low = share(Procedure.below_min, of=Procedure.participants) >= P.low_share
    two_low = count(Procedure, where=low) >= P.least
    repeated = count(Procedure, where=low & previous(low)) >= 1
    verdict = two_low & repeated


DECISIONS = {code: Decision(code, code) for code in ("met", "not_met", "not_applicable", "undetermined", "failed")}


def pack_of(rule: type[Rule]) -> Pack:
    return Pack(
        id=rule.tree.id,
        version="1.0",
        title={"ru": "Проба", "en": "Sample"},
        jurisdiction="ru",
        rule=rule,
        law=Law.of(P),
        bindings={fact: Binding("sittings", {"school": "school_id"}) for fact in rule.tree.facts},
        decisions=DECISIONS,
    )


PACK_A, PACK_A_AND_B = pack_of(A), pack_of(AandB)
