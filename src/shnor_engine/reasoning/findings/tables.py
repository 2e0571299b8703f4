"""Findings about tables, per epoch of the dated values and per region: overlaps, rows never hit, values left out."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Looked
from shnor_engine.rules.table_checks import problems
from shnor_engine.rules.tables import Table


def table_flawed(looked: Looked) -> Iterator[Finding]:
    """A table with overlapping rows, a row that is never hit or values left out, in some epoch and region."""
    tree, law = looked.tree, looked.law
    seen: set[tuple[str, str]] = set()
    regions = (None, *sorted({own.region for own in law.overrides}))
    for node in tree.nodes():
        if isinstance(node, Table):
            for problem in (found for region in regions for found in problems(node, law, region, tree.clauses)):
                if (problem.code, problem.where) not in seen:
                    seen.add((problem.code, problem.where))
                    yield Finding(problem.code, problem.message, problem.where, problem.ru)
