"""What to do about open findings, risk factors, clauses of decisions and gaps, by the table of the playbook."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shnor_engine.reasoning import Verdict
from shnor_engine.recommend.advice import Kind, Recommendation
from shnor_engine.recommend.explaining import by_table
from shnor_engine.recommend.ground import Ground
from shnor_engine.recommend.playbook import Playbook, codes_of
from shnor_engine.recommend.situations import Known, situations

ID = "measure"
RU = "Меры каталога по замечаниям, факторам риска, пунктам решений и пробелам"
EN = "Measures of the catalogue for findings, risk factors, clauses of decisions and gaps"


def speak(ground: Ground) -> Iterator[Recommendation]:
    """A recommendation for each measure that the table collects; one to check where what is known leaves it open."""
    for known in situations(ground):
        verdict = ground.playbook.decide(known.row(), on=ground.on)
        sure, may = codes_of(verdict.values["measures"])
        for code in sure:
            yield _recommend(ground, known, verdict, code, "check" if known.to_check else "do")
        for code in may:
            yield _recommend(ground, known, verdict, code, "check")


def _recommend(ground: Ground, known: Known, verdict: Verdict, code: str, kind: Kind) -> Recommendation:
    measure = ground.playbook.measures[code]
    row = ", ".join(refs(ground.playbook, known, code))
    return ground.recommendation(
        ID,
        kind,
        known.school,
        key=f"{known.ground}→{code}",
        text=(
            f"{measure.ru}; ответственный – {ground.term(measure.responsible, 'role')}; "
            f"подтверждение – {measure.evidence_ru}",
            f"{measure.en}; responsible – {measure.responsible}; evidence – {measure.evidence_en}",
        ),
        ground=(
            f"{known.ru}; строка таблицы мер: {row}; источник меры: {measure.source}",
            f"{known.en}; row of the table of measures: {row}; source: {measure.source}",
        ),
        events=known.events,
        measure=measure,
        topic=known.finding or (code if code in ground.snapshot.registry.codes("audit.topic") else None),
        finding_id=known.finding_id,
        factor=known.factor,
        lasting=True,
        why=partial(by_table, ground, known, verdict, code),
    )


def refs(playbook: Playbook, known: Known, code: str) -> list[str]:
    """The rows of the table that give a measure here or may give it, by their clause."""
    return [ref for ref, given in playbook.possible(known.inputs()) if given == code]
