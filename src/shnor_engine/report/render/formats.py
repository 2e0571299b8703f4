"""The formats by their names; what a program asks for is what a file is called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from shnor_engine.errors import ReportError
from shnor_engine.report.document import Document
from shnor_engine.report.english import Language

Format = Literal["md", "html", "json", "docx", "xlsx"]
FORMATS: Mapping[str, str] = {
    "md": "Markdown",
    "html": "HTML, one file",
    "json": "the ledger: every sentence with its evidence",
    "docx": "Word",
    "xlsx": "Excel",
}
TEXTS = ("md", "html", "json")


def printed(
    document: Document,
    to: str = "md",
    *,
    template: Path | None = None,
    pictures: bool = True,
    language: Language = "ru",
) -> str | bytes:
    """The document in a format: text for `TEXTS`, bytes for the others.

    In English (`language="en"`) there is Markdown: its titles and sentences. The ledger holds both languages.
    Raises `MissingExtra` where the format needs the extra `report`, `ReportError` for a format that is not there.
    """
    if language == "en" and to not in ("md", "json"):
        raise ReportError(
            f"the format {to} is written in Russian; in English there is md, and json holds both languages",
            ru=f"формат {to} пишется только по-русски; по-английски есть md",
        )
    if to == "md":
        from shnor_engine.report.render.markdown import markdown

        return markdown(document, language=language)
    if to == "html":
        from shnor_engine.report.render.html import html

        return html(document, pictures=pictures)
    if to == "json":
        from shnor_engine.report.render.ledger import ledger

        return ledger(document)
    if to == "docx":
        from shnor_engine.report.render.word import word

        return word(document, template=template, pictures=pictures)
    if to == "xlsx":
        from shnor_engine.report.render.excel import excel

        return excel(document)
    raise ReportError(
        f"no format «{to}»; there are {', '.join(FORMATS)}", ru=f"формата «{to}» нет; есть {', '.join(FORMATS)}"
    )
