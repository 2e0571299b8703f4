"""Which function compiles which node, by topic; what is not here is decided by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shnor_engine.reasoning.columns import (
    choice,
    code_sets,
    days,
    keys,
    lookup,
    marginal,
    numbers,
    others,
    rank,
    rounding,
    rows,
    runs,
    scales,
    status,
    time,
    truths,
    windows,
)
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods, Run, Within
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tables import Among, Anything, Band, Table, TableRow, WhenAbsent
from shnor_engine.rules.values import Absent, Round

COMPILE: Mapping[type, Callable[[Scope, Any], Value]] = {
    nodes.Constant: numbers.constant,
    nodes.KeyRef: keys.key_ref,
    nodes.FieldRef: numbers.field_ref,
    nodes.ParamRef: numbers.parameter,
    nodes.ClauseRef: numbers.reference,
    nodes.Arithmetic: numbers.arithmetic,
    nodes.Ratio: numbers.ratio,
    nodes.Extreme: numbers.extremes,
    Round: rounding.round_,
    DecisionDay: days.decision_day,
    PeriodDay: days.period_day,
    nodes.DayShift: days.shift,
    Between: days.between,
    nodes.Compare: truths.comparison,
    nodes.IsIn: truths.is_in,
    nodes.Has: code_sets.has,
    nodes.And: truths.all_of,
    nodes.Or: truths.any_of,
    nodes.Not: truths.contrary,
    nodes.IsPresent: truths.is_present,
    nodes.IsKnown: truths.is_known,
    nodes.Assume: choice.assume,
    nodes.Case: choice.case,
    Absent: choice.absent,
    Table: lookup.table,
    TableRow: lookup.no_cell,
    Band: lookup.no_cell,
    Among: lookup.no_cell,
    Anything: lookup.no_cell,
    WhenAbsent: lookup.no_cell,
    nodes.Rows: rows.rows,
    nodes.Previous: time.previous,
    nodes.AtLeast: time.at_least,
    nodes.OnScale: scales.on_scale,
    Scaled: scales.scaled,
    Status: status.status,
    Before: status.before,
    Decision: others.decision,
    Run: runs.run,
    Within: time.within,
    Periods: windows.periods,
    Marginal: marginal.marginal,
    Bracketed: marginal.brackets,
    Rank: rank.rank,
    Cut: rank.cut,
}
