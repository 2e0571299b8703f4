"""What the assessment procedures on the lists of the methodologies are called."""

from __future__ import annotations

from collections.abc import Iterable

KINDS = {"ege": ("ЕГЭ", "unified state exam"), "oge": ("ОГЭ", "basic state exam"), "vpr": ("ВПР", "check work")}
SUBJECTS = {
    "biology": ("биология", "biology"),
    "chemistry": ("химия", "chemistry"),
    "foreign_language": ("иностранный язык", "foreign language"),
    "geography": ("география", "geography"),
    "history": ("история", "history"),
    "informatics": ("информатика", "informatics"),
    "literature": ("литература", "literature"),
    "mathematics": ("математика", "mathematics"),
    "physics": ("физика", "physics"),
    "russian": ("русский язык", "Russian"),
    "social_studies": ("обществознание", "social studies"),
}
DETAILS = {"base": ("базовый уровень", "base level"), "profile": ("профильный уровень", "profile level")}
LANGUAGES = {"ru": 0, "en": 1}


def words(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The words for codes like «vpr.russian.5», in both languages."""
    return {code: {language: _name(code, place) for language, place in LANGUAGES.items()} for code in codes}


def _name(code: str, place: int) -> str:
    kind, subject, *detail = code.split(".")
    parts = [KINDS[kind][place], SUBJECTS[subject][place]]
    grade = ("{} класс", "grade {}")[place]
    return " ".join([*parts, *(DETAILS[one][place] if one in DETAILS else grade.format(one) for one in detail)])
