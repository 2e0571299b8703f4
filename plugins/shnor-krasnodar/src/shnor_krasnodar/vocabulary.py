"""The words of the district's roadmap and report, and which code of the engine's closed lists each means."""

from __future__ import annotations

AREA, REGION = "severskiy", "ru.23"

FORMS = {
    "Заседание рабочей группы": "working_group",
    "Методический десант": "methodical_landing",
    "Тематические семинары": "thematic_seminar",
    "Совещание": "meeting",
    "Стажировка": "internship",
    "Консультирование": "consultation",
    "Разработка ИОМ": "route_design",
    "Участие в конкурсах профессионального мастерства": "contest",
    "Аудит": "audit",
    "Мониторинг": "monitoring",
    "Отчет": "report",
    "Контрольные собеседования": "control_interview",
}
DIRECTIONS = {
    "Реализация профилактических мероприятий": "prevention",
    "Оценка эффективности профилактики. Корректировка дальнейшей работы": "evaluation",
}
# Bodies of the district: id, kind, the name, other spellings.
BODIES = (
    ("severskiy/imc", "methodical_centre", "МКУ МО Северский район «ИМЦ»", ("ИМЦ",)),
    ("severskiy/mentoring-centre", "mentoring_centre", "муниципальный наставнический центр", ()),
    ("severskiy/tutor-point", "tutor_point", "тьюторский консультационный пункт", ()),
    (
        "severskiy/subject-associations",
        "subject_association",
        "районные методические объединения учителей-предметников",
        (),
    ),
)
