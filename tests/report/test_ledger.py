"""M50: every fact of the source report stands in the generated one, in its section, with events behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from severskiy_history import REPORTED, Report, history
from severskiy_ledger import NO_FACT, Fact, ledger
from shnor_engine import Engine, retract
from shnor_engine.report.document import Bullets, Document, Paragraph, Section, Table
from shnor_engine.testing.fakes import FixedClock

FACTS = ledger()
AT = {"year": 2024, "on": REPORTED, "as_known": REPORTED}


def engine() -> Engine:
    one = Engine.open(":memory:", clock=FixedClock(datetime(2025, 6, 1, tzinfo=UTC)))
    one.append(history(), actor="methodologist", recorded_at=REPORTED)
    return one


@pytest.fixture(scope="module")
def document() -> Iterator[Document]:
    with engine() as one:
        yield one.document(**AT)


def units(document: Document, fact: Fact) -> list[tuple[str, bool]]:
    """The texts of a section that have to hold the fact whole, each with whether anything stands behind it."""
    if fact.section == "approval":
        assert document.approval is not None
        return [("\n".join(document.approval.lines), bool(document.approval.events))]
    if fact.section == "title":
        return [(document.title, bool(document.title_events))]
    if fact.section == "opening":
        return [(claim.ru, bool(claim.events)) for one in document.opening for claim in one.claims]
    section = next((one for one in document.sections if one.id == fact.section), None)
    if section is None:
        return []
    found = list(_units(section))
    if fact.together == "section":
        return [(" ".join([section.title, *(text for text, _ in found)]), any(sure for _, sure in found))]
    return found


def _units(section: Section) -> Iterator[tuple[str, bool]]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield from ((claim.text, bool(claim.events)) for claim in block.claims)
        elif isinstance(block, Bullets):
            yield from ((claim.text, bool(claim.events)) for claim in block.items)
        elif isinstance(block, Table) and not block.aside:
            yield " ".join(block.head), True
            for row in block.rows:
                unknown = any(cell.mark == "unknown" for cell in row)
                yield " | ".join(cell.text for cell in row), unknown or any(cell.events for cell in row)


def holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text says all of it; a number or a name counts only as a whole one («№ 2» is not in «№ 21»)."""
    return all(re.search(rf"(?<!\d){re.escape(word)}(?!\d)", text, re.IGNORECASE) for word in words)


def missing(document: Document) -> list[Fact]:
    """The facts that the report does not say, or says without anything behind it."""
    return [
        fact for fact in FACTS if not any(sure and holds(text, fact.words) for text, sure in units(document, fact))
    ]


def test_m50_every_fact_of_the_source_stands_in_the_generated_report(document: Document) -> None:
    assert missing(document) == []


def test_the_ledger_leaves_no_fragment_and_no_cell_of_the_source_out() -> None:
    report = Report()
    covered = {fact.place for fact in FACTS} | set(NO_FACT)
    assert [place for place in report.prose if place not in covered] == []
    cells = [
        cell.place
        for table, heads in ((report.lists, ("title", "head")), (report.table_1, ("head",)))
        for (row, column), cell in table.items()
        if row not in heads and column > 1
    ]
    assert [place for place in cells if place not in covered] == []


def test_the_ledger_is_as_long_as_the_report() -> None:
    kinds = {fact.kind for fact in FACTS}
    assert len(FACTS) > 100
    assert {"member", "size", "no data", "form", "place", "date", "tasks", "topics", "lines", "factors"} <= kinds


@pytest.mark.parametrize(
    "event_type",
    [
        "list.published",
        "activity.held",
        "programme.adopted",
        "programme.drafted",
        "factor.assessed",
        "roadmap.adopted",
        "inspection.held",
        "audit.performed",
        "measure.applied",
        "report.approved",
        "body.established",
    ],
)
def test_without_its_event_a_fact_does_not_stand_there(event_type: str) -> None:
    with engine() as one:
        for row in list(one.log.read(types=[event_type])):
            one.append([retract(row.event_id, reason="проверка")], actor="x")
        lost = missing(one.document(year=2024, on=REPORTED))
    assert lost
