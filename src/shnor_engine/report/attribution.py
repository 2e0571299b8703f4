"""What may be said of causes: nothing without a design; and what stands beside a share of those who left.

Schools leave a list also by chance: whoever is listed for one bad year tends to do better in the next. A share of
schools that left therefore never stands alone; the base rate of leaving stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shnor_engine.report.list_history import FlowStep, span

CAUSAL = re.compile(
    r"\b(?:благодаря|вследствие|в результате|по результатам проведенной|по результатам проведённой|за сч[её]т|"
    r"из-за|(?:это|что) позволило|позволил[аио]?\b|прив[её]л[аио]? к|привели к|способствовал[аио]?\b|обусловлен\w*|"
    r"обеспечил[аио]? (?:снижение|сокращение|рост|выход)|вызвал[аио]?\b|повлиял[аио]?\b|"
    r"because of|thanks to|due to|as a result of|result(?:ed|s|ing) in|led to|leads to|caused?|caus(?:es|ing)|"
    r"owing to|brought about|made .{0,30} leave)(?!\w)",
    re.IGNORECASE,
)
QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")
DENIED = re.compile(
    r"(?:не могл[аио]|повлиять не могл[аио]|не доказан\w*|cannot have caused|not shown to)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Design:
    """How an effect was told from chance: the kind of comparison, the estimate in words, and where it is written."""

    kind_ru: str
    kind_en: str
    estimate_ru: str
    estimate_en: str
    source: str

    def to_json(self) -> dict[str, str]:
        """A plain object with the fields of this class."""
        return {name: getattr(self, name) for name in ("kind_ru", "kind_en", "estimate_ru", "estimate_en", "source")}


def causal_words(*texts: str) -> list[str]:
    """Words that say that one thing caused another; what is quoted, and what denies a cause, is not counted."""
    found = []
    for text in texts:
        bare = text
        while bare != (less := QUOTED.sub("", bare)):
            bare = less
        found += [match.group() for match in CAUSAL.finditer(DENIED.sub("", bare))]
    return found


def base_rate(steps: Sequence[FlowStep]) -> tuple[int, int]:
    """How many left, of how many that were on a list, over all known steps together."""
    left = sum(len(step.left) for step in steps)
    return left, left + sum(len(step.stayed) for step in steps)


def shares_left(steps: Sequence[FlowStep], language: str = "ru") -> str:
    """The share of those who left at each step; «6 из 8» rather than percent, for the numbers are small.

    Steps of several areas between the same years are taken together.
    """
    of = "из" if language == "ru" else "of"
    together: dict[str, list[FlowStep]] = {}
    for step in sorted(steps, key=lambda step: (step.before, step.after)):
        together.setdefault(_span(step, language), []).append(step)
    counted = ((said, *base_rate(some)) for said, some in together.items())
    return "; ".join(f"{said}: {left} {of} {whole}" for said, left, whole in counted)


def association(steps: Sequence[FlowStep]) -> tuple[str, str]:
    """What may be said of leaving and support without a design, in Russian and English, base rate included."""
    left, of = base_rate(steps)
    return (
        f"Доля вышедших из перечня: {shares_left(steps)}; базовая доля выхода по всем известным переходам вместе – "
        f"{left} из {of}. Сравнить её со школами без поддержки не с чем, поэтому связь выхода с мероприятиями по "
        "этим данным не доказана.",
        f"Share that left the list: {shares_left(steps, 'en')}; base rate of leaving over all known steps together – "
        f"{left} of {of}. There are no schools without support to compare with, so by these data leaving is not "
        "shown to be linked to the activities.",
    )


def effect(design: Design) -> tuple[str, str]:
    """What may be said with a design: its estimate, and how it was found."""
    return (
        f"Оценка вклада поддержки: {design.estimate_ru} (способ: {design.kind_ru}; источник: {design.source}).",
        f"Estimated contribution of the support: {design.estimate_en} ({design.kind_en}; source: {design.source}).",
    )


def _span(step: FlowStep, language: str) -> str:
    if language == "ru":
        return span(step)
    gap = f" ({', '.join(map(str, step.unknown))}: no data)" if step.unknown else ""
    return f"{step.before} → {step.after}{gap}"
