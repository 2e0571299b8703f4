"""What the decisions on low results are called; a pack of its own region says what it calls otherwise."""

from __future__ import annotations

from shnor_engine.packs.pack import Decision

DECISIONS = {
    "met": Decision(
        "низкие результаты",
        "low results",
        "школа отвечает критерию низких образовательных результатов",
        "the school meets the criterion of low results",
    ),
    "not_met": Decision(
        "критерию не отвечает",
        "criterion not met",
        "школа не отвечает критерию низких образовательных результатов",
        "the school does not meet the criterion of low results",
    ),
    "not_applicable": Decision(
        "не оценивается",
        "not evaluated",
        "школу по этой методике не оценивают",
        "the school is not evaluated by this methodology",
    ),
    "undetermined": Decision(
        "не определено",
        "undetermined",
        "решить нельзя: не хватает сведений",
        "no decision is possible: facts are missing",
    ),
}
