"""The lines of prevention for all schools: what is declared, and what anything shows."""

from __future__ import annotations

from shnor_engine.events import MeasureApplied
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Cell, Paragraph, Section, Table
from shnor_engine.report.material import Material, capital


def prevention(material: Material) -> Section | None:
    """One row a line that is declared; a line without evidence is «заявлено, не подтверждено», not «не ведётся»."""
    rows = [row for row in material.rows("prevention") if row["declared"]]
    if not rows:
        return None
    rows.sort(key=lambda row: (str(row["about"]), material.ground.rank(row["line"], "prevention.line")))
    cells = tuple(
        (
            Cell(capital(material.term(row["line"], "prevention.line")), tuple(row["events"])),
            Cell("все школы" if "/" not in str(row["about"]) else material.ground.name(row["about"])),
            Cell(
                f"подтверждено событиями: {row['evidence']}"
                if row["evidence"]
                else "заявлено, событиями не подтверждено",
                tuple(row["events"]),
            ),
        )
        for row in rows
    )
    bare = [row for row in rows if not row["evidence"]]
    claim = Claim(
        "prevention.counts",
        f"Направлений профилактики заявлено: {len(rows)}, из них событиями не подтверждено: {len(bare)}.",
        f"Lines of prevention declared: {len(rows)}, of them without evidence: {len(bare)}.",
        events=ids(*(row["events"] for row in rows)),
        searched=(MeasureApplied.type,),
    )
    table = Table("prevention", ("Направление профилактики", "Где", "Что показывает журнал"), cells, (46, 18, 36))
    return Section("prevention", "Профилактика во всех школах", (table, Paragraph((claim,))))
