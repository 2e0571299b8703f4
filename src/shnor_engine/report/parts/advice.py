"""What follows from the facts, each with its ground."""

from __future__ import annotations

from shnor_engine.recommend import Recommendation
from shnor_engine.recommend.advice import KIND_EN, KIND_RU
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Bullets, Paragraph, Section
from shnor_engine.report.material import Material, capital


def recommendations(material: Material) -> Section:
    """The recommendations in the order of their rules."""
    title = "Рекомендации"
    if not material.advice:
        none = Claim(
            "advice.none",
            "Из имеющихся фактов рекомендаций не следует.",
            "Nothing is to be recommended by the facts held.",
            "true_for_data_held",
            refs=("every rule of recommendation",),
        )
        return Section("advice", title, (Paragraph((none,)),))
    return Section("advice", title, (Bullets(tuple(map(said, material.advice)), numbered=True),))


def said(item: Recommendation) -> Claim:
    """A recommendation as a claim: whom, what, on which ground."""
    whom_en = f"{item.name}: " if item.subject else ""
    return Claim(
        f"advice.{item.rule}",
        f"{f'{item.name}: {item.text_ru}' if item.subject else capital(item.text_ru)}. Основание: {item.ground_ru}.",
        f"{KIND_EN[item.kind]}: {whom_en}{item.text_en}. Ground: {item.ground_en}.",
        "true_for_data_held" if item.kind == "check" else "true",
        events=item.events,
        refs=(f"rule {item.rule}",),
        lead=f"{KIND_RU[item.kind]}.",
    )
