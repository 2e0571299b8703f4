"""M01: an approved report stays what it was, whatever is told later; a re-issue says what changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from severskiy_history import REPORTED, history
from shnor_engine import Engine, retract
from shnor_engine.errors import InvalidEvent, ReportError
from shnor_engine.events import ActivityHeld, SchoolDelisted, SchoolListed, When
from shnor_engine.report.approvals import Approved
from shnor_engine.report.render.markdown import markdown

REPORT = "severskiy/report-of-the-engine"


def approve(engine: Engine, **said: object) -> Approved:
    asked: dict[str, object] = {"area": "severskiy", "role": "centre_head", "day": REPORTED, "as_known": REPORTED}
    return engine.approve(REPORT, actor="methodologist", **(asked | said))  # type: ignore[arg-type]


def test_an_approval_stores_digest_position_role_and_day(engine: Engine) -> None:
    done = approve(engine, organisation="severskiy/imc")
    assert (done.revision, done.position, done.role, done.day) == (1, 65, "centre_head", REPORTED)
    assert done.digest == engine.document(as_known=REPORTED).digest
    types = [row.type for row in engine.log.read(after=65)]
    assert types == ["report.generated", "report.approved"]


def test_an_approved_report_carries_its_approval_block(engine: Engine) -> None:
    approve(engine, organisation="severskiy/imc")
    head = markdown(engine.approved(REPORT)).split("# ", 1)[0]
    assert "Руководитель методического центра" in head
    assert "«ИМЦ»" in head
    assert "23.12.2024" in head


def test_approving_the_same_again_stores_nothing(engine: Engine) -> None:
    first = approve(engine)
    head = engine.log.head().position
    assert approve(engine) == first
    assert engine.log.head().position == head


LATER = st.lists(
    st.one_of(
        st.builds(SchoolListed, school_id=st.sampled_from(["severskiy/6", "severskiy/43"]), year=st.just(2024),
                  issuer=st.just("regional")),
        st.builds(SchoolDelisted, school_id=st.just("severskiy/7"), year=st.just(2024), issuer=st.just("regional")),
        st.builds(ActivityHeld, activity_id=st.sampled_from(["a", "b", "c"]), form=st.just("meeting"),
                  area=st.just("severskiy"), when=st.just(When.month(2024, 5)), hosts=st.just(("severskiy/45",))),
        st.integers(1, 65),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A log with an approved report, closed, and the report."""
    path = tmp_path_factory.mktemp("approved") / "log.db"
    with Engine.open(path) as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        approve(engine)
        return path, markdown(engine.approved(REPORT))


@settings(max_examples=8, deadline=None)
@given(LATER)
def test_m01_whatever_is_told_later_the_approved_report_has_the_same_bytes(
    approved: tuple[Path, str], later: list[object]
) -> None:
    path, before = approved
    with TemporaryDirectory() as folder, Engine.open(copy(path, folder)) as engine:
        stored = {row.position: row.event_id for row in engine.log.read(effective=False)}
        gone: set[int] = set()
        for event in later:
            if isinstance(event, int):
                if event not in gone:
                    gone.add(event)
                    engine.append([retract(stored[event], reason="позже исправлено")], actor="x")
            else:
                with suppress(InvalidEvent):  # about a school whose registration was taken back
                    engine.append([event], actor="x")  # type: ignore[list-item]
        assert markdown(engine.approved(REPORT)) == before


def test_other_content_is_the_next_revision_and_both_can_be_drawn_up_again(engine: Engine) -> None:
    first = approve(engine)
    engine.append([SchoolListed(school_id="severskiy/6", year=2024, issuer="regional")], actor="x")
    second = approve(engine, as_known=None, day=date(2025, 6, 1))
    assert (first.revision, second.revision) == (1, 2)
    assert first.digest != second.digest
    assert engine.approved(REPORT, revision=1).digest == first.digest
    assert engine.approved(REPORT).digest == second.digest


def test_a_reissue_says_what_changed_in_events_lists_decisions_and_numbers(engine: Engine) -> None:
    listed = next(row for row in engine.log.read(types=["list.published"]) if row.subject == "severskiy/2023")
    engine.append([retract(listed.event_id, reason="ошибка переписи")], actor="x")
    engine.append(
        [ActivityHeld(activity_id="new", form="meeting", area="severskiy", when=When.month(2024, 5))], actor="x"
    )
    document = engine.document(year=2024, on=REPORTED, since=65)
    section = document.sections[0]
    assert (section.id, section.title) == ("changes", "Что изменилось с записи 65")
    text = markdown(document).split("## Что изменилось", 1)[1].split("\n## ", 1)[0]
    assert "list.published: отозвано 1" in text
    assert "activity.held: новых 1" in text
    assert "перечень 2023 года: было – МБОУ СОШ № 6" in text
    assert "стало – нет данных" in text
    assert "| МБОУ СОШ № 6 | под наблюдением |" in text
    assert "| школ в перечне, год 2023 | 5 | нет данных |" in text
    assert "| мероприятий с датой | 13 | 14 |" in text


def test_without_any_later_event_nothing_has_changed(engine: Engine) -> None:
    text = engine.report(year=2024, on=REPORTED, since=65)
    assert "Ничего: после этой записи в журнал ничего не внесено." in text


def test_a_report_of_a_later_day_is_not_signed_by_the_approval_of_an_earlier_one(engine: Engine) -> None:
    head = engine.report(year=2024, on=date(2025, 6, 1)).split("# ", 1)[0]
    assert "23.12.2024" not in head
    assert "____" in head


def test_a_report_that_nobody_approved_or_that_has_no_digest_cannot_be_proved(engine: Engine) -> None:
    with pytest.raises(ReportError, match="no approved report"):
        engine.approved("severskiy/report-2024")
    approve(engine)
    with pytest.raises(ReportError, match="revision 7"):
        engine.approved(REPORT, revision=7)


def test_a_wrong_digest_is_found(engine: Engine) -> None:
    from shnor_engine.events import ReportApproved, ReportGenerated

    made = ReportGenerated(report_id="x", area="severskiy", position=65, digest="sha256:0", year=2024, on=REPORTED,
                           pack="ru.municipal.monitoring")  # fmt: skip
    engine.append([made, ReportApproved(report_id="x", approver_role="centre_head", on=REPORTED)], actor="x")
    with pytest.raises(ReportError, match="not sha256:0 as approved"):
        engine.approved("x")
