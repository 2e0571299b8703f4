"""What a report part is made of, and its two texts: Markdown, and a page that needs nothing from outside."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Heading:
    """A heading of a level."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of points."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture of the run (`figure`) and what it shows; where a page has no table of the same, its SVG too."""

    figure: str
    caption: str
    svg: str = ""


Block = Heading | Text | Bullets | Table | Picture


def markdown(block: Block) -> str:
    """A block as Markdown."""
    match block:
        case Heading():
            return f"{'#' * block.level} {block.text}"
        case Text():
            return block.text
        case Bullets():
            return "\n".join(f"- {item}" for item in block.items)
        case Table():
            lines = ["| " + " | ".join(row) + " |" for row in (block.head, *block.rows)]
            lines.insert(1, "|" + "---|" * len(block.head))
            return "\n".join(lines)
        case Picture():
            return f"*Рисунок (figures/{block.figure}): {block.caption}*"


def html(block: Block) -> str:
    """A block as a piece of a page; empty for a picture that a page has a table of."""
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Text():
            return f"<p>{escape(block.text)}</p>"
        case Bullets():
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"
        case Table():
            head = "".join(f"<th>{escape(cell)}</th>" for cell in block.head)
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block.rows
            )
            return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        case Picture() if not block.svg:
            return ""
        case Picture():
            return f"<figure>{block.svg}<figcaption>{escape(block.caption)}</figcaption></figure>"


PAGE = """<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; }}
h2 {{ font-size: 1.2rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: 0.92rem; }}
th, td {{ border: 1px solid #ddd; padding: 0.35rem 0.5rem; text-align: left; vertical-align: top; }}
th {{ background: #f5f6f8; }}
figure {{ margin: 1.5rem 0; }}
figcaption {{ font-size: 0.88rem; color: #555; }}
svg {{ width: 100%; height: auto; }}
@media print {{
  body {{ margin: 0; max-width: none; }}
  h2 {{ break-after: avoid; }}
  table {{ break-inside: avoid; }}
}}
</style>
</head>
<body>
{body}
</body>
</html>
"""
