"""A listed school of which the log holds no adopted plan of transition to effective mode."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.recommend.advice import Recommendation
from shnor_engine.recommend.ground import Ground

ID = "plan.missing"
RU = "Школа в перечне без утверждённой программы перехода в эффективный режим"
EN = "A listed school without an adopted plan of transition"
KIND = "transition_programme"


def speak(ground: Ground) -> Iterator[Recommendation]:
    """One recommendation to check for each school on the year's list; no evidence is not «no»."""
    adopted = {row["school_id"] for row in ground.rows("plans") if row["kind"] == KIND and row["adopted"]}
    for school in ground.listed:
        if school not in adopted:
            year = ground.year
            yield ground.recommendation(
                ID,
                "check",
                school,
                key=ground.listed_since(school),
                text=(
                    "есть ли утверждённая программа перехода в эффективный режим; если нет – разработать и утвердить",
                    "is there an adopted plan of transition to effective mode? If not, draw one up and adopt it",
                ),
                ground=(
                    f"школа в перечне {year} года; сведений об утверждённой программе в журнале нет "
                    "(это не значит, что её нет)",
                    f"the school is on the {year} list; the log holds no evidence of an adopted plan "
                    "(which does not say that there is none)",
                ),
                events=ground.list_events(school, [year]),
                measure=ground.playbook.measures.get("transition_plan"),
                topic="transition_plan",
            )
