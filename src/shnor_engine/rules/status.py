"""A status that a subject keeps from period to period until something moves it: entry and exit are said apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from shnor_engine.law.source import refuse
from shnor_engine.rules.periods import KeyValue
from shnor_engine.rules.tree import Expr, Kind, truth


@dataclass(frozen=True, eq=False)
class Status(Expr[str]):
    """A fold over periods in order: the first move from the state before whose condition holds, else the same state.

    `start` is the state before the first period (None: nobody knows), `since` that period. In a period in which the
    rule does not apply the state is carried. `moves` are (from, condition, to).
    """

    kind: ClassVar[Kind | None] = "code"
    states: tuple[str, ...]
    start: str | None
    moves: tuple[tuple[str, Expr[bool], str], ...]
    since: KeyValue | None = None


@dataclass(frozen=True, eq=False)
class Before(Expr[str]):
    """The state that a status of this rule had so many periods before, named: it may be written further down."""

    kind: ClassVar[Kind | None] = "code"
    status: str
    steps: int = 1


@dataclass(frozen=True, slots=True)
class Move:
    """One way from some states to another, and when it is taken."""

    sources: tuple[str, ...]
    target: str
    when: Expr[bool]


# --- the author's words ---------------------------------------------------------------------------


def move(source: str | Sequence[str], target: str, *, when: Expr[bool]) -> Move:
    """From this state (or any of these) to the target, in a period in which `when` holds."""
    return Move((source,) if isinstance(source, str) else tuple(source), target, truth(when))


def status(*states: str, start: str | None, moves: Sequence[Move], since: KeyValue | None = None) -> Expr[str]:
    """The state of a subject: moved by the first move from the state before whose condition holds, else kept.

    `start` is the state before the first period, None where nobody knows it. The first period is `since`, else the
    one in which the rule came into force, else the first one that the facts speak of. An authority may place a
    subject in a state; what has been published counts for the periods after it.
    """
    named = [*([] if start is None else [start]), *(name for item in moves for name in (*item.sources, item.target))]
    if strange := sorted(set(named) - set(states)):
        raise refuse(f"«{', '.join(strange)}» is no state of this status; it has {', '.join(states) or 'none'}")
    if len(states) > len(set(states)):
        raise refuse(f"a status names each state once, not {', '.join(states)}")
    if len(states) < 2:
        raise refuse("a status of one state says nothing", hint='status("in", "out", start="out", moves=[…])')
    flat = tuple((source, item.when, item.target) for item in moves for source in item.sources)
    return Status(states, start, flat, since)


def before(name: str) -> Expr[str]:
    """The state before this period of the status that this rule calls by that name, for clauses written above it."""
    return Before(name)


def status_clauses(clauses: Any) -> dict[str, Status]:
    """Every status among some clauses, by name."""
    return {name: clause for name, clause in clauses.items() if isinstance(clause, Status)}
