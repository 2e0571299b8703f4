"""Periods in an evaluation: steps back, windows, runs, finer periods and the coarser one around.

Of the periods that could stand among the keys exactly one does, so that `previous` steps by the kind of the place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from math import inf
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import RuleError
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.folds import FOLD, Read
from shnor_engine.reasoning.trace import Context, Step, truth_step
from shnor_engine.reasoning.values import Exact, Kleene, Span, compare, k_and
from shnor_engine.rules import over_time as nodes
from shnor_engine.rules.fact import Key
from shnor_engine.rules.periods import around, ending_inside, last_day, ordinal, period_at
from shnor_engine.rules.tree import AtLeast, Expr, Previous, Window

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation


def period_of(evaluation: Evaluation, keys: Context) -> Key:
    """The key that is a period here."""
    for key in evaluation.tree.period_keys.values():
        if key.name in keys:
            return key
    raise RuleError(f"rule {evaluation.tree.id} has no period among its keys")


def instant(evaluation: Evaluation, keys: Context) -> date:
    """The instant of the period where the clause stands; of a rule without periods the decision day."""
    if evaluation.tree.period is None:
        return evaluation.on
    key = period_of(evaluation, keys)
    return key.day(keys[key.name])


def shifted(evaluation: Evaluation, keys: Context, back: int) -> Context:
    """The same keys so many periods earlier; declared gaps of the rule's period are no periods."""
    key = period_of(evaluation, keys)
    return {**keys, key.name: period_at(key.period, earlier_place(key, ordinal(key.period, keys[key.name]), back))}


def earlier_place(key: Key, place: int, back: int) -> int:
    """The ordinal of the period so many before one, declared gaps left out."""
    if not key.gaps:
        return place - back
    gaps = {ordinal(key.period, gap) for gap in key.gaps}
    while back:
        place -= 1
        back -= place not in gaps
    return place


def previous(evaluation: Evaluation, expr: Previous[Any], keys: Context) -> Step:
    """The expression so many periods earlier."""
    inner = evaluation.step(expr.item, shifted(evaluation, keys, expr.steps))
    return Step(expr, keys, inner.value, inner.present, (inner,))


# --- windows --------------------------------------------------------------------------------------


def at_least(evaluation: Evaluation, expr: AtLeast, keys: Context) -> Step:
    """In how many periods of the window the truth holds, against the number asked for."""
    terms = tuple(evaluation.step(item, keys) for item in (expr.window.length, expr.least) if item is not None)
    kids = tuple(evaluation.step(expr.item, place) for place in windowed(evaluation, expr, expr.window, keys))
    value: Kleene
    events = _anchor(evaluation, keys) if expr.window.length is None and not expr.window.inside else ()
    if expr.least is None:
        value = k_and(kid.value for kid in kids)
    else:
        held = sum(kid.value is True for kid in kids)
        may = held + sum(kid.value is None for kid in kids)
        value = compare(">=", Span(held, may), terms[-1].value)
    return truth_step(expr, keys, value, kids, terms, events)


def _anchor(evaluation: Evaluation, keys: Context) -> tuple[str, ...]:
    """Events of one row in the first period that the facts speak of: while they stand it stays the first."""
    key = period_of(evaluation, keys)
    so_far = periods_so_far(evaluation, keys)
    first = shifted(evaluation, keys, so_far - 1)[key.name] if so_far else keys[key.name]
    speaking = [fact for fact in evaluation.tree.facts if evaluation.facts.first_period(fact, key.name) == first]
    for context in ({**keys, key.name: first}, {key.name: first}):
        for fact in speaking:
            for row in evaluation.facts.matching(fact, context)[:1]:
                return row.events
    return ()


def periods(evaluation: Evaluation, expr: nodes.Periods[Any], keys: Context) -> Step:
    """An aggregate with one row a period."""
    terms = () if expr.window.length is None else (evaluation.step(expr.window.length, keys),)
    rows = [_row(evaluation, expr, place) for place in windowed(evaluation, expr, expr.window, keys)]
    value, present = FOLD[expr.how](rows, None)
    events = _anchor(evaluation, keys) if expr.window.length is None and not expr.window.inside else ()
    return Step(expr, keys, value, present, tuple(row.step for row in rows), terms, events)


def _row(evaluation: Evaluation, expr: nodes.Periods[Any], keys: Context) -> Read:
    where = None if expr.filter is None else evaluation.step(expr.filter, keys)
    counted: Kleene = True if where is None else where.value
    item = None if expr.item is None or counted is False else evaluation.step(expr.item, keys)
    if item is not None and item.present is False and expr.how not in ("any", "all"):
        counted = False  # what is known not to be in a period brings no row
    kids = tuple(step for step in (where, item) if step is not None)
    return Read(counted, None if counted is False else item, Step(expr, keys, counted, True, kids, row=True))


def windowed(evaluation: Evaluation, expr: Expr[Any], window: Window, keys: Context) -> Iterator[Context]:
    """The places of a window, the latest first; those inside a period in their order."""
    own = period_of(evaluation, keys)
    if window.inside:
        for period in ending_inside(own.period, keys[own.name], window.inside):
            yield _moved(evaluation, keys, own, window.inside, period)
        return
    start = keys
    if window.kind and window.kind != own.period:
        start = _moved(evaluation, keys, own, window.kind, around(window.kind, last_day(own.period, keys[own.name])))
    for back in _steps(evaluation, expr, window, start):
        yield shifted(evaluation, start, back)


def _moved(evaluation: Evaluation, keys: Context, own: Key, kind: str, period: KeyValue) -> Context:
    """The keys with a period of another kind in place of their own."""
    other = evaluation.tree.period_keys[kind]
    rest = {name: value for name, value in keys.items() if name != own.name}
    return {**rest, other.name: period}


def _steps(evaluation: Evaluation, expr: Expr[Any], window: Window, keys: Context) -> range:
    """How many periods back each one of the window lies, the latest first."""
    if window.length is None:
        return range(window.back, periods_so_far(evaluation, keys))
    length = evaluation.step(window.length, keys).value
    if not length.exact or length.lo != int(length.lo) or length.lo < 1:
        raise RuleError(f"a window needs a known whole length above zero, not {length.lo}..{length.hi}", expr.where)
    return range(window.back, window.back + int(length.lo))


def periods_so_far(evaluation: Evaluation, keys: Context) -> int:
    """The number of periods from the first one that the facts speak of to this one, declared gaps left out."""
    key = period_of(evaluation, keys)
    firsts = [evaluation.facts.first_period(fact, key.name) for fact in evaluation.tree.facts]
    here = ordinal(key.period, keys[key.name])
    first = min((ordinal(key.period, item) for item in firsts if item is not None), default=here + 1)
    return len(measured(key, first, here))


def measured(key: Key, first: int, last: int) -> list[int]:
    """The ordinals from one to another without the declared gaps."""
    gaps = {ordinal(key.period, gap) for gap in key.gaps}
    return [place for place in range(first, last + 1) if place not in gaps]


def within(evaluation: Evaluation, expr: nodes.Within[Any], keys: Context) -> Step:
    """The expression in the coarser period around."""
    own = period_of(evaluation, keys)
    period = around(expr.period, last_day(own.period, keys[own.name]))
    inner = evaluation.step(expr.item, _moved(evaluation, keys, own, expr.period, period))
    return Step(expr, keys, inner.value, inner.present, (inner,))


# --- runs -----------------------------------------------------------------------------------------


def run(evaluation: Evaluation, expr: nodes.Run, keys: Context) -> Step:
    """The shortest and the longest run that what is known leaves possible, with the periods that it rests on.

    In each period the run may grow, end or pass it by. The shortest ends as soon as it may, the longest as late as it
    can; beyond the first period nobody knows, unless the truth surely fails there or `since` says that nothing is.
    """
    low: Exact = 0
    high: Exact = 0
    low_open = high_open = True
    kids: list[Step] = []
    for place in _backwards(evaluation, expr, keys):
        if place is None:  # what lies before is not known
            high = inf
            break
        grows, ends, passes, row = _may(evaluation, expr, place)
        kids.append(row)
        low_open = low_open and not ends
        low += low_open and not passes
        high += grows
        high_open = grows or passes
        if not high_open:
            break
    return Step(expr, keys, Span(low, high), True, tuple(kids))


def _backwards(evaluation: Evaluation, expr: nodes.Run, keys: Context) -> Iterator[Context | None]:
    """The periods from this one back, and None where the past is open: one before the facts begin is asked too."""
    key = period_of(evaluation, keys)
    here = ordinal(key.period, keys[key.name])
    gaps = {ordinal(key.period, gap) for gap in key.gaps}
    if expr.since is not None:
        first = ordinal(key.period, expr.since)
    else:
        first = earlier_place(key, here, max(periods_so_far(evaluation, keys) - 1, 0)) - 1
    for place in range(here, first - 1, -1):
        if place not in gaps:
            yield {**keys, key.name: period_at(key.period, place)}
        elif expr.gaps == "break":
            return
    if expr.since is None:
        yield None


def _may(evaluation: Evaluation, expr: nodes.Run, keys: Context) -> tuple[bool, bool, bool, Step]:
    """Whether a period may make the run grow, end it, or be passed by; and its step, true where it surely grows."""
    asked = evaluation.step(expr.item, keys)
    applies = _applies(evaluation, keys)
    there: Kleene = applies[0].value if applies else True
    grows = there is not False and asked.value is not False
    ends = (there is not False and asked.value is not True) or (there is not True and expr.gaps == "break")
    passes = there is not True and expr.gaps == "skip"
    value: Kleene = False if not grows else None if ends or passes else True
    return grows, ends, passes, Step(expr, keys, value, True, (*applies, asked), row=True)


def _applies(evaluation: Evaluation, keys: Context) -> tuple[Step, ...]:
    """Whether the rule applies in a period; nothing where it always does."""
    tree = evaluation.tree
    if "applies" not in tree.clauses or not all(name in keys for name in tree.keys):
        return ()
    return (evaluation.clause("applies", {name: keys[name] for name in tree.keys}),)


TIME: Mapping[type, Callable[[Evaluation, Any, Context], Step]] = {
    Previous: previous,
    AtLeast: at_least,
    nodes.Run: run,
    nodes.Within: within,
    nodes.Periods: periods,
}
