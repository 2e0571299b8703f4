"""Whether a Word template can be filled in: every finding at once, in words for the methodologist who edits it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from shnor_engine.errors import MissingExtra
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Approval, Block, Bullets, Cell, Document, Figure, Paragraph, Section, Table

TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
OPEN = re.compile(r"\{%\s*(p|tr|tc|r)?\s*(for|if|endfor|endif)\b")
CURLY_QUOTES = "«»“”„‘’"


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One thing wrong with a template: a code, where it stands, what to do about it."""

    code: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text} [{self.code}]"


def lint(template: Path) -> list[TemplateProblem]:
    """Everything that would keep the template from being filled in as meant. Raises `MissingExtra`."""
    try:
        import docx
    except ImportError as error:
        raise MissingExtra("checking a Word template", "report") from error
    try:
        with ZipFile(template) as archive:
            archive.getinfo("word/document.xml")
        document = docx.Document(str(template))
    except (BadZipFile, KeyError, ValueError) as error:
        return [TemplateProblem("not_word", template.name, f"это не документ Word (.docx): {error}")]
    found = [*_tags(document), *_tables(document), *_balance(document)]
    return found or list(_filling(template))


def _paragraphs(document: Any) -> Iterator[tuple[str, str]]:
    """Every paragraph with where it stands, those of tables too."""
    for number, paragraph in enumerate(document.paragraphs, start=1):
        yield f"абзац {number}", paragraph.text
    for number, table in enumerate(document.tables, start=1):
        for place, row in enumerate(table.rows, start=1):
            for cell in row.cells:
                yield f"таблица {number}, строка {place}", cell.text


def _tags(document: Any) -> Iterator[TemplateProblem]:
    """Braces that are not closed, and quotes that Word made typographic inside a tag."""
    for where, text in _paragraphs(document):
        rest = TAG.sub("", text)
        if re.search(r"\{[{%]|[%}]\}", rest):
            yield TemplateProblem("open_tag", where, f"метка не закрыта в своём абзаце: «{text.strip()[:60]}»")
        for tag in TAG.findall(text):
            if any(quote in tag for quote in CURLY_QUOTES):
                said = f"типографские кавычки в {tag}; нужны прямые ' или \""
                yield TemplateProblem("curly_quotes", where, said)


def _tables(document: Any) -> Iterator[TemplateProblem]:
    """Loops in table rows that are not marked `tr` (or `tc`): they break the file when it is filled in."""
    for where, text in _paragraphs(document):
        if not where.startswith("таблица"):
            continue
        for kind, word in OPEN.findall(text):
            if word in ("for", "endfor") and kind not in ("tr", "tc", "p", "r"):
                yield TemplateProblem(
                    "loop_without_tr", where, "цикл по строкам таблицы пишется {%tr for … %} и {%tr endfor %}"
                )


def _balance(document: Any) -> Iterator[TemplateProblem]:
    """Loops and conditions that are opened and not closed, or the other way round."""
    count = {"for": 0, "if": 0}
    for _, text in _paragraphs(document):
        for _, word in OPEN.findall(text):
            count[word.removeprefix("end")] += -1 if word.startswith("end") else 1
    for word, left in count.items():
        if left:
            said = f"не хватает end{word}: {left}" if left > 0 else f"лишних end{word}: {-left}"
            yield TemplateProblem("unbalanced", "весь шаблон", said)


def _filling(template: Path) -> Iterator[TemplateProblem]:
    """What a trial with a made-up report says: unknown names, wrong syntax."""
    from jinja2 import TemplateError, UndefinedError

    from shnor_engine.errors import ReportError
    from shnor_engine.report.render.word import context_of, opened, render

    filled = opened(template)
    context = context_of(_sample(), lambda figure: "")
    try:
        names = sorted(filled.get_undeclared_template_variables() - set(context))
    except TemplateError as error:
        yield TemplateProblem("syntax", "весь шаблон", str(error))
        return
    for name in names:
        yield TemplateProblem("unknown_name", "весь шаблон", f"имени {name} в отчёте нет; есть: {', '.join(context)}")
    if names:
        return
    try:
        render(opened(template), context, template)
    except ReportError as error:
        cause = error.__cause__
        code = "unknown_name" if isinstance(cause, UndefinedError) else "syntax"
        yield TemplateProblem(code, "весь шаблон", str(cause) if isinstance(cause, TemplateError) else str(error))


def _sample() -> Document:
    """A made-up report with every kind of block."""
    claim = Claim("sample", "предложение", "a sentence", refs=("sample",), lead="Слово.")
    tables = (
        Table("sample", tuple("абвгдежзиклм"[:n]), (tuple(Cell("1") for _ in range(n)),), (1,) * n, "подпись")
        for n in range(2, 13)
    )
    blocks: tuple[Block, ...] = (
        Paragraph((claim,)),
        Bullets((claim,)),
        Bullets((claim,), numbered=True),
        Figure("sample", "рисунок", "рисунок", {}),
        *tables,
    )
    return Document(
        kind="annual",
        title="Название",
        title_events=(),
        approval=Approval(("Утверждаю", "роль", "дата")),
        opening=(Paragraph((claim,)),),
        sections=tuple(Section(name, name, blocks) for name in SECTIONS),
        foot=claim,
        on=date(2024, 1, 1),
        position=1,
        year=2024,
        pack={},
        law="",
    )


SECTIONS = (
    *("changes", "aims", "lists", "flow", "risks", "structures", "work", "topics", "prevention"),
    *("indicators", "control", "decisions", "conclusion", "next", "advice", "gaps"),
)

__all__ = ["TemplateProblem", "lint"]
