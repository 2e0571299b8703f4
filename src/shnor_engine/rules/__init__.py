"""What an author of a methodology imports: facts, fields, rules, and the words of their clauses.

Operators: `>= > <= < + - *` on numbers, `& | ~` on truths, `.is_(…)`, `.is_in(…)`, `.between(…)`.
"""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Parameters, Share, Since, percent
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.form import from_json, to_json
from shnor_engine.rules.over_time import earlier, last, over, run, so_far, within
from shnor_engine.rules.periods import MONTH, QUARTER, SCHOOL_YEAR, YEAR
from shnor_engine.rules.rule import Rule, RuleTree
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
    "Dated",
    "Expr",
    "Fact",
    "Field",
    "Key",
    "Parameters",
    "Rule",
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
    "case",
    "count",
    "earlier",
    "earlier_years",
    "from_json",
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
    "not_",
    "only",
    "over",
    "percent",
    "previous",
    "ratio",
    "run",
    "share",
    "so_far",
    "sum_",
    "to_json",
    "within",
    "years_so_far",
]
