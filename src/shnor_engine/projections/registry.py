"""Every projection by its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import polars as pl

from shnor_engine.events.base import Event
from shnor_engine.projections import (
    activities,
    attendance,
    audit,
    coverage,
    cycle,
    deficits,
    flow,
    life,
    membership,
    mentoring,
    network,
    passport,
    plans,
    plausibility,
    roadmap,
    schools,
    sittings,
    support,
    targets,
    totals,
)
from shnor_engine.projections.projection import Projection, ask, find
from shnor_engine.tables.tables import Snapshot

PROJECTIONS: Mapping[str, Projection] = MappingProxyType(
    {
        projection.name: projection
        for projection in (
            schools.SCHOOLS,
            schools.SPELLINGS,
            schools.BODIES,
            membership.LISTS,
            membership.MEMBERSHIP,
            membership.MEMBERSHIP_BY_ISSUER,
            membership.SPELLS,
            flow.FLOW,
            activities.ACTIVITIES,
            activities.VISITED,
            activities.INSPECTIONS,
            activities.ROADMAP,
            roadmap.PLAN_FACT,
            roadmap.INSPECTION_COVERAGE,
            audit.AUDIT_TOPICS,
            audit.FINDINGS,
            audit.FINDING_GAPS,
            audit.RECOMMENDATIONS,
            life.RECOMMENDATION_STEPS,
            plans.PLANS,
            plans.PLAN_DUE,
            support.RISK_PROFILES,
            support.SUPPORT,
            deficits.DEFICITS,
            deficits.DEFICIT_FUNNEL,
            network.PARTNERSHIPS,
            network.PRACTICES,
            mentoring.MENTORING,
            attendance.CONSULTATIONS,
            attendance.ASSOCIATION_ATTENDANCE,
            coverage.TASK_COVERAGE,
            coverage.TASK_COVERAGE_BY_SCHOOL,
            coverage.PREVENTION,
            coverage.PREVENTION_LEDGER,
            coverage.RISK_FACTORS,
            sittings.SITTINGS,
            sittings.SITTINGS_FINAL,
            sittings.SITTINGS_CLOSED,
            sittings.DISCIPLINES,
            sittings.DISCIPLINES_CLOSED,
            targets.TARGETS,
            cycle.MANAGEMENT_CYCLE,
            totals.YEAR_TOTALS,
            totals.YEAR_TOTALS_CLOSED,
            plausibility.PLAUSIBILITY,
            passport.PASSPORT,
        )
    }
)


def project(
    snapshot: Snapshot,
    projection: str | Projection,
    *,
    only: Collection[str] | None = None,
    among: Mapping[str, Projection] = PROJECTIONS,
) -> pl.LazyFrame:
    """The answer of a projection as known at a snapshot, as a lazy frame.

    `only` asks for a few subjects and reads their rows alone; it needs a projection that is `by` them. A name is
    looked up `among` the built-in ones, or those of an engine with plugins. Raises `KeyError` for an unknown one.
    """
    asked = find(among, projection) if isinstance(projection, str) else projection
    snapshot.load(asked.reads)
    return ask(asked, snapshot, only=only)


def reads(name: str) -> tuple[type[Event], ...]:
    """The event types behind a projection."""
    return tuple(find(PROJECTIONS, name).reads)
