"""The lint of Word templates: every mistake that Word users make has its finding, and ours has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from shnor_engine.report.annual import PARTS
from shnor_engine.report.document import Document
from shnor_engine.report.render.word_template import TEMPLATES
from shnor_engine.report.template_lint import SECTIONS, lint


def template(folder: Path, *lines: str, rows: tuple[str, ...] = ()) -> Path:
    document: Any = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if rows:
        table = document.add_table(rows=len(rows), cols=1)
        for row, text in zip(table.rows, rows, strict=True):
            row.cells[0].text = text
    path = folder / "шаблон.docx"
    document.save(str(path))
    return path


@pytest.mark.parametrize("kind", ["report", "passport", "simulation"])
def test_the_shipped_templates_have_no_finding(kind: str) -> None:
    assert lint(TEMPLATES / f"{kind}.docx") == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("{{ title ",), "open_tag"),
        (("{%p for s in sections %}", "{{ s.title }}"), "unbalanced"),
        (("{{ s.title }}", "{%p endif %}"), "unbalanced"),
        (("{%p if year == «2024» %}", "{%p endif %}"), "curly_quotes"),
        (("{{ titel }}",), "unknown_name"),
        (("{{ part.lits.title }}",), "unknown_name"),
        (("{{ title | }}",), "syntax"),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, lines: tuple[str, ...], code: str) -> None:
    assert code in {problem.code for problem in lint(template(tmp_path, *lines))}


def test_a_loop_over_rows_needs_tr(tmp_path: Path) -> None:
    rows = ("{% for row in part.lists.blocks %}", "{{ row }}", "{% endfor %}")
    (first, *_) = lint(template(tmp_path, rows=rows))
    assert first.code == "loop_without_tr"
    assert "таблица 1, строка 1" in str(first)
    good = ("{%tr for row in part.lists.blocks %}", "{{ row.kind }}", "{%tr endfor %}")
    assert lint(template(tmp_path, rows=good)) == []


def test_a_file_that_is_no_word_document_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "заметка.docx"
    path.write_text("не Word", encoding="utf-8")
    (problem,) = lint(path)
    assert problem.code == "not_word"


def test_the_trial_knows_every_section_that_a_report_can_have(document: Document) -> None:
    assert {section.id for section in document.sections} <= set(SECTIONS)
    assert len(SECTIONS) == len(PARTS)
