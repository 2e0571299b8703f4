"""What an author of a methodology imports: facts, fields, rules, and the words of their clauses.

Operators: `>= > <= < + - *` on numbers, `& | ~` on truths, `.is_(…)`, `.is_in(…)`, `.between(…)`.
"""

from __future__ import annotations

from shnor_engine.law import Brackets, Clause, Dated, Parameters, Share, Since, percent
from shnor_engine.rules.dates import days_between, on, period, years_between
from shnor_engine.rules.decision_table import decision_table
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.form import from_json, to_json
from shnor_engine.rules.marginals import brackets, marginal
from shnor_engine.rules.opaque import opaque, sealed
from shnor_engine.rules.over_time import earlier, last, over, run, so_far, within
from shnor_engine.rules.periods import MONTH, QUARTER, SCHOOL_YEAR, YEAR
from shnor_engine.rules.ranking import cut, group, rank
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.ruleset import Conflict, RuleSet, conflicts
from shnor_engine.rules.scales import Scale
from shnor_engine.rules.status import before, move, status
from shnor_engine.rules.tables import above, anything, below, from_, row, table, up_to
from shnor_engine.rules.texts import Said, Texts, Wording, titled
from shnor_engine.rules.tree import CodeSet, Expr
from shnor_engine.rules.values import absent, key_of, round_
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
    param,
    previous,
    ratio,
    share,
    sum_,
    years_so_far,
)
from shnor_engine.rules.weights import reweight, send

__all__ = [
    "MONTH",
    "QUARTER",
    "SCHOOL_YEAR",
    "YEAR",
    "Brackets",
    "Clause",
    "CodeSet",
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
    "Scale",
    "Share",
    "Since",
    "Texts",
    "Wording",
    "above",
    "absent",
    "all_",
    "all_of",
    "any_",
    "any_of",
    "anything",
    "assume",
    "at_least",
    "before",
    "below",
    "brackets",
    "case",
    "conflicts",
    "count",
    "cut",
    "days_between",
    "decision_table",
    "earlier",
    "earlier_years",
    "from_",
    "from_json",
    "group",
    "in_each",
    "is_known",
    "is_present",
    "key_of",
    "last",
    "last_years",
    "marginal",
    "max_",
    "max_of",
    "mean",
    "min_",
    "min_of",
    "move",
    "not_",
    "on",
    "only",
    "opaque",
    "over",
    "param",
    "percent",
    "period",
    "previous",
    "rank",
    "ratio",
    "reweight",
    "round_",
    "row",
    "run",
    "sealed",
    "send",
    "share",
    "so_far",
    "status",
    "sum_",
    "table",
    "titled",
    "to_json",
    "up_to",
    "within",
    "years_between",
    "years_so_far",
]
