"""M08–M10: partnerships, practices that spread, and six lines of prevention that are declared or shown."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.programme.district import codes, district, programme, row, rows

from severskiy_history import AREA, REPORTED, history
from shnor_engine import Engine, When
from shnor_engine.errors import InvalidEvent
from shnor_engine.events import (
    MeasureApplied,
    PartnershipAgreed,
    PartnershipMet,
    PracticeDescribed,
    PracticeSpread,
    PracticeValidated,
    ResultRecorded,
)


def partnership(partner: int, supported: int, *, year: int = 2024) -> PartnershipAgreed:
    return PartnershipAgreed(
        partnership_id="p",
        partner=f"d/{partner}",
        supported=f"d/{supported}",
        period=When.school_year(year, kind="throughout"),
    )


def result(number: int, below: int, *, year: int = 2023, of: int = 20) -> ResultRecorded:
    return ResultRecorded(
        school_id=f"d/{number}",
        year=year,
        procedure_kind="vpr",
        discipline="russian",
        grade=5,
        participants=of,
        below_min=below,
    )


def test_m08_a_partnership_between_two_listed_schools_is_flagged_and_not_hidden() -> None:
    with district(partnership(2, 3)) as engine:
        assert row(engine, "partnerships")["both_listed"] == [2023]
        assert ("partnership.both_listed", "d/3") in codes(engine)
    with district(partnership(1, 3)) as engine:
        assert row(engine, "partnerships")["both_listed"] == []
        assert ("partnership.both_listed", "d/3") not in codes(engine)


def test_m08_a_partnership_with_oneself_is_refused_by_the_model_with_a_code() -> None:
    with pytest.raises(ValidationError, match="no partner of itself"):
        partnership(3, 3)
    with district() as engine, pytest.raises(InvalidEvent) as refusal:
        engine.registry.parse("partnership.agreed", partnership(1, 3).model_dump() | {"partner": "d/3"})
    from shnor_engine.recommend.checks import refused

    (said,) = refused(refusal.value)
    assert (said.code, said.weight) == ("partnership.with_oneself", "refused")
    assert "партнёром самой себе" in said.text_ru


@pytest.mark.parametrize(
    ("partner", "supported", "stronger"),
    [(2, 6, True), (6, 6, False), (7, 6, False), (None, 6, None)],
)
def test_m08_the_partner_is_the_stronger_one_by_the_procedures_of_both(
    partner: int | None, supported: int, stronger: bool | None
) -> None:
    told = [result(3, supported), *([] if partner is None else [result(1, partner)])]
    with district(partnership(1, 3), *told) as engine:
        assert row(engine, "partnerships")["stronger"] is stronger
        assert (("partnership.not_stronger", "d/3") in codes(engine)) is (stronger is False)


def test_m08_meetings_are_counted() -> None:
    met = [PartnershipMet(partnership_id="p", when=When.month(2024, month)) for month in (1, 3)]
    with district(partnership(1, 3), *met) as engine:
        assert row(engine, "partnerships")["meetings"] == 2


def test_m09_the_catalogue_says_who_bears_a_practice_who_examined_it_and_who_took_it_over() -> None:
    told = [
        PracticeDescribed(practice_id="x", bearer="d/1", title="Разбор урока", when=When.month(2024, 1)),
        PracticeValidated(practice_id="x", by="d/centre", when=When.month(2024, 2)),
        *(PracticeSpread(practice_id="x", to_school=f"d/{n}", when=When.month(2024, 3)) for n in (3, 2)),
    ]
    with district(*told) as engine:
        found = row(engine, "practices")
    assert (found["bearer"], found["validated"], found["validated_by"]) == ("d/1", True, ["d/centre"])
    assert found["taken_over_by"] == ["d/2", "d/3"]


def test_m09_the_seed_names_two_hosts_and_flags_school_6() -> None:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        said = engine.recommend(on=REPORTED)
    hosts = [(item.rule, item.subject) for item in said if item.rule.startswith("practice.")]
    assert hosts == [
        ("practice.host", "severskiy/45"),
        ("practice.host", "severskiy/afipskiy"),
        ("practice.host_while_listed", "severskiy/6"),
    ]


def test_m10_six_lines_of_the_seed_are_declared_and_not_evidenced() -> None:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        ledger = rows(engine, "prevention_ledger", area=AREA)
        flags = engine.findings(on=REPORTED).of("prevention.declared_only")
    assert {(one["reading"], one["recorded"]) for one in ledger} == {("declared_only", 0)}
    assert len(ledger) == len(flags) == 6
    assert all("заявлено, не подтверждено" in one.text_ru for one in flags)


def test_m10_a_measure_at_a_school_with_evidence_shows_a_line_and_nothing_told_is_a_state_of_its_own() -> None:
    shown = MeasureApplied(about="d/3", scope="school", line="climate", when=When.month(2024, 2), evidence="справка")
    with district(programme(), shown) as engine:
        ledger = {one["line"]: one for one in rows(engine, "prevention_ledger", area="d")}
    assert (ledger["climate"]["reading"], ledger["climate"]["schools"]) == ("evidenced", 1)
    assert {one["reading"] for line, one in ledger.items() if line != "climate"} == {"nothing_told"}
    assert len(ledger) == 6
