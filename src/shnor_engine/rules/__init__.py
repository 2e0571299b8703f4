"""What an author of a methodology imports: facts, fields, rules, and the words of their clauses.

Operators: `>= > <= < + - *` on numbers, `& | ~` on truths, `.is_(…)`, `.is_in(…)`, `.between(…)`.
"""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Parameters, Share, Since, percent
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.form import from_json, to_json
from shnor_engine.rules.opaque import opaque, sealed
from shnor_engine.rules.over_time import earlier, last, over, run, so_far, within
from shnor_engine.rules.periods import MONTH, QUARTER, SCHOOL_YEAR, YEAR
from shnor_engine.rules.ranking import cut, group, rank
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.ruleset import Conflict, RuleSet, conflicts
from shnor_engine.rules.status import before, move, status
from shnor_engine.rules.texts import Said, Texts, Wording
from shnor_engine.rules.tree import Expr
from shnor_engine.rules.vocabulary import (
    all_,
    all_of,
    any_,
    any_of,
    assume,
    at_least,
    case,
    count,
    earlier_years,
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
    years_so_far,
)

__all__ = [
    "MONTH",
    "QUARTER",
    "SCHOOL_YEAR",
    "YEAR",
    "Clause",
    "Conflict",
    "Dated",
    "Expr",
    "Fact",
    "Field",
    "Key",
    "Parameters",
    "Rule",
    "RuleSet",
    "RuleTree",
    "Said",
    "Share",
    "Since",
    "Texts",
    "Wording",
    "all_",
    "all_of",
    "any_",
    "any_of",
    "assume",
    "at_least",
    "before",
    "case",
    "conflicts",
    "count",
    "cut",
    "earlier",
    "earlier_years",
    "from_json",
    "group",
    "in_each",
    "is_known",
    "is_present",
    "last",
    "last_years",
    "max_",
    "max_of",
    "mean",
    "min_",
    "min_of",
    "move",
    "not_",
    "only",
    "opaque",
    "over",
    "percent",
    "previous",
    "rank",
    "ratio",
    "run",
    "sealed",
    "share",
    "so_far",
    "status",
    "sum_",
    "to_json",
    "within",
    "years_so_far",
]
