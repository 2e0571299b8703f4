"""How the decision on one school turns: out of the status, by the methodology that decided and by results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shnor_engine.deciding import way_out_of
from shnor_engine.errors import FactError, RuleError
from shnor_engine.report.material import Material

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.reasoning.way_out import WayOut

RESULTS_PACK = "ru.shnor.a-and-b"  # the federal criterion on results [default, as in simulations]


def ways(
    material: Material, school: str, packs: Mapping[str, Pack], among: Mapping[str, Any]
) -> Iterator[tuple[Pack, WayOut]]:
    """The way out by the methodology that decided; where it has nothing to change, that by results beside it.

    By results only where some of the school are held. Of a school that is out of the status already the margins of
    the clauses say how far it is from it: nobody acts so that a school becomes low. A methodology that decides at
    more keys than school and year has no one decision to turn, and is left out.
    """
    for pack in _asked(material, school, packs):
        try:
            year, on = material.advice.year, material.decided.on
            way = way_out_of(pack, material.snapshot, school, year=year, on=on, goal="not_met", among=among)
        except (FactError, RuleError):
            continue
        if way.kind != "already" or pack.id == RESULTS_PACK:
            yield pack, way
        if way.changes:
            return


def _asked(material: Material, school: str, packs: Mapping[str, Pack]) -> Iterator[Pack]:
    yield material.decided.pack
    held = any(row["school_id"] == school for row in material.rows("sittings"))
    if held and RESULTS_PACK in packs and material.decided.pack.id != RESULTS_PACK:
        yield packs[RESULTS_PACK]
