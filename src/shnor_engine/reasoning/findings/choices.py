"""Findings about the rows of a choice, per epoch of the dated values and per region: never reached, or left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shnor_engine.errors import LawError
from shnor_engine.reasoning.findings.bands import Bands
from shnor_engine.reasoning.findings.conditions import Solved, as_truth
from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Blank, Epoch, Looked, in_epochs
from shnor_engine.rules import geometry as geo
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.table_checks import axes_of, plain_cell
from shnor_engine.rules.tables import Table, is_listing
from shnor_engine.rules.tree import Expr


def row_shadowed(looked: Looked) -> Iterator[Finding]:
    """A row of a case that is never reached: the rows above it take all that it could take."""
    for node, epoch, rows in _choices(looked):
        taken = Taken(looked.tree)
        for number, row in enumerate(rows, start=1):
            if not taken.leaves(row):
                own = row.text(row.bands)
                yield Finding(
                    "row-shadowed",
                    f"row {number} of the choice is never reached ({epoch.text('en')}): {own} is taken above or "
                    "out of bounds",
                    node.where,
                    f"строка {number} никогда не выбирается ({epoch.text('ru')}): {own} уже занято выше "
                    "или вне границ",
                )
            taken.add(row)


def row_missing(looked: Looked) -> Iterator[Finding]:
    """A choice on one number without «otherwise» whose rows leave out some values."""
    for node, epoch, rows in _choices(looked):
        if node.otherwise is not None or rows[0].among or len({row.subject for row in rows}) > 1:
            continue
        left = Solved(rows[0].subject, rows[0].expr, ~_union(rows)).within(looked.tree)
        if left.bands:
            yield Finding(
                "row-missing",
                f"no row of the choice takes {left.bands} ({epoch.text('en')}); add a row or otherwise=",
                node.where,
                f"ни одна строка не берёт {left.bands} ({epoch.text('ru')}); добавьте строку или otherwise=",
            )


def otherwise_unreached(looked: Looked) -> Iterator[Finding]:
    """An «otherwise» of a case or of a table that is never taken: the rows above it take every value."""
    for node in looked.tree.nodes():
        if isinstance(node, nodes.Case | Table) and node.otherwise is not None:
            for since in in_epochs(looked, lambda blank, node=node: _covered(blank, node) or None):  # type: ignore[misc]
                yield Finding(
                    "otherwise-unreached",
                    f"otherwise= is never taken{since.en}: the rows take every value, and a value that is not there "
                    "takes no row at all; remove it, or narrow a row",
                    node.otherwise.where,
                    f"значение «иначе» никогда не берётся{since.ru}: строки берут все значения, а при отсутствующем "
                    "не берётся ни одна; уберите его или сузьте строку",
                )


def _covered(blank: Blank, node: Expr[Any]) -> bool:
    """Whether the rows of a choice take every value in an epoch."""
    if isinstance(node, Table):
        return not is_listing(node) and _table_covered(blank, node)
    taken = Taken(blank.tree)
    for row in _rows(blank, node):
        taken.add(row)
    return taken.all


def _table_covered(blank: Blank, made: Table[Any]) -> bool:
    try:
        cells = [tuple(plain_cell(cell, blank.plain) for cell in row.cells) for row in made.rows]
    except LawError:
        return False  # a gap in the law is a finding of its own
    return geo.gap(axes_of(made, blank.tree.clauses), cells) is None


class Taken:
    """What the rows so far take of each value that they speak of."""

    def __init__(self, tree: RuleTree) -> None:
        self.tree, self.of, self.all = tree, dict[str, Bands](), False

    def leaves(self, row: Solved) -> bool:
        """Whether something is left for a row."""
        return not self.all and bool(row.bands & ~self.of.get(row.subject, Bands(())))

    def add(self, row: Solved) -> None:
        """Count a row in; rows that leave nothing of one value leave nothing at all."""
        taken = self.of[row.subject] = self.of.get(row.subject, Bands(())) | row.bands
        every = Solved(row.subject, row.expr, ~taken, row.among).within(self.tree)
        self.all = self.all or not every.bands


def _choices(looked: Looked) -> Iterator[tuple[nodes.Case[Any], Epoch, list[Solved]]]:
    """Choices and their rows in each epoch in which they read differently."""
    for node in looked.tree.nodes():
        if not isinstance(node, nodes.Case):
            continue
        seen: list[list[Bands]] = []
        for blank in looked.blanks:
            rows = _rows(blank, node)
            bands = [row.bands for row in rows]
            if bands not in seen:
                seen.append(bands)
                yield node, blank.epoch, rows


def _rows(blank: Blank, node: Any) -> list[Solved]:
    """What each condition takes of the value that it speaks of."""
    solved = [blank.solve(condition) or as_truth(blank.tree, condition) for condition, _ in node.rows]
    return [row.within(blank.tree) for row in solved]


def _union(rows: Sequence[Solved]) -> Bands:
    joined = Bands(())
    for row in rows:
        joined = joined | row.bands
    return joined
