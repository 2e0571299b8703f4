"""Every decision with its ground, the schools of one status together; to unfold: each down to its facts."""

from __future__ import annotations

from shnor_engine.assessment import Decision, order
from shnor_engine.reasoning.explanation import Reason
from shnor_engine.reasoning.language import day_text
from shnor_engine.reasoning.prose import threshold_text
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Cell, Paragraph, Section, Table, Tree, Trees
from shnor_engine.report.material import Material, capital

UNFOLDED = 200  # schools whose explanations are printed to be unfolded; of more the table alone


def decisions(material: Material) -> Section:
    """The methodology in a sentence, then the table."""
    decided = material.decided
    ordered = sorted_decisions(material)
    by_id = sorted(ordered, key=lambda d: order(d.subject))  # so the facts of neighbours are read together
    cells = {id(d): tuple(Cell(text, d.events) for text in (d.name, d.label("ru"), d.reason("ru"))) for d in by_id}
    rows = tuple(cells[id(d)] for d in ordered)
    pack = decided.pack
    method = Claim(
        "decisions.method",
        f"Методика: {pack.title['ru']} ({pack.id}, версия {pack.version}).",
        f"Methodology: {pack.title['en']} ({pack.id}, version {pack.version}).",
        refs=(f"pack {pack.id} {pack.version} {pack.digest}", f"law {decided.law}"),
    )
    blocks: list[Block] = [
        Paragraph((method,)),
        Table("decisions", ("Школа", "Статус", "Основание"), rows, (28, 22, 50)),
    ]
    if len(ordered) <= UNFOLDED:
        blocks.append(Trees("explanations", "Объяснения решений", tuple(map(tree, ordered))))
    time = material.time("ru")
    title = f"Решения{f' за {time}' if time else ''} на {day_text(decided.on, 'ru')}"
    return Section("decisions", title, tuple(blocks))


def sorted_decisions(material: Material) -> list[Decision]:
    """The decisions in the order of the pack's codes, then of the ids."""
    decided = material.decided
    codes = [*decided.pack.decisions, *sorted({d.decision for d in decided} - set(decided.pack.decisions))]
    place = {code: n for n, code in enumerate(codes)}
    return sorted(decided, key=lambda d: (place[d.decision], order(d.subject)))


def tree(decision: Decision) -> Tree:
    """A decision, the reasons it rests on, and the limits of the law."""
    why = decision.explanation
    kids = [_reason(reason) for reason in why.because]
    kids += [Tree(f"Право: {threshold_text(limit, 'ru')}") for limit in why.thresholds]
    kids += [Tree(f"Не хватает: {item.text.ru}") for item in why.missing]
    return Tree(f"{decision.name}: {decision.label('ru')}", tuple(kids), decision.events)


def _reason(reason: Reason) -> Tree:
    return Tree(capital(reason.text.ru), tuple(_reason(kid) for kid in reason.because), reason.events)
